"""Lay the training clips out on the map with UMAP; only this module imports umap."""

from collections.abc import Sequence

import numpy as np
import torch
import umap

from ser.models.embedding_map import AXES, EmbeddingMap
from ser.training.data.utterance import Utterance

N_NEIGHBORS = 30  # more keep global structure, fewer local
MIN_DIST = 0.5  # between points on the map, in its own units


def lay_out(probabilities: np.ndarray, utterances: Sequence[Utterance], seed: int) -> EmbeddingMap:
    """Lay clips out by their probabilities, shape (n, 8), in Hellinger distance.

    Out-of-fold probabilities are those of unknown speakers, so the emotions' regions overlap as
    much as they are confused. Method: McInnes et al. 2018, arXiv 1802.03426.
    """
    roots = np.sqrt(probabilities).astype(np.float32)
    model = umap.UMAP(
        n_components=len(AXES),
        n_neighbors=N_NEIGHBORS,
        min_dist=MIN_DIST,
        random_state=seed,
        n_jobs=1,
    )
    n_threads = torch.get_num_threads()
    positions = model.fit_transform(roots).astype(np.float32)
    # numba sets the threads of OpenMP, which are torch's too, and their number changes the last
    # digits of embeddings.
    torch.set_num_threads(n_threads)
    return EmbeddingMap(
        positions=positions,
        roots=roots,
        names=np.array([utterance.name for utterance in utterances]),
        emotions=np.array([utterance.emotion for utterance in utterances]),
        actors=np.array([utterance.speaker for utterance in utterances]),
        sexes=np.array([utterance.sex for utterance in utterances]),
        intensities=np.array([utterance.intensity for utterance in utterances]),
        sentences=np.array([utterance.sentence for utterance in utterances]),
    )
