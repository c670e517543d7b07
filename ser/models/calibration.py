"""Calibration of probabilities, and the threshold above which an answer is confident.

Fitted to out-of-fold predictions, each for a speaker that the classifier was not trained on. Clips
of other corpora are predicted worse than these, so the temperature depends on the similarity to the
nearest training clip: the lower that is, the flatter the probabilities.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn.metrics import log_loss

from ser.models.ensemble import floored

TARGET_ACCURACY = 0.85  # of the confident answers, 0-1
SIMILARITY_EXPONENT = 3.0  # log-probabilities are multiplied by similarity to this power
LOG_SCALE_BOUNDS = (-10.0, 10.0)  # as in scikit-learn's temperature scaling


@dataclass(frozen=True)
class Calibration:
    """Temperature scaling (Guo et al. 2017, arXiv 1706.04599) that depends on similarity.

    Attributes:
        scale: inverse temperature at similarity 1.
        threshold: largest probability, calibrated, from which on TARGET_ACCURACY of the answers
            are right; infinite if they never are.
    """

    scale: float
    threshold: float

    def calibrate(self, log_probabilities: np.ndarray, similarity: np.ndarray) -> np.ndarray:
        """Return calibrated probabilities, shape (n, classes).

        Args:
            log_probabilities: shape (n, classes).
            similarity: to the nearest training clip, 0-1, shape (n, 1).
        """
        return softmax(self.scale * _flattened(log_probabilities, similarity), axis=1)


def fit_calibration(
    log_probabilities: np.ndarray, similarity: np.ndarray, classes: np.ndarray
) -> Calibration:
    """Fit scale and threshold to out-of-fold predictions.

    Args:
        log_probabilities, similarity: as `Calibration.calibrate` takes them.
        classes: the true columns, shape (n,).
    """
    logits = _flattened(log_probabilities, similarity)
    columns = np.arange(logits.shape[1])

    def loss(log_scale: float) -> float:
        return log_loss(classes, softmax(np.exp(log_scale) * logits, axis=1), labels=columns)

    optimum = minimize_scalar(
        loss,
        bounds=LOG_SCALE_BOUNDS,
        method="bounded",
        options={"xatol": 64 * np.finfo(np.float64).eps},  # scikit-learn's, too
    )
    scale = float(np.exp(optimum.x))
    probabilities = Calibration(scale, np.inf).calibrate(log_probabilities, similarity)
    return Calibration(scale, _threshold(probabilities, classes))


def _flattened(log_probabilities: np.ndarray, similarity: np.ndarray) -> np.ndarray:
    return similarity**SIMILARITY_EXPONENT * floored(log_probabilities)


def _threshold(probabilities: np.ndarray, classes: np.ndarray) -> float:
    confidence = probabilities.max(axis=1)
    order = np.argsort(-confidence)
    correct = np.cumsum(probabilities.argmax(axis=1)[order] == classes[order])
    accurate = np.flatnonzero(correct / np.arange(1, len(order) + 1) >= TARGET_ACCURACY)
    return float(confidence[order[accurate[-1]]]) if len(accurate) else np.inf
