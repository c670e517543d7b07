"""What is known of one voice in one room, and how an answer takes it into account.

A voice, its room and its microphone shift every embedding alike. With a few clips that shift, the
offset, can be estimated and taken off, which leaves what changes from clip to clip: the emotion.
With n clips the estimate counts n / (n + k), as in the two-covariance model of speaker recognition
(Brümmer & de Villiers, "The speaker partitioning problem", Odyssey 2010). What the clips heard so
far seem to express is not taken for the voice, else five angry clips would make anger its normal.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ser.labels import LABELS

# Chosen on nEMO, scored as strangers; BELIEF between knowing a varied session better (0) and not
# mistaking three clips of one emotion for the voice (1).
CLIPS = 1.0  # k: so many clips weigh as much as what is known of people in general
NEUTRAL_CLIPS = 2.0  # the same for neutral clips
BELIEF = 0.5  # how far a clip's supposed emotion is believed when its offset is measured
NOTHING = np.float64(0)  # a sum before anything was added; takes the shape of what is


@dataclass(frozen=True)
class Speaker:
    """One person in one room; every clip heard makes a new one, which knows more.

    Holds sums, never a recording or a single embedding once there are two.

    Attributes:
        others: number of clips of no particular emotion.
        others_sum: sum of their embeddings, float64, shape (d,).
        supposed: sum of the probabilities of their emotions, float64, shape (8,).
        neutrals: number of clips known to be neutral, none of which is among the others.
        neutrals_sum: sum of their embeddings, float64, shape (d,).
    """

    others: int = 0
    others_sum: np.ndarray | np.float64 = NOTHING
    supposed: np.ndarray | np.float64 = NOTHING
    neutrals: int = 0
    neutrals_sum: np.ndarray | np.float64 = NOTHING

    @property
    def clips(self) -> int:
        """How many clips were heard, neutral ones among them."""
        return self.others + self.neutrals

    def heard(self, embedding: np.ndarray, probabilities: np.ndarray) -> "Speaker":
        """Return what is known with one more clip.

        Args:
            embedding: as the encoder made it, of any shape.
            probabilities: of its emotions, shape (8,), as a stranger's.
        """
        return Speaker(
            self.others + 1,
            self.others_sum + _flat(embedding),
            self.supposed + _flat(probabilities),
            self.neutrals,
            self.neutrals_sum,
        )

    def unheard(self, embedding: np.ndarray, probabilities: np.ndarray) -> "Speaker":
        """Return what is known without a clip that `heard` was told of, in the same words."""
        return Speaker(
            self.others - 1,
            self.others_sum - _flat(embedding),
            self.supposed - _flat(probabilities),
            self.neutrals,
            self.neutrals_sum,
        )

    def together(self, other: "Speaker") -> "Speaker":
        """Return what is known with another's clips, who is the same person in the same room."""
        return Speaker(*(getattr(self, name) + getattr(other, name) for name in vars(self)))

    def heard_neutral(self, embedding: np.ndarray) -> "Speaker":
        """Return what is known with one more clip, which is known to be neutral."""
        total = self.neutrals_sum + _flat(embedding)
        return Speaker(self.others, self.others_sum, self.supposed, self.neutrals + 1, total)


STRANGER = Speaker()  # of whom nothing is known yet


@dataclass(frozen=True)
class Adaptation:
    """Where the emotions of people in general lie, measured in training.

    Attributes:
        centres: float32, shape (8, d), mean embedding of each of LABELS; of all emotions where
            one did not occur.
    """

    centres: np.ndarray

    @classmethod
    def measure(cls, embeddings: np.ndarray, emotions: np.ndarray) -> "Adaptation":
        """Measure it on the classifier's training clips, embeddings of shape (n, ...)."""
        flat = np.asarray(embeddings, np.float64).reshape(len(embeddings), -1)
        emotions = np.asarray(emotions)
        found = {label: flat[emotions == label].mean(axis=0) for label in np.unique(emotions)}
        middle = np.mean(list(found.values()), axis=0)
        return cls(np.float32([found.get(label, middle) for label in LABELS]))

    def adapt(self, embedding: np.ndarray, speaker: Speaker) -> np.ndarray:
        """Return an embedding without what its speaker adds to every clip.

        Takes and returns any shape of d values, as float32. Of a speaker without clips nothing
        is known, and the embedding is returned as it is.
        """
        if not speaker.clips:
            return embedding
        return (embedding - self._offset(speaker).reshape(embedding.shape)).astype(np.float32)

    def _offset(self, speaker: Speaker) -> np.ndarray:
        supposed = BELIEF * speaker.supposed + (1 - BELIEF) * speaker.others / len(LABELS)
        expected = np.broadcast_to(supposed, len(LABELS)) @ self.centres
        others = speaker.others_sum - expected
        neutrals = speaker.neutrals_sum - speaker.neutrals * self.centres[LABELS.index("neutral")]
        evidence = others / CLIPS + neutrals / NEUTRAL_CLIPS
        return evidence / (1 + speaker.others / CLIPS + speaker.neutrals / NEUTRAL_CLIPS)

    def save(self, path: Path) -> None:
        """Write it as an npz of plain arrays."""
        np.savez_compressed(path, **vars(self))

    @classmethod
    def load(cls, path: Path) -> "Adaptation":
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(**arrays)


def _flat(values: np.ndarray) -> np.ndarray:
    return np.asarray(values, dtype=np.float64).reshape(-1)
