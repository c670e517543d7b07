"""Embedded utterances: what classifiers are fitted to and scored on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ser.errors import SerError
from ser.models.encoder import Encoder
from ser.training.data.corpora import speakers
from ser.training.data.utterance import Utterance
from ser.training.embedding import embed
from ser.training.generated_sounds import in_noise

SEED = 0  # of every random choice in training and evaluation
COLUMNS = ("corpus", "speaker", "sex", "emotion", "sentence", "licence", "intensity")


@dataclass(frozen=True)
class LabelledEmbeddings:
    """Embeddings of n utterances by one encoder.

    Attributes:
        utterances: n of them, of one or several corpora.
        embeddings: shape (n, layers, 2, hidden size).
        noisy_copies: of a copy of each clip in noise, same shape; None for a test set.
        directions: the encoder's emotion directions, shape (k, layers, 2, hidden size).
    """

    utterances: tuple[Utterance, ...]
    embeddings: np.ndarray
    noisy_copies: np.ndarray | None
    directions: np.ndarray

    @property
    def emotions(self) -> np.ndarray:
        """The utterances' labels, shape (n,)."""
        return np.array([utterance.emotion for utterance in self.utterances])

    @property
    def speakers(self) -> np.ndarray:
        """Corpus and speaker of the utterances, strings of shape (n,)."""
        return speakers(self.utterances)

    @property
    def recordings(self) -> list[bytes]:
        """The content of each embedding: equal to the last bit for one recording of two names."""
        return [embedding.tobytes() for embedding in self.embeddings]

    def subset(self, rows: np.ndarray) -> "LabelledEmbeddings":
        """Return some utterances, by row number."""
        return replace(
            self,
            utterances=tuple(self.utterances[row] for row in rows),
            embeddings=self.embeddings[rows],
            noisy_copies=None if self.noisy_copies is None else self.noisy_copies[rows],
        )

    def select_layers(self, layers: Sequence[int]) -> "LabelledEmbeddings":
        """Return the embeddings of some of the layers."""
        return replace(
            self,
            embeddings=self.embeddings[:, layers],
            noisy_copies=None if self.noisy_copies is None else self.noisy_copies[:, layers],
            directions=self.directions[:, layers],
        )

    def without_noisy_copies(self) -> "LabelledEmbeddings":
        """Return the same without the noisy copies, for an ablation."""
        return replace(self, noisy_copies=None)

    def without_directions(self) -> "LabelledEmbeddings":
        """Return the same without the emotion directions, for an ablation."""
        return replace(self, directions=self.directions[:0])


def embed_clean(
    encoder: Encoder, utterances: Sequence[Utterance]
) -> tuple[LabelledEmbeddings, list[str]]:
    """Embed recordings to be tested, without noisy copies; see `embed_labelled`."""
    embeddings, readable, unreadable = embed(encoder, utterances)
    return LabelledEmbeddings(tuple(readable), embeddings, None, encoder.directions), unreadable


def embed_labelled(
    encoder: Encoder, utterances: Sequence[Utterance], seed: int
) -> tuple[LabelledEmbeddings, list[str]]:
    """Embed recordings, and a copy of each in generated noise.

    Returns:
        the utterances that could be read, and a warning for each that could not.
    """
    clean, unreadable = embed_clean(encoder, utterances)
    noisy_copies, _, _ = embed(encoder, clean.utterances, in_noise(seed))
    return replace(clean, noisy_copies=noisy_copies), unreadable


def concatenate(sets: Sequence[LabelledEmbeddings]) -> LabelledEmbeddings:
    """Return the utterances of several sets, embedded by the same encoder, as one."""
    return LabelledEmbeddings(
        tuple(utterance for labelled in sets for utterance in labelled.utterances),
        np.concatenate([labelled.embeddings for labelled in sets]),
        np.concatenate([labelled.noisy_copies for labelled in sets]),
        sets[0].directions,
    )


def to_arrays(labelled: LabelledEmbeddings) -> dict[str, np.ndarray]:
    """Return the arrays of an npz file that `load` reads."""
    return {
        "embeddings": labelled.embeddings,
        "in_noise": labelled.noisy_copies,
        "directions": labelled.directions,
        "names": np.array([utterance.name for utterance in labelled.utterances]),
    } | {
        column: np.array([getattr(utterance, column) for utterance in labelled.utterances])
        for column in COLUMNS
    }


def load(path: Path) -> LabelledEmbeddings:
    """Read embeddings from an npz file; the utterances' paths are their names alone.

    Raises:
        SerError: the file is missing, or lacks arrays, as those of earlier versions do.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            arrays = dict(arrays)
        columns = [arrays[column].tolist() for column in COLUMNS]
        return LabelledEmbeddings(
            tuple(
                Utterance(Path(f"{name}.flac"), **dict(zip(COLUMNS, values, strict=True)))
                for name, *values in zip(arrays["names"].tolist(), *columns, strict=True)
            ),
            arrays["embeddings"],
            arrays["in_noise"],
            arrays["directions"],
        )
    except (FileNotFoundError, KeyError) as error:
        raise SerError(
            f"{path} is missing or was made by an earlier version. Make it anew with: "
            f"python -m ser train --data FOLDER --out {path.parent}"
        ) from error
