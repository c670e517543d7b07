"""Lays the training clips out in two dimensions: the only room that knows umap."""

from collections.abc import Sequence

import numpy as np
import umap

from ser.models.embedding_map import EmbeddingMap
from ser.training.data.utterance import Utterance

UMAP_NEIGHBOURS = 30  # more shows the whole, fewer the detail
MIN_DISTANCE = 0.5  # between points on the map, in its own units


def lay_out(probabilities: np.ndarray, utterances: Sequence[Utterance], seed: int) -> EmbeddingMap:
    """Lay clips out by their probabilities, shape (n, 8), in Hellinger distance.

    Out-of-fold probabilities show the clips as the classifier would meet them from strangers, so
    the regions overlap as much as emotions do. Method: McInnes et al. 2018, arXiv 1802.03426.
    """
    roots = np.sqrt(probabilities).astype(np.float32)
    model = umap.UMAP(
        n_neighbors=UMAP_NEIGHBOURS, min_dist=MIN_DISTANCE, random_state=seed, n_jobs=1
    )
    return EmbeddingMap(
        positions=model.fit_transform(roots).astype(np.float32),
        roots=roots,
        names=np.array([utterance.name for utterance in utterances]),
        emotions=np.array([utterance.emotion for utterance in utterances]),
        actors=np.array([utterance.speaker for utterance in utterances]),
        sexes=np.array([utterance.sex for utterance in utterances]),
        intensities=np.array([utterance.intensity for utterance in utterances]),
        sentences=np.array([utterance.sentence for utterance in utterances]),
    )
