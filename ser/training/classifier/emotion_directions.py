"""Along which directions of an encoder's embeddings emotions lie, for other people than RAVDESS's.

What tells RAVDESS's emotions best is partly its studio and its actors. A classifier that hears
louder what told emotions in other corpora relies more on what strangers share.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ser import artifacts
from ser.models.encoder import Encoder
from ser.models.linear import flat_rows, nearer
from ser.models.pretrained import DIRECTIONS
from ser.training.data import corpora
from ser.training.data.utterance import Utterance
from ser.training.embedding import embed
from ser.training.encoder import fine_tuning


def write(folder: Path, data: Sequence[Path], without: str | None = None) -> None:
    """Look for the directions in labelled corpora and write them beside an encoder's weights.

    Args:
        folder: of the encoder.
        data: folders, each with a labelled corpus; without: one that is left out, so that the
            encoder can be scored on it.

    Raises:
        SerError: the encoder or a corpus cannot be used, or RAVDESS is among them.
    """
    encoder = Encoder(folder)
    embeddings, utterances, _ = embed(encoder, fine_tuning.lessons(data, without))
    with artifacts.atomic_write(folder / DIRECTIONS) as file:
        np.savez_compressed(
            file,
            directions=measure(embeddings, utterances),
            layers=np.array(encoder.layers),
            corpora=np.unique([each.corpus for each in utterances]),
        )


def measure(embeddings: np.ndarray, utterances: Sequence[Utterance]) -> np.ndarray:
    """Find in each corpus the direction of each of its emotions.

    From the mean of all emotions to the emotion's own, each feature divided by its variance:
    linear discriminants with a diagonal covariance (Dudoit et al. 2002, JASA 97:77).

    Args:
        embeddings: shape (n, ...), of n utterances.

    Returns:
        float32, shape (emotions of all corpora, ...).
    """
    flat, shape = flat_rows(embeddings), embeddings.shape[1:]
    corpus = np.array([each.corpus for each in utterances])
    emotions = np.array([each.emotion for each in utterances])
    speakers = corpora.speakers(utterances)
    found = []
    for name in np.unique(corpus):
        own = corpus == name
        heard, felt = nearer(flat[own], speakers[own]), emotions[own]
        centres = np.array([heard[felt == emotion].mean(axis=0) for emotion in np.unique(felt)])
        found.append((centres - centres.mean(axis=0)) / np.maximum(heard.var(axis=0), 1e-6))
    return np.concatenate(found).astype(np.float32).reshape(-1, *shape)
