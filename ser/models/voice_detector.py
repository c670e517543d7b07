"""Detects whether a clip holds a voice: rain, hum and music carry no emotion.

A logistic regression separates embeddings of voices from those of generated sounds
(ser/training/generated_sounds.py). A threshold on the distance to the training clips, as is usual
for novelty detection, would reject other speakers and rooms before much noise.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from ser.models.linear import affine, flat_rows

C = 0.001  # inverse regularisation strength


@dataclass(frozen=True)
class VoiceDetector:
    """A fitted binary logistic regression of embeddings.

    Attributes:
        weights: float32, shape (d,).
        intercept: float32, shape (1,).
    """

    weights: np.ndarray
    intercept: np.ndarray

    @classmethod
    @threadpool_limits.wrap(limits=1)
    def fit(cls, voices: np.ndarray, sounds: np.ndarray) -> "VoiceDetector":
        """Fit on embeddings of voices and of other sounds, both of shape (n, ...)."""
        rows = np.concatenate([flat_rows(voices), flat_rows(sounds)])
        is_voice = np.repeat([True, False], [len(voices), len(sounds)])
        model = LogisticRegression(C=C, class_weight="balanced", max_iter=500)
        pipeline = make_pipeline(StandardScaler(), model).fit(rows, is_voice)
        return cls(*affine(pipeline.decision_function, rows.shape[1]))

    def detect(self, embeddings: np.ndarray) -> np.ndarray:
        """Return which of the embeddings, shape (n, ...), hold a voice: bool, shape (n,)."""
        return flat_rows(embeddings) @ self.weights + self.intercept > 0
