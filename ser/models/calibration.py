"""Calibration of probabilities, and the threshold above which an answer is confident.

Fitted to out-of-fold predictions of speakers and corpora that the classifier was not trained on.
Clips unlike the home corpus are predicted worse, so the temperature depends on the gate's weight.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import softmax

from ser.models.linear import MASKED

LOG_SCALES = (-3.0, 3.0)  # bounds of the logarithm of the inverse temperature
TARGET_ACCURACY = 0.8  # of the confident answers, 0-1


@dataclass(frozen=True)
class Calibration:
    """Temperature scaling (Guo et al. 2017, arXiv 1706.04599) that depends on the gate's weight.

    Attributes:
        intercept, slope: the logarithm of the inverse temperature is intercept + slope * weight.
        threshold: largest probability, calibrated, from which on TARGET_ACCURACY of the answers
            are right; infinite if they never are.
    """

    intercept: float
    slope: float
    threshold: float

    def calibrate(self, log_probabilities: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return calibrated probabilities, shape (n, classes).

        Args:
            log_probabilities: shape (n, classes).
            weight: of the kernel ridge, 0-1, shape (n, 1).
        """
        return softmax(self.scale(weight) * log_probabilities, axis=1)

    def scale(self, weight: np.ndarray) -> np.ndarray:
        """Return the inverse temperature by weight, both of shape (n, 1)."""
        return np.exp(np.clip(self.intercept + self.slope * weight, *LOG_SCALES))


def fit_calibration(
    log_probabilities: np.ndarray,
    weight: np.ndarray,
    targets: np.ndarray,
    mask: np.ndarray,
    weights: np.ndarray,
) -> Calibration:
    """Fit temperature and threshold to out-of-fold predictions.

    Args:
        log_probabilities, weight: as `Calibration.calibrate` takes them.
        targets: the true columns, shape (n,).
        mask: which classes a clip's corpus has, bool, shape (n, classes).
        weights: of the clips, shape (n,).
    """
    one_hot = targets[:, None] == np.arange(log_probabilities.shape[1])

    # Not the likelihood, which a few confident errors dominate: the result would be underconfident.
    def brier_score(parameters: np.ndarray) -> float:
        logits = Calibration(*parameters, np.inf).scale(weight) * log_probabilities
        probabilities = softmax(np.where(mask, logits, MASKED), axis=1)
        return float(weights @ np.square(probabilities - one_hot).sum(axis=1))

    intercept, slope = map(float, minimize(brier_score, np.zeros(2), method="Nelder-Mead").x)
    calibration = Calibration(intercept, slope, np.inf)
    probabilities = calibration.calibrate(log_probabilities, weight)
    return Calibration(intercept, slope, _threshold(probabilities, targets, weights))


def _threshold(probabilities: np.ndarray, targets: np.ndarray, weights: np.ndarray) -> float:
    confidence = probabilities.max(axis=1)
    order = np.argsort(-confidence)
    correct = (probabilities.argmax(axis=1) == targets)[order]
    accuracy = np.cumsum(weights[order] * correct) / np.cumsum(weights[order])
    accurate = np.flatnonzero(accuracy >= TARGET_ACCURACY)
    return float(confidence[order[accurate[-1]]]) if len(accurate) else np.inf
