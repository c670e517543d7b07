"""The emotion classifier: embeddings in, probabilities of LABELS out.

A linear model of several corpora (linear.py) and a kernel ridge of one of them, the home corpus
(kernel_ridge.py), are pooled by a gate (gate.py); gradient boosting corrects the result where a
clip is like the home corpus (boosting.py), and calibration makes probabilities match accuracies
(calibration.py). See ser/training/classifier/fitting.py for how they are fitted.

The linear model gets principal components, which may be adapted to a speaker (speaker.py); the
kernel ridge gets embeddings, always as they are.
"""

from dataclasses import dataclass

import numpy as np

from ser.labels import LABELS
from ser.models.boosting import Boosting
from ser.models.calibration import Calibration
from ser.models.gate import MIN_LOG_PROBABILITY, Gate
from ser.models.kernel_ridge import KernelRidgeModel
from ser.models.linear import BLAS, LinearModel, Projection, flat_rows
from ser.models.speaker import Features


@dataclass(frozen=True)
class Prediction:
    """Probabilities of n clips.

    Attributes:
        pooled: of LABELS before boosting and calibration, shape (n, 8); the map's coordinates.
        probabilities: of LABELS, shape (n, 8), rows sum to 1.
        familiarity: how similar the clips are to the home corpus, 0-1, shape (n,).
        threshold: largest probability from which on an answer is confident.
    """

    pooled: np.ndarray
    probabilities: np.ndarray
    familiarity: np.ndarray
    threshold: float


@dataclass(frozen=True)
class EmotionClassifier:
    """A fitted classifier for embeddings of any encoder.

    Attributes:
        classes: int, shape (k,), indices of the LABELS that occurred in training, ascending.
        linear: of principal components.
        kernel_ridge: of embeddings; its columns are the classes too.
    """

    classes: np.ndarray
    projection: Projection
    linear: LinearModel
    kernel_ridge: KernelRidgeModel
    gate: Gate
    boosting: Boosting
    calibration: Calibration

    @BLAS.wrap(limits=1)
    def features(self, embeddings: np.ndarray) -> Features:
        """Return the features of embeddings, shape (n, ...)."""
        rows = self.projection(embeddings)
        return Features(rows, *self.kernel_ridge.predict(flat_rows(embeddings)))

    def predict(self, embeddings: np.ndarray) -> Prediction:
        """Predict the emotions of embeddings, shape (n, ...), of unknown speakers."""
        features = self.features(embeddings)
        return self.predict_features(features, features.rows)

    @BLAS.wrap(limits=1)
    def predict_features(self, features: Features, adapted: np.ndarray) -> Prediction:
        """Predict the emotions of clips.

        adapted: their principal components, adapted to their speakers, shape (n, d).
        """
        weight = self.gate.weight(features.similarity)
        linear = self.linear.log_probabilities(adapted)
        pooled = self.gate.pool(linear, features.scores, weight)
        columns = boosting_features(linear, weight)
        boosted = self.boosting.predict_log_proba(pooled, columns, weight)
        return Prediction(
            self.of_labels(np.exp(pooled)),
            self.of_labels(self.calibration.calibrate(boosted, weight)),
            weight[:, 0],
            self.calibration.threshold,
        )

    def of_labels(self, probabilities: np.ndarray) -> np.ndarray:
        """Return probabilities of `classes`, shape (n, k), as those of LABELS, shape (n, 8)."""
        columns = np.zeros((len(probabilities), len(LABELS)))
        columns[:, self.classes] = probabilities
        return columns


def boosting_features(linear: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return what boosting splits on beside pooled log-probabilities, shape (n, classes + 1).

    Args:
        linear: log-probabilities of the linear model, shape (n, classes).
        weight: of the kernel ridge, shape (n, 1).
    """
    return np.hstack([np.maximum(linear, MIN_LOG_PROBABILITY), weight])
