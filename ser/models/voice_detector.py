"""Whether there is a voice at all: rain, hum and music carry no emotion, whatever is said of them.

A linear model tells embeddings of voices from those of sounds that were generated for the purpose
(training/sounds.py). The distance from the training clips, the usual way, would not do: what is
far enough from RAVDESS to be noise is nearer than many people in other rooms.
"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from ser.models.linear import flat_rows

REGULARISATION = 0.001  # C of the linear model, inverse strength


class VoiceDetector:
    """Tells voices from other sounds by their embeddings."""

    @threadpool_limits.wrap(limits=1)
    def __init__(self, voices: np.ndarray, sounds: np.ndarray):
        """Learn from embeddings of voices and of other sounds, both of shape (n, ...)."""
        model = LogisticRegression(C=REGULARISATION, class_weight="balanced", max_iter=500)
        heard = np.concatenate([flat_rows(voices), flat_rows(sounds)])
        is_voice = np.repeat([True, False], [len(voices), len(sounds)])
        self._model = make_pipeline(StandardScaler(), model).fit(heard, is_voice)

    def detect(self, embeddings: np.ndarray) -> np.ndarray:
        """Return in which of the embeddings, shape (n, ...), there is a voice: bool, shape (n,)."""
        return self._model.predict(flat_rows(embeddings))
