"""What boosting starts from: a linear model and perceptrons, averaged.

The linear model learns from voices brought nearer to each other, since what is one speaker's own
tells no emotion, and hears louder the directions in which other corpora's emotions lie: what it is
regularised for least is what holds for other people too. It is best for people whom it never heard.
The perceptrons learn from the voices as they are, and hear what no line tells: how somebody like
one of those heard sounds when angry. All learn from altered copies of the clips too, since a
studio's silence tells no emotion either. Each errs in its own way.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.class_weight import compute_sample_weight

from ser.perceptron import Perceptron

REGULARISATION = 0.01  # C of the linear model, inverse strength
TOLERANCE = 1e-4  # of its gradient
TOLD = 8.0  # deviation of what has told emotions elsewhere, where any feature has 1
OWN = 0.5  # of a training speaker's distance from all others' mean, what is taken off
COPY = 0.6  # of a clip's weight, that of each altered copy
PERCEPTRONS = 3  # beside the linear model, by chance different


class Ensemble:
    """A linear model and perceptrons that name emotions from embeddings; rare ones weigh as much.

    Attributes:
        classes_: after `fit`, the emotions that occurred, ascending.
    """

    def __init__(self, seed: int = 0, perceptrons: int = PERCEPTRONS):
        """Take what decides chance, and how many perceptrons are beside the linear model."""
        self.seed, self.runs = seed, perceptrons

    def fit(
        self,
        flat: np.ndarray,
        emotions: np.ndarray,
        speakers: Sequence,
        copies: Sequence[np.ndarray] = (),
        directions: Sequence[np.ndarray] = (),
    ) -> "Ensemble":
        """Fit on rows of shape (n, d); all as `EmotionClassifier.fit` takes it.

        emotions: of any kind that scikit-learn takes for classes, shape (n,).
        """
        self.linear = fit_linear(flat, emotions, speakers, copies, directions)
        self.classes_, self.scaler = self.linear.classes_, StandardScaler()
        heard = self.scaler.fit_transform(np.concatenate([flat, *map(flat_rows, copies)]))
        told = np.tile(emotions, 1 + len(copies))
        weights = compute_sample_weight("balanced", told) * _weights(len(flat), len(copies))
        first = self.runs * self.seed
        self.perceptrons = [
            Perceptron(first + run).fit(heard, told, weights) for run in range(self.runs)
        ]
        return self

    def predict_proba(self, flat: np.ndarray) -> np.ndarray:
        """Return the probabilities of `classes_`, shape (n, classes)."""
        heard = self.scaler.transform(flat)
        answers = [each.predict_proba(heard) for each in self.perceptrons]
        return np.mean([self.linear.predict_proba(flat), *answers], axis=0)


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
        logisticregression__sample_weight=_weights(len(emotions), len(copies)),
    )
    return _in_one_step(fitted)


def linear_model(directions: Sequence[np.ndarray] = ()) -> Pipeline:
    """Return the linear model, not fitted."""
    features = StandardScaler()
    if len(directions):
        told = FunctionTransformer(np.dot, kw_args={"b": flat_rows(directions).T})
        features = FeatureUnion(
            [("everything", features), ("told", make_pipeline(told, StandardScaler()))],
            transformer_weights={"told": TOLD},
        )
    model = LogisticRegression(
        C=REGULARISATION, class_weight="balanced", tol=TOLERANCE, max_iter=500
    )
    return make_pipeline(features, model)


def _in_one_step(fitted: Pipeline) -> LogisticRegression:
    """Return the logistic regression of bare embeddings that gives what all of its steps do.

    All of them are affine: where it maps nothing and each feature alone tells where it maps all.
    """
    last, size = fitted[-1], fitted[0].n_features_in_
    nothing = fitted.decision_function(np.zeros((1, size)))
    alone = fitted.decision_function(np.eye(size))
    single = LogisticRegression()
    single.classes_, single.n_features_in_ = last.classes_, size
    single.coef_ = (alone - nothing).T.reshape(-1, size)
    single.intercept_ = nothing.ravel()
    return single


def flat_rows(embeddings: np.ndarray) -> np.ndarray:
    """Return embeddings of shape (n, ...) as float32 rows, shape (n, d)."""
    return np.asarray(embeddings, dtype=np.float32).reshape(len(embeddings), -1)


def _weights(clips: int, copies: int) -> np.ndarray:
    """What each clip and each copy counts, shape (clips * (1 + copies),)."""
    return np.repeat([1.0] + [COPY] * copies, clips)
