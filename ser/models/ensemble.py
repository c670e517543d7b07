"""What boosting starts from: a linear model and a kernel ridge, their probabilities multiplied.

The linear model (linear.py) is best for people whom it never heard, and it alone hears a clip
without what is known to be its speaker's own. The kernel ridge (kernel.py) knows best what is like
something that it heard. So the more alike the most similar of those clips is, the more it counts.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import softmax

from ser.models.calibration import logarithm
from ser.models.kernel_ridge import fit_kernel
from ser.models.linear import fit_linear

LEAST_SHARE = 0.01  # of an emotion, as far as the kernel ridge may rule it out

# Embeddings of shape (n, ...) and their speakers, shape (n,), to embeddings of the same shape.
Adapt = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Ensemble:
    """A linear model and a kernel ridge that name emotions; rare ones weigh as much as frequent.

    Attributes:
        classes_: after `fit`, the emotions that occurred, ascending.
    """

    def __init__(self, seed: int = 0, trust: float = 1.0):
        """Take what decides chance, and what the kernel ridge counts for a clip that it knows, 0-1.

        The probabilities are a logarithmic opinion pool (Genest & Zidek 1986, Statistical Science
        1:114): each to the power of what it counts, multiplied. The kernel ridge counts `trust`
        times the kernel's value, 0-1, at the clip most alike; the rest to 1 is the linear model's.
        """
        self.seed, self.trust = seed, trust

    def fit(
        self,
        flat: np.ndarray,
        emotions: np.ndarray,
        speakers: np.ndarray,
        copies: Sequence[np.ndarray] = (),
        directions: Sequence[np.ndarray] = (),
        adapt: Adapt | None = None,
    ) -> "Ensemble":
        """Fit on rows of shape (n, d); all as `EmotionClassifier.fit` takes it.

        emotions: of any kind that scikit-learn takes for classes, shape (n,).
        """
        known, known_copies = flat, copies
        if adapt:
            known, *known_copies = (adapt(each, speakers) for each in (flat, *copies))
        self.linear = fit_linear(known, emotions, speakers, known_copies, directions)
        self.kernel = fit_kernel(flat, emotions, copies, directions, self.seed)
        self.classes_ = self.linear.classes_
        return self

    def answer(self, flat: np.ndarray, adapted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the probabilities of `classes_`, and how alike the most similar clip is.

        adapted: the same rows without what is known to be their speakers' own.

        Returns:
            shape (n, classes), and shape (n, 1), 0-1, as `Kernel.predict` tells it.
        """
        shares, alike = self.kernel.predict(flat)
        counts = self.trust * alike
        linear = logarithm(self.linear.predict_proba(adapted))
        pooled = counts * np.log(np.maximum(shares, LEAST_SHARE)) + (1 - counts) * linear
        return softmax(pooled, axis=1), alike
