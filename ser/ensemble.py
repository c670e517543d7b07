"""What boosting starts from: a linear model and a kernel ridge, their probabilities multiplied.

The linear model learns from voices brought nearer to each other, since what is one speaker's own
tells no emotion, and hears louder the directions in which other corpora's emotions lie: what it is
regularised for least is what holds for other people too. It is best for people whom it never heard,
and it alone hears a clip without what is known to be its speaker's own. The kernel ridge compares a
clip with all it learned from, voices as they are: somebody like one of those heard sounds alike
when angry. Both learn from altered copies of the clips too, since a studio's silence tells no
emotion either. Each errs in its own way.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import softmax
from sklearn.base import TransformerMixin
from sklearn.decomposition import PCA
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.class_weight import compute_sample_weight

from ser.calibration import logarithm

REGULARISATION = 0.01  # C of the linear model, inverse strength
TOLERANCE = 1e-3  # of its gradient
TOLD = 16.0  # deviation of what has told emotions elsewhere, where any feature has 1
OWN = 0.5  # of a training speaker's distance from all others' mean, what is taken off
COPY = 0.6  # of a clip's weight, that of each altered copy
KERNEL_TOLD = 8.0  # as TOLD, for the kernel ridge
COMPONENTS = 1024  # principal components among which it measures distances
RIDGE = 0.02  # its regularisation, alpha
REACH = 0.3  # gamma of its radial kernel, times the number of features
MOST = 6000  # clips and copies that it compares with; of more, so many drawn at random
KERNEL_SHARE = 0.8  # exponent of its probabilities; the rest to 1 is the linear model's
LEAST_SHARE = 0.01  # of an emotion, as far as the kernel ridge may rule it out

# Embeddings of shape (n, ...) and their speakers, shape (n,), to embeddings of the same shape.
Adapt = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Ensemble:
    """A linear model and a kernel ridge that name emotions; rare ones weigh as much as frequent.

    Attributes:
        classes_: after `fit`, the emotions that occurred, ascending.
    """

    def __init__(self, seed: int = 0, kernel_share: float = KERNEL_SHARE):
        """Take what decides chance, and how much the kernel ridge counts, 0-1.

        The probabilities are a logarithmic opinion pool (Genest & Zidek 1986, Statistical Science
        1:114): each to the power of what it counts, multiplied.
        """
        self.seed, self.share = seed, kernel_share

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
        self.classes_ = self.linear.classes_
        heard = np.concatenate([flat, *map(flat_rows, copies)])
        told = np.tile(emotions, 1 + len(copies))
        weights = compute_sample_weight("balanced", told) * _weights(len(flat), len(copies))
        # What least squares estimate of these are shares (Rifkin et al., "Regularized least-squares
        # classification", 2003).
        shares = (told[:, None] == self.classes_).astype(np.float32)
        chance = np.random.default_rng(self.seed)
        rows = chance.choice(len(heard), min(MOST, len(heard)), replace=False)
        components = min(COMPONENTS, len(rows), heard.shape[1])
        fitted = make_pipeline(
            _features(directions, KERNEL_TOLD),
            PCA(components, svd_solver="randomized", random_state=self.seed),
            KernelRidge(alpha=RIDGE, kernel="rbf", gamma=REACH / heard.shape[1]),
        ).fit(heard[rows], shares[rows], kernelridge__sample_weight=weights[rows])
        self.kernel = Kernel(fitted)
        return self

    def predict_proba(self, flat: np.ndarray, adapted: np.ndarray) -> np.ndarray:
        """Return the probabilities of `classes_`, shape (n, classes).

        adapted: the same rows without what is known to be their speakers' own.
        """
        shares = np.maximum(self.kernel.predict(flat), LEAST_SHARE)
        linear = logarithm(self.linear.predict_proba(adapted))
        return softmax(self.share * np.log(shares) + (1 - self.share) * linear, axis=1)


class Kernel:
    """A fitted kernel ridge and the steps before it, all float32.

    scikit-learn takes twenty times as long for a clip, for it goes by way of float64.
    """

    def __init__(self, fitted: Pipeline):
        """Take the steps, which are affine, with a ridge of a radial kernel as the last."""
        ridge = fitted[-1]
        self.weights, self.offset = _affine(fitted[:-1].transform, fitted.n_features_in_)
        self.gamma, self.heard = ridge.gamma, ridge.X_fit_
        self.squares = (ridge.X_fit_**2).sum(axis=1)
        self.coefficients = ridge.dual_coef_.astype(np.float32)

    def predict(self, flat: np.ndarray) -> np.ndarray:
        """Return each class's share as the ridge estimates it, shape (n, classes)."""
        seen = flat @ self.weights + self.offset
        distances = (seen**2).sum(axis=1, keepdims=True) + self.squares - 2 * seen @ self.heard.T
        return np.exp(-self.gamma * distances) @ self.coefficients


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
    model = LogisticRegression(
        C=REGULARISATION, class_weight="balanced", tol=TOLERANCE, max_iter=500
    )
    return make_pipeline(_features(directions, TOLD), model)


def _features(directions: Sequence[np.ndarray], loudness: float) -> TransformerMixin:
    """What scales embeddings, and adds how far they lie along directions, so much louder."""
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
    weights, offset = _affine(fitted.decision_function, size)
    single = LogisticRegression()
    single.classes_, single.n_features_in_ = last.classes_, size
    single.coef_, single.intercept_ = weights.T.reshape(-1, size), offset.ravel()
    return single


def _affine(function: Callable[[np.ndarray], np.ndarray], size: int) -> tuple:
    """Return weights and offset, float32, of an affine function of rows of `size` features.

    Where it maps nothing and each feature alone tells where it maps all.
    """
    nothing, alone = function(np.zeros((1, size))), function(np.eye(size))
    return np.float32(alone - nothing), np.float32(nothing)


def flat_rows(embeddings: np.ndarray) -> np.ndarray:
    """Return embeddings of shape (n, ...) as float32 rows, shape (n, d)."""
    return np.asarray(embeddings, dtype=np.float32).reshape(len(embeddings), -1)


def _weights(clips: int, copies: int) -> np.ndarray:
    """What each clip and each copy counts, shape (clips * (1 + copies),)."""
    return np.repeat([1.0] + [COPY] * copies, clips)
