"""Whether probabilities can be believed: how far they are off, and what the sure answers are worth.

Expected calibration error as in Guo et al. 2017, arXiv 1706.04599.
"""

import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from ser.labels import LABELS

BINS = 15


def measure(emotions: np.ndarray, probabilities: np.ndarray, sure: np.ndarray) -> dict:
    """Compare probabilities, shape (n, 8), with the emotions, shape (n,), of unseen speakers.

    Args:
        sure: bool, shape (n,), which answers the classifier took for sure.

    Returns:
        `ece`, `brier` (0-2), `reliability` (for each of 15 bins that is not empty the mean
        `confidence`, the `accuracy` and the `count`), and what `sure_answers` tells.
    """
    confidence = probabilities.max(axis=1)
    labels = np.array(LABELS)
    order = np.argsort(labels)  # as scikit-learn wants them
    right = labels[probabilities.argmax(axis=1)] == emotions
    accuracy, mean = calibration_curve(right, confidence, n_bins=BINS)
    counts, _ = np.histogram(confidence, BINS, (0, 1))
    counts = counts[counts > 0]
    return {
        "ece": float(np.average(np.abs(accuracy - mean), weights=counts)),
        "brier": float(brier_score_loss(emotions, probabilities[:, order], labels=labels[order])),
        "reliability": {
            "confidence": mean.tolist(),
            "accuracy": accuracy.tolist(),
            "count": counts.tolist(),
        },
    } | sure_answers(right, sure)


def sure_answers(right: np.ndarray, sure: np.ndarray) -> dict:
    """Tell what sure answers are worth: which answers are right, and sure, both bool, shape (n,).

    Returns:
        `coverage` (share of sure answers) and `selective_accuracy` (share of those that are right; None
        if there are none).
    """
    return {
        "coverage": float(sure.mean()),
        "selective_accuracy": float(right[sure].mean()) if sure.any() else None,
    }
