"""Predict for one speaker, of whom labelled clips may be known.

The classifier's probabilities, adapted to the speaker, are the prior of a multinomial kernel
logistic regression on the labelled clips (Zhu & Hastie 2005, "Kernel logistic regression and the
import vector machine"): a clip is corrected by the labelled ones that it resembles. Without any,
the prior is the result.
"""

from dataclasses import replace

import numpy as np

from ser.labels import LABELS
from ser.models.classifier import EmotionClassifier, Prediction
from ser.models.linear import BLAS
from ser.models.speaker import Features, Speaker, SpeakerAdaptation

REGULARISATION = 2.0  # chosen by the scores `labelled` of left-out corpora
MIN_PROBABILITY = 1e-3  # of an emotion, so that the prior does not rule out what is taught
MAX_STEPS = 100
TOLERANCE = 1e-3  # of the coefficients, where the steps end


@BLAS.wrap(limits=1)
def predict(
    classifier: EmotionClassifier,
    adaptation: SpeakerAdaptation,
    features: Features,
    speaker: Speaker,
) -> Prediction:
    """Predict the emotions of a speaker's clips."""
    adapted = adaptation.adapt(features.rows, speaker)
    prediction = classifier.predict_features(features, adapted)
    if not speaker.labelled:
        return prediction
    labelled = Features.concatenate([clip.features for clip in speaker.labelled])
    rows = adaptation.adapt(labelled.rows, speaker)
    prior = np.maximum(classifier.predict_features(labelled, rows).probabilities, MIN_PROBABILITY)
    targets = np.array([LABELS.index(clip.emotion) for clip in speaker.labelled])
    directions = _directions(rows)
    coefficients = fit(directions @ directions.T, prior, targets)
    # Clips of a single emotion do not tell what is peculiar to it and what to the voice.
    share = (len(np.unique(targets)) - 1) / (len(classifier.classes) - 1)
    correction = share * (_directions(adapted) @ directions.T) @ coefficients
    return replace(
        prediction,
        pooled=_corrected(prediction.pooled, correction),
        probabilities=_corrected(prediction.probabilities, correction),
    )


def fit(kernel: np.ndarray, prior: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return the dual coefficients of the corrections, shape (m, classes).

    By a bound on the Hessian (Böhning 1992, "Multinomial logistic regression algorithm"), whose
    inverse is the same in all steps: a tenth of the time of L-BFGS.

    Args:
        kernel: of m labelled clips, shape (m, m).
        prior: their probabilities before, above 0, shape (m, classes).
        targets: the columns of their true classes, shape (m,).
    """
    logits = np.log(prior)
    one_hot = targets[:, None] == np.arange(prior.shape[1])
    inverse = np.linalg.inv(kernel / 2 + REGULARISATION * np.eye(len(kernel)))
    coefficients = np.zeros_like(logits)
    for _ in range(MAX_STEPS):
        probabilities = _softmax(logits + kernel @ coefficients)
        step = inverse @ (probabilities - one_hot + REGULARISATION * coefficients)
        coefficients -= step
        if np.abs(step).max() < TOLERANCE:
            break
    return coefficients


def _directions(rows: np.ndarray) -> np.ndarray:
    """Return rows of length 1, whose products are cosine similarities; rows of zeros stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    # scikit-learn's function checks its arguments for longer than it computes.
    return rows / np.maximum(lengths, np.finfo(rows.dtype).tiny)


def _corrected(probabilities: np.ndarray, correction: np.ndarray) -> np.ndarray:
    """Return probabilities, shape (n, 8), with corrections added to their logarithms.

    Those of emotions that the classifier does not know stay 0.
    """
    known = probabilities.any(axis=0)
    logits = np.log(np.maximum(probabilities, MIN_PROBABILITY)) + correction
    return _softmax(np.where(known, logits, -np.inf))


def _softmax(logits: np.ndarray) -> np.ndarray:
    """Return the softmax of each row: scipy's takes longer to start than a step of `fit`."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)
