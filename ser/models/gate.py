"""The gate between the linear model of all corpora and the kernel ridge of one of them.

A logarithmic opinion pool (Genest & Zidek 1986, Statistical Science 1:114) whose weight depends on
the similarity to the nearest clip that the kernel ridge was fitted to, as in a mixture of experts
(Jacobs et al. 1991): it is the better model of similar clips, the linear model of all others. An
emotion that no other corpus has is as improbable as a clip is unlike that corpus.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_softmax, logit

from ser.models.linear import MASKED

# Percentiles of the similarity of unknown speakers of the kernel ridge's corpus, and weights there.
PERCENTILES = (5, 25)
WEIGHTS = (0.5, 0.98)
MIN_DISTANCE = 1e-3  # between the two, so that the slope stays finite
MIN_LOG_PROBABILITY = -12.0  # of the linear model, which has none for what its fold lacks
MIN_WEIGHT = 1e-6  # so that logarithms stay finite
MIN_SCORE = 0.01  # of a class, so that the kernel ridge does not rule it out
SCALES = (0.05, 20.0)  # bounds of the inverse temperatures


@dataclass(frozen=True)
class Gate:
    """A fitted gate.

    Attributes:
        midpoint: similarity at which both models have the same weight.
        slope: of the logistic function of similarity there.
        kernel_scale, linear_scale: inverse temperatures of the two models.
        only_at_home: bool, shape (classes,), which only the kernel ridge's corpus has.
    """

    midpoint: float
    slope: float
    kernel_scale: float
    linear_scale: float
    only_at_home: np.ndarray

    def weight(self, similarity: np.ndarray) -> np.ndarray:
        """Return the kernel ridge's weight, 0-1, by similarity, both of shape (n, 1)."""
        return expit(self.slope * (similarity - self.midpoint))

    def pool(self, linear: np.ndarray, scores: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return pooled log-probabilities, shape (n, classes).

        Args:
            linear: log-probabilities of the linear model, shape (n, classes).
            scores: class scores of the kernel ridge, shape (n, classes).
            weight: of the kernel ridge, shape (n, 1).
        """
        kernel = self.kernel_scale * log_scores(scores)
        linear = np.maximum(linear, MIN_LOG_PROBABILITY)
        pooled = weight * kernel + (1 - weight) * self.linear_scale * linear
        return log_softmax(
            pooled + self.only_at_home * np.log(np.maximum(weight, MIN_WEIGHT)), axis=1
        )


def fit_gate(
    similarity: np.ndarray,
    scores: np.ndarray,
    linear: np.ndarray,
    mask: np.ndarray,
    targets: np.ndarray,
    weights: np.ndarray,
    only_at_home: np.ndarray,
) -> Gate:
    """Fit to out-of-fold predictions; the inverse temperatures by maximum likelihood.

    Args:
        similarity, scores: of the kernel ridge, for m clips of its corpus.
        linear: log-probabilities of those and of clips of unknown speakers, shape (n, classes).
        mask: which classes a clip's corpus has, bool, shape (n, classes).
        targets: the true columns, shape (n,).
        weights: of the clips, shape (n,).
        only_at_home: see `Gate`.
    """
    n_home, linear = len(similarity), np.maximum(linear, MIN_LOG_PROBABILITY)
    low, high = np.percentile(similarity, PERCENTILES)
    slope = np.subtract(*logit(WEIGHTS[::-1])) / max(high - low, MIN_DISTANCE)
    home, others = slice(n_home), slice(n_home if n_home < len(linear) else 0, None)

    def inverse_temperature(logits: np.ndarray, rows: slice) -> float:
        return _inverse_temperature(logits, mask[rows], targets[rows], weights[rows])

    return Gate(
        midpoint=float(low),
        slope=float(slope),
        kernel_scale=inverse_temperature(log_scores(scores), home),
        linear_scale=inverse_temperature(linear[others], others),
        only_at_home=only_at_home,
    )


def log_scores(scores: np.ndarray) -> np.ndarray:
    """Return logarithms of class scores, none of them below that of MIN_SCORE."""
    return np.log(np.maximum(scores, MIN_SCORE))


def _inverse_temperature(
    logits: np.ndarray, mask: np.ndarray, targets: np.ndarray, weights: np.ndarray
) -> float:
    rows = np.arange(len(targets))

    def loss(logarithm: float) -> float:
        scaled = np.where(mask, np.exp(logarithm) * logits, MASKED)
        return -float(weights @ log_softmax(scaled, axis=1)[rows, targets])

    return float(np.exp(minimize_scalar(loss, bounds=np.log(SCALES), method="bounded").x))
