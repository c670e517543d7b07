"""Detects whether a clip holds a voice: rain, hum and music carry no emotion.

A logistic regression separates principal components of voices from those of other sounds
(ser/training/generated_sounds.py). A threshold on the distance to the training clips, as is usual
for novelty detection, would reject other speakers and rooms before much noise.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from ser.models.linear import affine

C = 0.001  # inverse regularisation strength
# Where a voice begins, on the way from log-odds of 0 to the mean ones of the training sounds. At 0
# a sixth of CREMA-D is rejected, where that is left out: its recordings are worse than all others.
THRESHOLD = 0.3


@dataclass(frozen=True)
class VoiceDetector:
    """A fitted binary logistic regression of principal components.

    Attributes:
        weights: float32, shape (d,).
        intercept: float32, shape (1,), less the threshold.
    """

    weights: np.ndarray
    intercept: np.ndarray

    @classmethod
    @threadpool_limits.wrap(limits=1)
    def fit(cls, voices: np.ndarray, sounds: np.ndarray) -> "VoiceDetector":
        """Fit on principal components of voices and of other sounds, both of shape (n, d)."""
        rows = np.concatenate([voices, sounds])
        is_voice = np.repeat([True, False], [len(voices), len(sounds)])
        model = LogisticRegression(C=C, class_weight="balanced", max_iter=500)
        pipeline = make_pipeline(StandardScaler(), model).fit(rows, is_voice)
        weights, intercept = affine(pipeline.decision_function, rows.shape[1])
        threshold = THRESHOLD * pipeline.decision_function(sounds).mean()
        return cls(weights, intercept - np.float32(threshold))

    def detect(self, rows: np.ndarray) -> np.ndarray:
        """Return which clips hold a voice, bool (n,), by principal components of shape (n, d)."""
        return rows @ self.weights + self.intercept > 0
