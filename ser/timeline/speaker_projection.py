"""What an embedding holds of the voice: linear discriminant analysis of many speakers."""

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from ser.models.linear import BLAS, affine, flat_rows

LAYERS = (0, 1, 2)  # hidden states of which the mean over time is taken; upper ones hold words
N_DISCRIMINANTS = 64
MIN_VARIANCE = 1e-3  # between speakers; the variance within them is 1
SHRINKAGE = 0.3  # of the covariance within speakers


@dataclass(frozen=True)
class SpeakerProjection:
    """An affine map from embeddings to features in which speakers differ most.

    The covariance within a speaker, of emotions and words, is the identity but for the shrinkage.

    Attributes:
        weights: float16, shape (layers * hidden size, discriminants).
        offset: float32, shape (1, discriminants).
        between: variances between speakers, float32, shape (discriminants,).
    """

    weights: np.ndarray
    offset: np.ndarray
    between: np.ndarray

    @classmethod
    @threadpool_limits.wrap(limits=1)
    def fit(
        cls, embeddings: np.ndarray, speakers: np.ndarray, corpora: np.ndarray
    ) -> "SpeakerProjection":
        """Fit to embeddings of LAYERS, shape (n, layers, 2, hidden size).

        What differs between corpora, their rooms and microphones, is left out.

        Args:
            speakers, corpora: of each embedding, shape (n,).
        """
        # Only training needs scikit-learn, which takes seconds to import.
        from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        rows = flat_rows(embeddings[:, :, 0])
        for corpus in np.unique(corpora):
            rows[corpora == corpus] -= rows[corpora == corpus].mean(axis=0)
        n_discriminants = min(N_DISCRIMINANTS, rows.shape[1], len(np.unique(speakers)) - 1)
        discriminants = LinearDiscriminantAnalysis(
            solver="eigen", shrinkage=SHRINKAGE, n_components=n_discriminants
        )
        model = make_pipeline(StandardScaler(), discriminants).fit(rows, speakers)
        weights, offset = affine(model.transform, rows.shape[1])
        projected = rows @ weights + offset
        names, counts = np.unique(speakers, return_counts=True)
        means = np.stack([projected[speakers == name].mean(axis=0) for name in names])
        # Less what the variance within speakers, which is 1, adds to that of means.
        between = means.var(axis=0) - 1 / counts.mean()
        return cls(np.float16(weights), offset, np.float32(np.maximum(between, MIN_VARIANCE)))

    @BLAS.wrap(limits=1)
    def __call__(self, embeddings: np.ndarray) -> np.ndarray:
        """Return the features of embeddings of LAYERS, (n, layers, 2, hidden size), as (n, d)."""
        rows = flat_rows(embeddings[:, :, 0])
        return np.float32(rows @ np.float32(self.weights) + self.offset)
