"""Adaptation to a speaker, from neutral clips, labelled clips and clips without labels.

A speaker, the room and the microphone shift all principal components (linear.py) by an offset
that does not depend on the emotion. It is estimated from the speaker's clips and subtracted. With n
clips its maximum a posteriori estimate is the mean deviation times n / (n + k), where k is the
relevance factor (Brümmer & de Villiers, "The speaker partitioning problem", Odyssey 2010). What the
predicted emotions explain of that deviation is left out, or five angry clips would shift the offset
to anger.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from ser.labels import LABELS

# Chosen on nEMO with a classifier trained on RAVDESS. POSTERIOR_DISCOUNT lies between the best
# offset of varied clips (0) and one that three clips of a single emotion do not bias (1).
RELEVANCE_FACTOR = 1.0  # k, clips
NEUTRAL_RELEVANCE_FACTOR = 2.0  # k of clips that are known to be neutral
POSTERIOR_DISCOUNT = 0.5  # weight of the predicted emotions against equal ones, 0-1
# Chosen by the scores `labelled` of left-out corpora, so that a single clip makes none worse.
LABELLED_RELEVANCE_FACTOR = 3.0  # k of clips whose emotion is known
MAX_LABELLED = 64  # clips
ZERO = np.float64(0)  # broadcasts to the shape of what is added


@dataclass(frozen=True)
class Features:
    """What the models take of n clips, before any adaptation to a speaker.

    Attributes:
        rows: principal components, float32, shape (n, d).
        scores: of the classes by the kernel ridge, shape (n, k).
        similarity: to the nearest clip of the home corpus, 0-1, shape (n, 1).
    """

    rows: np.ndarray
    scores: np.ndarray
    similarity: np.ndarray

    @classmethod
    def concatenate(cls, several: Sequence["Features"]) -> "Features":
        """Return the features of all clips."""
        names = [field.name for field in fields(cls)]
        return cls(*(np.concatenate([getattr(one, name) for one in several]) for name in names))

    def __getitem__(self, rows: np.ndarray | slice) -> "Features":
        """Return the features of some clips."""
        return Features(self.rows[rows], self.scores[rows], self.similarity[rows])


@dataclass(frozen=True)
class LabelledClip:
    """A clip whose emotion is known.

    Attributes:
        emotion: one of LABELS.
        features: of this clip alone.
    """

    emotion: str
    features: Features


@dataclass(frozen=True)
class Speaker:
    """What is known of one speaker: labelled clips, and sums over all others; no recording.

    Attributes:
        n_unlabelled: number of clips whose emotion is only predicted.
        unlabelled_sum: sum of their principal components, float64, shape (d,).
        expected_counts: sum of the predicted probabilities of their emotions, float64, shape (8,).
        n_neutral: number of clips that are known to be neutral.
        neutral_sum: sum of their principal components, float64, shape (d,).
        labelled: clips whose emotion is known, at most MAX_LABELLED, the oldest first.
    """

    n_unlabelled: int = 0
    unlabelled_sum: np.ndarray | np.float64 = ZERO
    expected_counts: np.ndarray | np.float64 = ZERO
    n_neutral: int = 0
    neutral_sum: np.ndarray | np.float64 = ZERO
    labelled: tuple[LabelledClip, ...] = ()

    @property
    def n_clips(self) -> int:
        """Number of clips, neutral and labelled ones included."""
        return self.n_unlabelled + self.n_neutral + len(self.labelled)

    def update(self, row: np.ndarray, probabilities: np.ndarray) -> "Speaker":
        """Return the statistics with one more clip.

        Args:
            row: its principal components, unadapted, shape (d,).
            probabilities: of its emotions, shape (8,), predicted without adaptation.
        """
        return self.merge(Speaker(1, np.float64(row), np.float64(probabilities)))

    def update_neutral(self, row: np.ndarray) -> "Speaker":
        """Return the statistics with one more clip that is known to be neutral."""
        return self.merge(Speaker(n_neutral=1, neutral_sum=np.float64(row)))

    def teach(self, emotion: str, features: Features) -> "Speaker":
        """Return the speaker with one more labelled clip.

        Where there are too many, the oldest of the most frequent emotion is left out.
        """
        labelled = [*self.labelled, LabelledClip(emotion, features)]
        if len(labelled) > MAX_LABELLED:
            emotions = [clip.emotion for clip in labelled]
            [(frequent, _)] = Counter(emotions).most_common(1)
            del labelled[emotions.index(frequent)]
        return replace(self, labelled=tuple(labelled))

    def remove(self, row: np.ndarray, probabilities: np.ndarray) -> "Speaker":
        """Return the statistics without a clip that `update` added with the same arguments."""
        return self.merge(Speaker(-1, -np.float64(row), -np.float64(probabilities)))

    def merge(self, other: "Speaker") -> "Speaker":
        """Return the statistics of both objects' clips, which are one speaker's."""
        return Speaker(*(getattr(self, name) + getattr(other, name) for name in vars(self)))


UNKNOWN_SPEAKER = Speaker()


@dataclass(frozen=True)
class SpeakerAdaptation:
    """Subtracts a speaker's offset from principal components.

    Attributes:
        class_means: float32, shape (8, d), of each of LABELS; the mean over the emotions where one
            did not occur.
    """

    class_means: np.ndarray

    @classmethod
    def fit(
        cls, rows: np.ndarray, emotions: np.ndarray, corpora: np.ndarray
    ) -> "SpeakerAdaptation":
        """Fit on the classifier's training set.

        Emotions and corpora are additive effects, since no corpus has all emotions.

        Args:
            rows: principal components, shape (n, d).
            emotions, corpora: of each row, shape (n,).
        """
        pairs = sorted(set(zip(corpora.tolist(), emotions.tolist(), strict=True)))
        means = [rows[(corpora == c) & (emotions == e)].mean(axis=0, dtype=float) for c, e in pairs]
        names = np.unique(corpora)
        design = [[*(names == corpus), *(np.array(LABELS) == label)] for corpus, label in pairs]
        # The solution of least norm: effects of emotions that do not occur are zero.
        effects = np.linalg.lstsq(np.array(design, float), np.array(means), rcond=None)[0]
        of_corpora, of_emotions = effects[: len(names)], effects[len(names) :]
        occurring = np.isin(LABELS, emotions)
        of_emotions[~occurring] = of_emotions[occurring].mean(axis=0)
        return cls(np.float32(of_corpora.mean(axis=0) + of_emotions))

    def adapt(self, rows: np.ndarray, speaker: Speaker) -> np.ndarray:
        """Subtract the speaker's estimated offset from principal components, shape (..., d).

        They stay as they are where the speaker has no clips; float32.
        """
        return np.float32(rows - self._offset(speaker)) if speaker.n_clips else rows

    def _offset(self, speaker: Speaker) -> np.ndarray:
        counts = POSTERIOR_DISCOUNT * speaker.expected_counts + (
            1 - POSTERIOR_DISCOUNT
        ) * speaker.n_unlabelled / len(LABELS)
        expected = np.broadcast_to(counts, len(LABELS)) @ self.class_means
        neutral_mean = self.class_means[LABELS.index("neutral")]
        unlabelled = speaker.unlabelled_sum - expected
        neutral = speaker.neutral_sum - speaker.n_neutral * neutral_mean
        labelled = sum(
            clip.features.rows[0] - self.class_means[LABELS.index(clip.emotion)]
            for clip in speaker.labelled
        )
        deviation = (
            unlabelled / RELEVANCE_FACTOR
            + neutral / NEUTRAL_RELEVANCE_FACTOR
            + labelled / LABELLED_RELEVANCE_FACTOR
        )
        return deviation / (
            1
            + speaker.n_unlabelled / RELEVANCE_FACTOR
            + speaker.n_neutral / NEUTRAL_RELEVANCE_FACTOR
            + len(speaker.labelled) / LABELLED_RELEVANCE_FACTOR
        )
