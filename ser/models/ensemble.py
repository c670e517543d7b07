"""The ensemble of linear model and kernel ridge: a logarithmic opinion pool.

Each model's probabilities to the power of its weight, multiplied and normalised (Genest & Zidek
1986, Statistical Science 1:114). The kernel ridge's weight is proportional to a clip's similarity
to the nearest training clip, since the linear model generalises better to dissimilar clips.
"""

import numpy as np
from scipy.special import log_softmax

MIN_SCORE = 0.01  # of a class, so that the kernel ridge alone cannot rule it out
MIN_PROBABILITY = 1e-6  # so that logarithms stay finite


def pool(
    linear: np.ndarray, scores: np.ndarray, similarity: np.ndarray, mixing_weight: float
) -> np.ndarray:
    """Return the pooled log-probabilities, shape (n, classes).

    Args:
        linear: log-probabilities of the linear model, shape (n, classes).
        scores: class scores of the kernel ridge, shape (n, classes).
        similarity: to the nearest training clip, 0-1, shape (n, 1).
        mixing_weight: of the kernel ridge at similarity 1, 0-1; the rest is the linear model's.
    """
    weight = mixing_weight * similarity
    pooled = weight * np.log(np.maximum(scores, MIN_SCORE)) + (1 - weight) * floored(linear)
    return log_softmax(pooled, axis=1)


def floored(log_probabilities: np.ndarray) -> np.ndarray:
    """Return log-probabilities, none of them below that of MIN_PROBABILITY."""
    return np.maximum(log_probabilities, np.log(MIN_PROBABILITY))
