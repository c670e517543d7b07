"""Multinomial logistic regression on embeddings, and the features that it is fitted to.

Features are standardised embeddings, and the projections of embeddings on emotion directions that
were measured on other corpora, at a larger scale: an L2 penalty bears less on a feature of larger
scale, so the model prefers what generalises across corpora. Part of each training speaker's mean is
subtracted, since it holds no emotion. Training clips have noisy copies, so that the quiet of a
studio is not taken for a feature of an emotion.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax
from sklearn.base import TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

C = 0.01  # inverse regularisation strength
TOLERANCE = 1e-3  # of the gradient, at which fitting stops
DIRECTION_WEIGHT = 16.0  # standard deviation of projections on emotion directions
SPEAKER_SHRINKAGE = 0.5  # part of a speaker's mean deviation that is subtracted in training
NOISY_COPY_WEIGHT = 0.6  # sample weight of a noisy copy; 1 of a clip


@dataclass(frozen=True)
class LinearModel:
    """A fitted multinomial logistic regression.

    Attributes:
        weights: float32, shape (d, classes).
        intercepts: float32, shape (classes,).
    """

    weights: np.ndarray
    intercepts: np.ndarray

    def log_probabilities(self, rows: np.ndarray) -> np.ndarray:
        """Return the classes' log-probabilities of embeddings, shape (n, d), as (n, classes)."""
        return log_softmax(rows @ self.weights + self.intercepts, axis=1)


def fit_linear(
    rows: np.ndarray,
    classes: np.ndarray,
    speakers: Sequence,
    noisy_copies: Sequence[np.ndarray] = (),
    directions: Sequence[np.ndarray] = (),
) -> LinearModel:
    """Fit a logistic regression on embeddings; all classes weigh the same.

    Args:
        rows: embeddings, shape (n, d).
        classes: of any kind that scikit-learn takes, shape (n,).
        speakers: of each row, for partial speaker mean normalisation.
        noisy_copies: arrays of the rows' shape.
        directions: any number of arrays of d values.
    """
    sets = [normalise_speakers(clips, speakers) for clips in (rows, *noisy_copies)]
    pipeline = linear_pipeline(directions).fit(
        np.concatenate(sets),
        np.tile(classes, len(sets)),
        logisticregression__sample_weight=sample_weights(len(rows), len(noisy_copies)),
    )
    weights, intercepts = affine(pipeline.decision_function, rows.shape[1])
    if weights.ndim == 1:  # two classes: scikit-learn gives the second one's log-odds
        weights = np.stack([np.zeros_like(weights), weights], axis=1)
        intercepts = np.append(np.float32(0), intercepts)
    return LinearModel(weights, np.ravel(intercepts))


def linear_pipeline(directions: Sequence[np.ndarray] = ()) -> Pipeline:
    """Return the features and the logistic regression, not fitted."""
    model = LogisticRegression(C=C, class_weight="balanced", tol=TOLERANCE, max_iter=500)
    return make_pipeline(feature_scaler(directions, DIRECTION_WEIGHT), model)


def feature_scaler(directions: Sequence[np.ndarray], weight: float) -> TransformerMixin:
    """Return a transformer that standardises rows and appends weighted projections on directions.

    weight: standard deviation of each projection; that of all other features is 1.
    """
    if not len(directions):
        return StandardScaler()
    project = FunctionTransformer(np.dot, kw_args={"b": flat_rows(directions).T})
    return FeatureUnion(
        [
            ("standardised", StandardScaler()),
            ("projections", make_pipeline(project, StandardScaler())),
        ],
        transformer_weights={"projections": weight},
    )


def normalise_speakers(rows: np.ndarray, speakers: Sequence) -> np.ndarray:
    """Subtract SPEAKER_SHRINKAGE of each speaker's mean deviation from embeddings, shape (n, d)."""
    names, ids = np.unique(speakers, return_inverse=True)
    means = np.stack([rows[ids == speaker].mean(axis=0) for speaker in range(len(names))])
    return rows - SPEAKER_SHRINKAGE * (means - rows.mean(axis=0))[ids]


def affine(
    function: Callable[[np.ndarray], np.ndarray], size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return weights and intercept, float32, of an affine function of rows of `size` features."""
    intercept = function(np.zeros((1, size)))
    return np.float32(function(np.eye(size)) - intercept), np.float32(intercept)


def flat_rows(embeddings: np.ndarray) -> np.ndarray:
    """Return embeddings of shape (n, ...) as float32 rows, shape (n, d)."""
    return np.asarray(embeddings, dtype=np.float32).reshape(len(embeddings), -1)


def sample_weights(n_clips: int, n_copies: int) -> np.ndarray:
    """Return the weights of clips, then of their noisy copies, of n_clips * (1 + n_copies) rows."""
    return np.repeat([1.0] + [NOISY_COPY_WEIGHT] * n_copies, n_clips)
