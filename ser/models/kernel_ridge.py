"""The kernel ridge that boosting starts from: a clip is compared with all that it learned from.

Somebody like one of those heard sounds alike when angry. Voices are heard as they are.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.decomposition import PCA
from sklearn.kernel_ridge import KernelRidge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.class_weight import compute_sample_weight

from ser.models.linear import affine, features, flat_rows, weights

TOLD = 8.0  # loudness of what has told emotions elsewhere
COMPONENTS = 1024  # principal components among which distances are measured
RIDGE = 0.02  # regularisation, alpha
REACH = 0.3  # gamma of the radial kernel, times the number of features
MOST = 6000  # clips and copies to compare with; of more, so many drawn at random


class Kernel:
    """A fitted kernel ridge and the steps before it, all float32.

    scikit-learn takes twenty times as long for a clip, for it goes by way of float64.
    """

    def __init__(self, fitted: Pipeline):
        """Take the steps, which are affine, with a ridge of a radial kernel as the last."""
        ridge = fitted[-1]
        self.slopes, self.offset = affine(fitted[:-1].transform, fitted.n_features_in_)
        self.gamma, self.heard = ridge.gamma, ridge.X_fit_
        self.squares = (ridge.X_fit_**2).sum(axis=1)
        self.coefficients = ridge.dual_coef_.astype(np.float32)

    def predict(self, flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what the ridge estimates and how alike the most similar clip is.

        Returns:
            each class's share, shape (n, classes), and the largest value of the kernel, shape
            (n, 1), 1 for a clip that it learned from.
        """
        seen = flat @ self.slopes + self.offset
        distances = (seen**2).sum(axis=1, keepdims=True) + self.squares - 2 * seen @ self.heard.T
        alike = np.exp(-self.gamma * np.maximum(distances, 0))
        return alike @ self.coefficients, alike.max(axis=1, keepdims=True)


def fit_kernel(
    flat: np.ndarray,
    classes: np.ndarray,
    copies: Sequence[np.ndarray],
    directions: Sequence[np.ndarray],
    seed: int,
) -> Kernel:
    """Fit on rows of shape (n, d) and their altered copies; rare classes weigh as much as frequent.

    classes: of any kind that scikit-learn takes, shape (n,).
    """
    heard = np.concatenate([flat, *map(flat_rows, copies)])
    told = np.tile(classes, 1 + len(copies))
    weigh = compute_sample_weight("balanced", told) * weights(len(flat), len(copies))
    # What least squares estimate of these are shares (Rifkin et al., "Regularized least-squares
    # classification", 2003).
    shares = (told[:, None] == np.unique(classes)).astype(np.float32)
    chance = np.random.default_rng(seed)
    rows = chance.choice(len(heard), min(MOST, len(heard)), replace=False)
    components = min(COMPONENTS, len(rows), heard.shape[1])
    steps = make_pipeline(
        features(directions, TOLD),
        PCA(components, svd_solver="randomized", random_state=seed),
        KernelRidge(alpha=RIDGE, kernel="rbf", gamma=REACH / heard.shape[1]),
    )
    return Kernel(steps.fit(heard[rows], shares[rows], kernelridge__sample_weight=weigh[rows]))
