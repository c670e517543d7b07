"""The linear model that boosting starts from, and how clips are made features for it.

It learns from voices brought nearer to each other, since what is one speaker's own tells no
emotion, and hears louder the directions in which other corpora's emotions lie: what it is
regularised for least is what holds for other people too. Altered copies of the clips teach it that
a studio's silence tells no emotion either.
"""

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.base import TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

REGULARISATION = 0.01  # C, inverse strength
TOLERANCE = 1e-3  # of its gradient
TOLD = 16.0  # loudness of what has told emotions elsewhere
OWN = 0.5  # of a training speaker's distance from all others' mean, what is taken off
COPY = 0.6  # of a clip's weight, that of each altered copy


def nearer(flat: np.ndarray, speakers: Sequence) -> np.ndarray:
    """Return embeddings, shape (n, d), without part of what is their speakers' own."""
    people, of = np.unique(speakers, return_inverse=True)
    means = np.stack([flat[of == person].mean(axis=0) for person in range(len(people))])
    return flat - OWN * (means - flat.mean(axis=0))[of]


def lessons(
    embeddings: np.ndarray, speakers: Sequence, copies: Sequence[np.ndarray] = ()
) -> np.ndarray:
    """Return clips, shape (n, ...), then their copies, as `nearer` has them, one row each."""
    return np.concatenate([nearer(flat_rows(each), speakers) for each in (embeddings, *copies)])


def fit_linear(
    embeddings: np.ndarray,
    emotions: np.ndarray,
    speakers: Sequence,
    copies: Sequence[np.ndarray] = (),
    directions: Sequence[np.ndarray] = (),
) -> LogisticRegression:
    """Fit the linear model that boosting starts from, as `EmotionClassifier.fit` takes its lessons.

    emotions: of any kind that scikit-learn takes for classes, shape (n,).
    directions: of an embedding's shape, any number of them.
    """
    fitted = linear_model(directions).fit(
        lessons(embeddings, speakers, copies),
        np.tile(emotions, 1 + len(copies)),
        logisticregression__sample_weight=weights(len(emotions), len(copies)),
    )
    return _in_one_step(fitted)


def linear_model(directions: Sequence[np.ndarray] = ()) -> Pipeline:
    """Return the linear model, not fitted."""
    model = LogisticRegression(
        C=REGULARISATION, class_weight="balanced", tol=TOLERANCE, max_iter=500
    )
    return make_pipeline(features(directions, TOLD), model)


def features(directions: Sequence[np.ndarray], loudness: float) -> TransformerMixin:
    """Return what scales rows of shape (n, d) and adds how far each lies along directions.

    loudness: deviation of the latter, where any feature has 1.
    """
    everything = StandardScaler()
    if not len(directions):
        return everything
    told = FunctionTransformer(np.dot, kw_args={"b": flat_rows(directions).T})
    return FeatureUnion(
        [("everything", everything), ("told", make_pipeline(told, StandardScaler()))],
        transformer_weights={"told": loudness},
    )


def _in_one_step(fitted: Pipeline) -> LogisticRegression:
    """Return the logistic regression of bare embeddings that gives what all of its steps do."""
    last, size = fitted[-1], fitted.n_features_in_
    slopes, offset = affine(fitted.decision_function, size)
    single = LogisticRegression()
    single.classes_, single.n_features_in_ = last.classes_, size
    single.coef_, single.intercept_ = slopes.T.reshape(-1, size), offset.ravel()
    return single


def affine(function: Callable[[np.ndarray], np.ndarray], size: int) -> tuple:
    """Return weights and offset, float32, of an affine function of rows of `size` features.

    Where it maps nothing and each feature alone tells where it maps all.
    """
    nothing, alone = function(np.zeros((1, size))), function(np.eye(size))
    return np.float32(alone - nothing), np.float32(nothing)


def flat_rows(embeddings: np.ndarray) -> np.ndarray:
    """Return embeddings of shape (n, ...) as float32 rows, shape (n, d)."""
    return np.asarray(embeddings, dtype=np.float32).reshape(len(embeddings), -1)


def weights(clips: int, copies: int) -> np.ndarray:
    """What each clip and each copy counts, shape (clips * (1 + copies),)."""
    return np.repeat([1.0] + [COPY] * copies, clips)
