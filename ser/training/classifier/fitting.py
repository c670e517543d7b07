"""Fit the models that need labels to a training set."""

from dataclasses import dataclass

import numpy as np

from ser.models.classifier import EmotionClassifier, fit_classifier
from ser.models.speaker import SpeakerAdaptation
from ser.models.training_set import HOME
from ser.models.voice_detector import VoiceDetector
from ser.training.generated_sounds import Sounds
from ser.training.labelled_embeddings import LabelledEmbeddings


@dataclass(frozen=True)
class FittedModels:
    """Models of one training set.

    Attributes:
        out_of_fold: pooled probabilities of the training set's clips, shape (n, 8), each by a
            classifier that was not fitted to its speaker.
    """

    classifier: EmotionClassifier
    adaptation: SpeakerAdaptation
    voice_detector: VoiceDetector
    out_of_fold: np.ndarray


def fit(training_set: LabelledEmbeddings, sounds: Sounds, seed: int) -> FittedModels:
    """Fit classifier, speaker adaptation and voice detector."""
    classifier, out_of_fold = fit_emotions(training_set, seed)
    rows, emotions = classifier.projection(training_set.embeddings), training_set.emotions
    corpora = np.full(len(rows), HOME)
    if others := training_set.others:
        rows = np.concatenate([rows, others.rows], dtype=np.float32)
        emotions = np.concatenate([emotions, others.emotions])
        corpora = np.concatenate([corpora, others.corpora])
    adaptation = SpeakerAdaptation.fit(rows, emotions, corpora)
    voices = np.concatenate([rows, classifier.projection(sounds.speech)])
    detector = VoiceDetector.fit(voices, classifier.projection(sounds.embeddings))
    return FittedModels(classifier, adaptation, detector, out_of_fold)


def fit_emotions(
    training_set: LabelledEmbeddings, seed: int
) -> tuple[EmotionClassifier, np.ndarray]:
    """Fit the classifier alone; returns what `fit_classifier` does."""
    return fit_classifier(
        training_set.embeddings,
        training_set.emotions,
        training_set.speakers,
        training_set.others,
        seed,
    )
