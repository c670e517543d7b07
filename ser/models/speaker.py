"""Adaptation of embeddings to a speaker, from neutral clips and from clips without labels.

A speaker, the room and the microphone shift all embeddings by an offset that does not depend on the
emotion. It is estimated from the speaker's clips and subtracted. With n clips its maximum a
posteriori estimate is the mean deviation times n / (n + k), where k is the relevance factor
(Brümmer & de Villiers, "The speaker partitioning problem", Odyssey 2010). What the predicted
emotions explain of that deviation is left out, or five angry clips would shift the offset to anger.
"""

from dataclasses import dataclass

import numpy as np

from ser.labels import LABELS

# Chosen on nEMO with a classifier trained on RAVDESS. POSTERIOR_DISCOUNT lies between the best
# offset of varied clips (0) and one that three clips of a single emotion do not bias (1).
RELEVANCE_FACTOR = 1.0  # k, clips
NEUTRAL_RELEVANCE_FACTOR = 2.0  # k of clips that are known to be neutral
POSTERIOR_DISCOUNT = 0.5  # weight of the predicted emotions against equal ones, 0-1
ZERO = np.float64(0)  # broadcasts to the shape of what is added


@dataclass(frozen=True)
class Speaker:
    """Sufficient statistics of one speaker's clips: sums, no recording and no single embedding.

    Attributes:
        n_unlabelled: number of clips whose emotion is only predicted.
        unlabelled_sum: sum of their embeddings, float64, shape (d,).
        expected_counts: sum of the predicted probabilities of their emotions, float64, shape (8,).
        n_neutral: number of clips that are known to be neutral.
        neutral_sum: sum of their embeddings, float64, shape (d,).
    """

    n_unlabelled: int = 0
    unlabelled_sum: np.ndarray | np.float64 = ZERO
    expected_counts: np.ndarray | np.float64 = ZERO
    n_neutral: int = 0
    neutral_sum: np.ndarray | np.float64 = ZERO

    @property
    def n_clips(self) -> int:
        """Number of clips, neutral ones included."""
        return self.n_unlabelled + self.n_neutral

    def update(self, embedding: np.ndarray, probabilities: np.ndarray) -> "Speaker":
        """Return the statistics with one more clip.

        Args:
            embedding: unadapted, of any shape with d values.
            probabilities: of its emotions, shape (8,), predicted without adaptation.
        """
        return self.merge(Speaker(1, _flat(embedding), _flat(probabilities)))

    def update_neutral(self, embedding: np.ndarray) -> "Speaker":
        """Return the statistics with one more clip that is known to be neutral."""
        return self.merge(Speaker(n_neutral=1, neutral_sum=_flat(embedding)))

    def remove(self, embedding: np.ndarray, probabilities: np.ndarray) -> "Speaker":
        """Return the statistics without a clip that `update` added with the same arguments."""
        return self.merge(Speaker(-1, -_flat(embedding), -_flat(probabilities)))

    def merge(self, other: "Speaker") -> "Speaker":
        """Return the statistics of both objects' clips, which are one speaker's."""
        return Speaker(*(getattr(self, name) + getattr(other, name) for name in vars(self)))


UNKNOWN_SPEAKER = Speaker()


@dataclass(frozen=True)
class SpeakerAdaptation:
    """Subtracts a speaker's offset from embeddings.

    Attributes:
        class_means: float32, shape (8, d), mean training embedding of each of LABELS; the mean over
            the emotions where one did not occur.
    """

    class_means: np.ndarray

    @classmethod
    def fit(cls, embeddings: np.ndarray, emotions: np.ndarray) -> "SpeakerAdaptation":
        """Fit on the classifier's training embeddings, shape (n, ...), and their emotions."""
        flat = np.asarray(embeddings, np.float64).reshape(len(embeddings), -1)
        emotions = np.asarray(emotions)
        means = {label: flat[emotions == label].mean(axis=0) for label in np.unique(emotions)}
        mean = np.mean(list(means.values()), axis=0)
        return cls(np.float32([means.get(label, mean) for label in LABELS]))

    def adapt(self, embedding: np.ndarray, speaker: Speaker) -> np.ndarray:
        """Subtract the speaker's estimated offset from an embedding.

        Takes any shape of d values and returns it as float32; the embedding itself where the
        speaker has no clips.
        """
        if not speaker.n_clips:
            return embedding
        return (embedding - self._offset(speaker).reshape(embedding.shape)).astype(np.float32)

    def _offset(self, speaker: Speaker) -> np.ndarray:
        counts = POSTERIOR_DISCOUNT * speaker.expected_counts + (
            1 - POSTERIOR_DISCOUNT
        ) * speaker.n_unlabelled / len(LABELS)
        expected = np.broadcast_to(counts, len(LABELS)) @ self.class_means
        neutral_mean = self.class_means[LABELS.index("neutral")]
        unlabelled = speaker.unlabelled_sum - expected
        neutral = speaker.neutral_sum - speaker.n_neutral * neutral_mean
        deviation = unlabelled / RELEVANCE_FACTOR + neutral / NEUTRAL_RELEVANCE_FACTOR
        return deviation / (
            1
            + speaker.n_unlabelled / RELEVANCE_FACTOR
            + speaker.n_neutral / NEUTRAL_RELEVANCE_FACTOR
        )


def _flat(values: np.ndarray) -> np.ndarray:
    return np.asarray(values, dtype=np.float64).reshape(-1)
