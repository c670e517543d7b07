"""Kernel ridge regression on one-hot targets: compares a clip with all training clips.

It is the better model for a clip that is similar to one of the training set. Similarity is the
largest value of its kernel, that of the nearest training clip.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ser.models.linear import affine

N_COMPONENTS = 1024  # principal components in which distances are measured
ALPHA = 0.02  # regularisation strength
GAMMA = 0.3  # of the RBF kernel, times the number of features
MAX_EXAMPLES = 6000  # clips that are compared with; of more, a random sample


@dataclass(frozen=True)
class KernelRidgeModel:
    """A fitted kernel ridge regression with an RBF kernel, in float32.

    scikit-learn's takes twenty times as long for one clip, since it computes in float64.

    Attributes:
        projection: shape (d, components), from an embedding to where distances are measured.
        offset: shape (1, components), added to the projection.
        examples: projected training clips, shape (m, components).
        dual_coefficients: shape (m, classes).
        gamma: of the kernel, exp(-gamma * squared distance).
    """

    projection: np.ndarray
    offset: np.ndarray
    examples: np.ndarray
    dual_coefficients: np.ndarray
    gamma: float

    @cached_property
    def _squares(self) -> np.ndarray:
        return (self.examples**2).sum(axis=1)

    def predict(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return class scores and similarities of embeddings, shape (n, d).

        Returns:
            estimated one-hot targets, shape (n, classes), and the largest value of the kernel,
            shape (n, 1), 0-1; 1 for a training clip.
        """
        projected = rows @ self.projection + self.offset
        squares = (projected**2).sum(axis=1, keepdims=True)
        distances = squares + self._squares - 2 * projected @ self.examples.T
        kernel = np.exp(-self.gamma * np.maximum(distances, 0))
        return kernel @ self.dual_coefficients, kernel.max(axis=1, keepdims=True)


def fit_kernel_ridge(
    rows: np.ndarray, targets: np.ndarray, n_classes: int, seed: int
) -> KernelRidgeModel:
    """Fit on embeddings; all classes that occur weigh the same.

    The least-squares estimates of one-hot targets estimate class probabilities (Rifkin et al.,
    "Regularized least-squares classification", 2003).

    Args:
        rows: embeddings, shape (n, d).
        targets: the column of each row's class, shape (n,).
    """
    # Only training needs scikit-learn, which takes seconds to import.
    from sklearn.decomposition import PCA
    from sklearn.kernel_ridge import KernelRidge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.utils.class_weight import compute_sample_weight

    weights = compute_sample_weight("balanced", targets)
    one_hot = (targets[:, None] == np.arange(n_classes)).astype(np.float32)
    size = min(MAX_EXAMPLES, len(rows))
    sample = np.random.default_rng(seed).choice(len(rows), size, replace=False)
    pipeline = make_pipeline(
        StandardScaler(),
        PCA(min(N_COMPONENTS, *rows[sample].shape), svd_solver="randomized", random_state=seed),
        KernelRidge(alpha=ALPHA, kernel="rbf", gamma=GAMMA / rows.shape[1]),
    )
    pipeline.fit(rows[sample], one_hot[sample], kernelridge__sample_weight=weights[sample])
    ridge = pipeline[-1]
    projection, offset = affine(pipeline[:-1].transform, rows.shape[1])
    return KernelRidgeModel(
        projection, offset, ridge.X_fit_, np.float32(ridge.dual_coef_), ridge.gamma
    )
