"""Emotion directions: those in embedding space along which emotions differ in other corpora.

What separates RAVDESS's emotions best depends in part on its studio and its actors. A classifier
that gives more weight to what separates emotions in other corpora generalises better.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ser import artifacts
from ser.models.encoder import Encoder
from ser.models.linear import flat_rows, normalise_speakers
from ser.models.pretrained import DIRECTIONS
from ser.training.data import corpora
from ser.training.data.utterance import Utterance
from ser.training.embedding import embed
from ser.training.encoder import fine_tuning

MIN_VARIANCE = 1e-6  # of a feature, so that its inverse stays finite


def write(folder: Path, data: Sequence[Path], without: str | None = None) -> None:
    """Measure the directions on labelled corpora and write them to an encoder's folder.

    Args:
        folder: of the encoder.
        data: folders, each with a labelled corpus.
        without: name of a corpus that is left out, so that the encoder can be scored on it.

    Raises:
        SerError: the encoder or a corpus cannot be used, or RAVDESS is among them.
    """
    encoder = Encoder(folder)
    embeddings, utterances, _ = embed(encoder, fine_tuning.training_utterances(data, without))
    with artifacts.atomic_write(folder / DIRECTIONS) as file:
        np.savez_compressed(
            file,
            directions=measure(embeddings, utterances),
            layers=np.array(encoder.layers),
            corpora=np.unique([utterance.corpus for utterance in utterances]),
        )


def measure(embeddings: np.ndarray, utterances: Sequence[Utterance]) -> np.ndarray:
    """Return the direction of each emotion of each corpus.

    It is the emotion's mean minus the mean of all emotions' means, each feature divided by its
    variance: linear discriminants with a diagonal covariance (Dudoit et al. 2002, JASA 97:77).

    Args:
        embeddings: shape (n, ...), of n utterances.

    Returns:
        float32, shape (emotions of all corpora, ...).
    """
    rows, shape = flat_rows(embeddings), embeddings.shape[1:]
    corpus = np.array([utterance.corpus for utterance in utterances])
    emotions = np.array([utterance.emotion for utterance in utterances])
    speakers = corpora.speakers(utterances)
    directions = []
    for name in np.unique(corpus):
        in_corpus = corpus == name
        normalised = normalise_speakers(rows[in_corpus], speakers[in_corpus])
        labels = emotions[in_corpus]
        means = np.array([normalised[labels == label].mean(axis=0) for label in np.unique(labels)])
        variance = np.maximum(normalised.var(axis=0), MIN_VARIANCE)
        directions.append((means - means.mean(axis=0)) / variance)
    return np.concatenate(directions).astype(np.float32).reshape(-1, *shape)
