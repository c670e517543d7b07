"""Predict the windows of a recording, adapted to its one speaker."""

from dataclasses import dataclass

import numpy as np

from ser.labels import LABELS
from ser.models import personal
from ser.models.classifier import EmotionClassifier
from ser.models.speaker import Features, LabelledClip, Speaker, SpeakerAdaptation

WINDOW, HOP = 3, 1  # s
BATCH = 64  # windows


@dataclass(frozen=True)
class Window:
    """A window with a voice.

    Attributes:
        index: of the window; it starts at index * HOP seconds.
        features: of this window alone.
        probabilities: of its emotions, shape (8,), predicted without adaptation.
    """

    index: int
    features: Features
    probabilities: np.ndarray


def predict(
    windows: list[Window],
    adaptation: SpeakerAdaptation,
    classifier: EmotionClassifier,
    labelled: tuple[LabelledClip, ...],
) -> tuple[dict[int, dict[str, float]], float]:
    """Predict each window, adapted with the windows that do not overlap it.

    With labelled clips one offset serves all windows: a window changes it little, and the model of
    the labelled clips is fitted once a batch.

    Returns:
        probabilities by window index and label, and the threshold of a confident one.
    """
    disjoint = []
    for window in windows:
        if not disjoint or (window.index - disjoint[-1].index) * HOP >= WINDOW:
            disjoint.append(window)
    speaker = Speaker(labelled=labelled)
    for window in disjoint:
        speaker = speaker.update(window.features.rows[0], window.probabilities)
    probabilities = {}
    for first in range(0, len(windows), BATCH):
        batch = windows[first : first + BATCH]
        features = Features.concatenate([window.features for window in batch])
        if labelled:
            prediction = personal.predict(classifier, adaptation, features, speaker)
        else:
            adapted = _adapted(batch, features, disjoint, speaker, adaptation)
            prediction = classifier.predict_features(features, adapted)
        for window, row in zip(batch, prediction.probabilities.tolist(), strict=True):
            probabilities[window.index] = dict(zip(LABELS, row, strict=True))
    return probabilities, prediction.threshold


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
    for window in disjoint:
        if abs(window.index - predicted.index) * HOP < WINDOW:
            speaker = speaker.remove(window.features.rows[0], window.probabilities)
    return speaker
