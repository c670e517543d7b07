"""What is known of one voice in one room, and how an answer takes it into account.

A voice and its room shift every embedding alike. With a few clips that shift can be estimated and
taken off, which leaves what changes from clip to clip: the emotion. How far the clips heard so
far are trusted is not chosen but measured in training: the two-covariance model of speaker
recognition (Brümmer & de Villiers, "The speaker partitioning problem", Odyssey 2010), a form of
PLDA in which a clip is its speaker's offset plus a deviation of its own, both normal.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

NOTHING = np.float64(0)  # a sum before anything was added; takes the shape of what is


@dataclass(frozen=True)
class Speaker:
    """One person in one room; every clip heard makes a new one, which knows more.

    Holds sums, never a recording or a single embedding once there are two.

    Attributes:
        others: number of clips of no particular emotion.
        others_sum: sum of their embeddings, float64, shape (d,).
        neutrals: number of clips known to be neutral, none of which is among the others.
        neutrals_sum: sum of their embeddings, float64, shape (d,).
    """

    others: int = 0
    others_sum: np.ndarray | np.float64 = NOTHING
    neutrals: int = 0
    neutrals_sum: np.ndarray | np.float64 = NOTHING

    @property
    def clips(self) -> int:
        """How many clips were heard, neutral ones among them."""
        return self.others + self.neutrals

    def heard(self, embedding: np.ndarray) -> "Speaker":
        """Return what is known with one more clip, given its embedding as the encoder made it."""
        total = self.others_sum + _flat(embedding)
        return Speaker(self.others + 1, total, self.neutrals, self.neutrals_sum)

    def heard_neutral(self, embedding: np.ndarray) -> "Speaker":
        """Return what is known with one more clip, which is known to be neutral."""
        total = self.neutrals_sum + _flat(embedding)
        return Speaker(self.others, self.others_sum, self.neutrals + 1, total)


STRANGER = Speaker()  # of whom nothing is known yet


@dataclass(frozen=True)
class Adaptation:
    """How speakers differ from each other and clips from their speaker, measured in training.

    Offsets are estimated in a subspace of r directions of the standardised embedding: deviations
    are divided by `scale` before they are projected on `basis`, and multiplied by it afterwards.
    All arrays are float32; variances are those of the coordinates in the subspace.

    Attributes:
        mean: shape (d,), mean embedding of the training speakers.
        neutral: shape (d,), mean embedding of their neutral clips.
        scale: shape (d,), standard deviations that the embedding is divided by.
        basis: shape (d, r), orthonormal columns.
        offset_variance: shape (r,), of speakers' offsets.
        clip_variance: shape (r,), of a clip around its speaker, emotions included; above 0.
        neutral_variance: shape (r,), of a neutral clip around its speaker's neutral; above 0.
    """

    mean: np.ndarray
    neutral: np.ndarray
    scale: np.ndarray
    basis: np.ndarray
    offset_variance: np.ndarray
    clip_variance: np.ndarray
    neutral_variance: np.ndarray

    def adapt(self, embedding: np.ndarray, speaker: Speaker) -> np.ndarray:
        """Return an embedding without what its speaker adds to every clip.

        Takes and returns any shape of d values, as float32. Of a speaker without clips nothing
        is known, and the embedding is returned as it is.
        """
        if not speaker.clips:
            return embedding
        offset = self.scale * (self.basis @ self._offset(speaker))
        return (embedding - offset.reshape(embedding.shape)).astype(np.float32)

    def _offset(self, speaker: Speaker) -> np.ndarray:
        """Return the posterior mean of the speaker's offset in the subspace, float64 (r,).

        The prior is N(0, offset_variance); a clip observes the offset with noise of clip_variance
        around `mean`, a neutral one with neutral_variance around `neutral`. With n clips and none
        neutral that is their mean deviation times n / (n + k), k = clip_variance /
        offset_variance.
        """
        prior = self.offset_variance.astype(np.float64)
        others = self._project(speaker.others_sum - speaker.others * self.mean)
        neutrals = self._project(speaker.neutrals_sum - speaker.neutrals * self.neutral)
        evidence = others / self.clip_variance + neutrals / self.neutral_variance
        precision = speaker.others / self.clip_variance + speaker.neutrals / self.neutral_variance
        # Not 1 / prior + precision: a direction in which speakers do not differ has no 1 / prior.
        return prior * evidence / (1 + prior * precision)

    def _project(self, deviation: np.ndarray) -> np.ndarray:
        return (deviation / self.scale) @ self.basis

    def save(self, path: Path) -> None:
        """Write the measures as an npz of plain arrays."""
        np.savez_compressed(path, **vars(self))

    @classmethod
    def load(cls, path: Path) -> "Adaptation":
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(**arrays)


def _flat(embedding: np.ndarray) -> np.ndarray:
    return np.asarray(embedding, dtype=np.float64).reshape(-1)
