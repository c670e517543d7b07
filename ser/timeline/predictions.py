"""Predict the windows of a recording, each adapted to its speaker."""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ser.labels import LABELS
from ser.models import personal
from ser.models.classifier import EmotionClassifier
from ser.models.speaker import Features, LabelledClip, Speaker, SpeakerAdaptation
from ser.timeline.timeline import Moment

BATCH = 64  # windows


@dataclass(frozen=True)
class Window:
    """A window with a voice.

    Attributes:
        start, end: seconds.
        features: of this window alone.
        probabilities: of its emotions, shape (8,), predicted without adaptation.
    """

    start: float
    end: float
    features: Features
    probabilities: np.ndarray

    def overlaps(self, other: "Window") -> bool:
        """Return whether part of the recording is in both windows."""
        return self.start < other.end and other.start < self.end


def describe(
    embeddings: np.ndarray, spans: Sequence[tuple[float, float]], classifier: EmotionClassifier
) -> list[Window]:
    """Return windows with their features and unadapted probabilities.

    Args:
        embeddings: of the windows, shape (n, layers, 2, hidden size).
        spans: start and end of each, in seconds.
    """
    return windows_of(classifier.features(embeddings), spans, classifier)


def windows_of(
    features: Features, spans: Sequence[tuple[float, float]], classifier: EmotionClassifier
) -> list[Window]:
    """Return windows with their unadapted probabilities.

    spans: start and end of each, in seconds.
    """
    probabilities = classifier.predict_features(features, features.rows).pooled
    return [
        Window(*span, features[row : row + 1], probabilities[row]) for row, span in enumerate(spans)
    ]


def predict(
    windows: list[Window],
    adaptation: SpeakerAdaptation,
    classifier: EmotionClassifier,
    labelled: tuple[LabelledClip, ...],
) -> tuple[list[dict[str, float]], float]:
    """Predict each of a speaker's windows, adapted with those that do not overlap it.

    With labelled clips one offset serves all windows: a window changes it little, and the model of
    the labelled clips is fitted once a batch.

    Returns:
        probabilities of each window by label, and the threshold of a confident one.
    """
    disjoint = []  # in order
    for window in windows:
        if not disjoint or not window.overlaps(disjoint[-1]):
            disjoint.append(window)
    speaker = Speaker(labelled=labelled)
    for window in disjoint:
        speaker = speaker.update(window.features.rows[0], window.probabilities)
    probabilities = []
    for first in range(0, len(windows), BATCH):
        batch = windows[first : first + BATCH]
        features = Features.concatenate([window.features for window in batch])
        if labelled:
            prediction = personal.predict(classifier, adaptation, features, speaker)
        else:
            adapted = _adapted(batch, features, disjoint, speaker, adaptation)
            prediction = classifier.predict_features(features, adapted)
        rows = prediction.probabilities.tolist()
        probabilities += [dict(zip(LABELS, row, strict=True)) for row in rows]
    return probabilities, prediction.threshold


def predict_turns(
    of_all: Sequence[Window],
    numbers: np.ndarray,
    duration: float,
    adaptation: SpeakerAdaptation,
    classifier: EmotionClassifier,
    labelled: tuple[LabelledClip, ...] = (),
) -> tuple[tuple[Moment, ...], float]:
    """Return the moments and the threshold of a `Timeline`, each speaker's windows adapted.

    Args:
        of_all: the windows of all speakers, in order.
        numbers: of their speakers.
        duration: of the recording, seconds.
        labelled: clips of the speaker, if there is one alone.
    """
    moments = []
    for number in range(1, numbers.max() + 1):
        of_speaker = [of_all[row] for row in np.flatnonzero(numbers == number)]
        rows, threshold = predict(of_speaker, adaptation, classifier, labelled)
        moments += [
            Moment(window.start, min(window.end, duration), row, number, window.features)
            for window, row in zip(of_speaker, rows, strict=True)
        ]
    moments.sort(key=lambda moment: moment.start)
    complete, end = [], 0.0
    for moment in moments:
        if moment.start > end:
            complete.append(Moment(end, moment.start, None))
        complete.append(moment)
        end = moment.end
    if end < duration:
        complete.append(Moment(end, duration, None))
    return tuple(complete), threshold


def _adapted(
    batch: list[Window],
    features: Features,
    disjoint: list[Window],
    speaker: Speaker,
    adaptation: SpeakerAdaptation,
) -> np.ndarray:
    """Return the principal components of windows, each adapted with those that do not overlap it.

    A window may overlap all of one or two disjoint ones. Then none of the windows is adapted: one
    threshold holds for all.
    """
    speakers = [_without_overlap(speaker, disjoint, window) for window in batch]
    if not all(statistics.n_clips for statistics in speakers):
        return features.rows
    return np.stack(list(map(adaptation.adapt, features.rows, speakers)))


def _without_overlap(speaker: Speaker, disjoint: list[Window], predicted: Window) -> Speaker:
    """Return a speaker's statistics of those disjoint windows that do not overlap a window."""
    first = bisect(disjoint, predicted.start, key=lambda window: window.end)
    for window in disjoint[first:]:
        if not window.overlaps(predicted):
            break
        speaker = speaker.remove(window.features.rows[0], window.probabilities)
    return speaker
