"""How far probabilities are to be trusted: made as right as they claim, and when they are too low.

Measured on out-of-fold predictions, each from a classifier that did not hear the clip's speaker:
those of the training clips themselves would be far too sure. But what is strange in other ways too,
by its room, language or manner, is answered worse than these; so the less alike a clip is to all
that was learned from, the less sure its answer is made.
"""

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

RIGHT = 0.85  # share of the sure answers that are right
DOUBT = 3.0  # exponent of how alike a clip is, by which its log-probabilities are scaled
LEAST = 1e-6  # probability, so that its logarithm stays finite


class PrecomputedScores(ClassifierMixin, BaseEstimator):
    """A classifier of what is classified already: a class is the column of its log-probability."""

    def fit(self, features, columns, sample_weight=None):
        """Learn nothing but the classes, columns of the features."""
        self.classes_ = np.unique(columns).astype(int)  # boosting passes floats
        return self

    def predict_proba(self, features):
        """Return the probabilities that the columns hold, shape (n, classes)."""
        return np.exp(features[:, self.classes_])


class Calibration:
    """Temperature scaling, and when an answer is sure (Guo et al. 2017, arXiv 1706.04599).

    Attributes:
        threshold: the top probability, calibrated, from which on RIGHT of the answers are right;
            above 1 if they never are.
    """

    def __init__(self, probabilities: np.ndarray, alike: np.ndarray, columns: np.ndarray):
        """Measure it on out-of-fold probabilities, shape (n, classes), and the true columns.

        alike: of each clip, how alike the most similar one learned from is, 0-1, shape (n, 1).
        """
        logarithms = _doubted(probabilities, alike)
        given = FrozenEstimator(PrecomputedScores().fit(logarithms, columns))
        rows = np.arange(len(columns))  # one temperature needs no folds
        self._scaling = CalibratedClassifierCV(
            given, method="temperature", cv=[(rows, rows)], ensemble=True
        )
        self._scaling.fit(logarithms, columns)
        self.threshold = _sure(self.calibrate(probabilities, alike), columns)

    def calibrate(self, probabilities: np.ndarray, alike: np.ndarray) -> np.ndarray:
        """Return what probabilities, shape (n, classes), have to be to be right as often.

        alike: as `Calibration` takes it.
        """
        return self._scaling.predict_proba(_doubted(probabilities, alike))


def logarithm(probabilities: np.ndarray) -> np.ndarray:
    """Return log-probabilities, all of them finite."""
    return np.log(np.clip(probabilities, LEAST, 1))


def _doubted(probabilities: np.ndarray, alike: np.ndarray) -> np.ndarray:
    """Return log-probabilities, the more even the less alike a clip is."""
    return logarithm(softmax(alike**DOUBT * logarithm(probabilities), axis=1))


def _sure(probabilities: np.ndarray, columns: np.ndarray) -> float:
    confidence = probabilities.max(axis=1)
    order = np.argsort(-confidence)
    right = np.cumsum(probabilities.argmax(axis=1)[order] == columns[order])
    enough = np.flatnonzero(right / np.arange(1, len(order) + 1) >= RIGHT)
    return float(confidence[order[enough[-1]]]) if len(enough) else np.inf
