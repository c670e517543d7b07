"""The boosting classifier: an embedding becomes eight probabilities.

Trees alone do poorly on these embeddings (60 % on unseen actors where a linear model reaches 75 %),
so boosting starts from a linear model and only corrects it: the gradient boosting's initial score
is the linear model's log-probabilities, and small trees on the leading principal components
follow. While training, the initial scores are out-of-fold with folds grouped by speaker, so the
trees see the linear model's mistakes as they are on people it never heard. Which clips a tree sees
is left to chance, and one such run differs from the next by a point; several are averaged. The
linear model learns from voices brought nearer to each other, since what is one speaker's own tells
no emotion, and from altered copies of the clips, since a studio's silence tells none either. The
directions in which other corpora's emotions lie are made loud for it: what it is regularised for
least is what holds for other people too.

How far its probabilities are to be trusted is measured on out-of-fold predictions too: by them they
are calibrated, and from which probability on an answer is sure enough to be given (calibration.py).
"""

from collections.abc import Sequence

import numpy as np
from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.class_weight import compute_sample_weight
from threadpoolctl import threadpool_limits

from ser.calibration import Calibration, Given, logarithm
from ser.errors import SerError
from ser.labels import LABELS

REGULARISATION = 0.01  # C of the linear model, inverse strength
TOLERANCE = 1e-4  # of its gradient
TOLD = 8.0  # deviation of what has told emotions elsewhere, where any feature has 1
OWN = 0.5  # of a training speaker's distance from all others' mean, what is taken off
COMPONENTS = 48  # principal components that the trees see
TREES = 40  # stages, each with a tree per emotion (one in all for two emotions)
LEARNING_RATE = 0.05
COPY = 0.6  # of a clip's weight, that of each altered copy
SUBSAMPLE = 0.7  # share of the clips that a tree sees
RUNS = 5  # of boosting, by chance different, averaged
INNER_FOLDS = 5
LEAST_EMOTIONS = 2


class EmotionClassifier:
    """Gradient boosting that corrects a linear model, for embeddings of any encoder.

    Attributes:
        out_of_fold: after `fit`, the linear model's probabilities of the training clips, each
            from a model that did not hear its speaker, shape (n, 8).
        calibration: after `fit`, how far the probabilities are to be trusted.
    """

    def __init__(self, seed: int = 0):
        """Take what decides chance."""
        self.seed = seed

    # Products with eight columns are too small to share out: threads only wait for each other.
    @threadpool_limits.wrap(limits=1)
    def fit(
        self,
        embeddings: np.ndarray,
        emotions: Sequence[str],
        speakers: Sequence,
        copies: Sequence[np.ndarray] = (),
        directions: Sequence[np.ndarray] = (),
    ) -> "EmotionClassifier":
        """Fit on embeddings of shape (n, ...) with their emotions (of LABELS) and speakers.

        Rare emotions weigh as much as frequent ones; those that do not occur get probability 0.

        Args:
            copies: of the clips, altered, which the linear model learns from too: any number of
                arrays of the embeddings' shape.
            directions: what the linear model hears louder, as `Encoder.directions` knows it.

        Raises:
            SerError: fewer than five speakers, two emotions or COMPONENTS clips, or all clips of
                every emotion but one are of a few speakers.
        """
        flat, speakers = flat_rows(embeddings), np.asarray(speakers)
        codes = np.array([LABELS.index(emotion) for emotion in emotions])
        present = np.unique(codes)
        out_of_fold = np.zeros((len(codes), len(present)))
        folds = _inner_folds(codes, speakers)
        for train, test in folds:
            altered = [each[train] for each in copies]
            model = fit_linear(flat[train], codes[train], speakers[train], altered, directions)
            # As strangers are met: nothing is known of a test speaker's own.
            columns = np.searchsorted(present, model.classes_)
            out_of_fold[np.ix_(test, columns)] = model.predict_proba(flat[test])
        self.out_of_fold = _of_all(out_of_fold, present)
        self.linear = fit_linear(flat, codes, speakers, copies, directions)
        self.components = make_pipeline(
            StandardScaler(), PCA(COMPONENTS, svd_solver="randomized", random_state=self.seed)
        ).fit(flat)
        boosting = VotingClassifier(
            [
                (
                    str(run),
                    GradientBoostingClassifier(
                        init=Given(),
                        n_estimators=TREES,
                        max_depth=1,
                        learning_rate=LEARNING_RATE,
                        subsample=SUBSAMPLE,
                        max_features="sqrt",
                        random_state=RUNS * self.seed + run,
                    ),
                )
                for run in range(RUNS)
            ],
            voting="soft",
        )
        features, columns = self._features(flat, out_of_fold), np.searchsorted(present, codes)
        weights = {"sample_weight": compute_sample_weight("balanced", codes)}
        self.emotions = present
        self.boosting = boosting.fit(features, columns, **weights)
        boosted = cross_val_predict(
            boosting, features, columns, cv=folds, method="predict_proba", params=weights
        )
        self.calibration = Calibration(boosted, columns)
        return self

    @property
    def sure(self) -> float:
        """The top probability from which on an answer is sure, see `Calibration.sure`."""
        return self.calibration.sure

    def linear_probabilities(self, embeddings: np.ndarray) -> np.ndarray:
        """Return the linear model's probabilities, shape (n, 8): the space of the map."""
        return _of_all(self.linear.predict_proba(flat_rows(embeddings)), self.linear.classes_)

    def probabilities(self, embeddings: np.ndarray) -> np.ndarray:
        """Return the calibrated probabilities of LABELS, shape (n, 8), rows sum to 1."""
        flat = flat_rows(embeddings)
        features = self._features(flat, self.linear.predict_proba(flat))
        boosted = self.boosting.predict_proba(features)
        return _of_all(self.calibration.calibrate(boosted), self.emotions)

    def _features(self, flat: np.ndarray, linear: np.ndarray) -> np.ndarray:
        return np.hstack([logarithm(linear), self.components.transform(flat)])


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


def _inner_folds(codes: np.ndarray, speakers: Sequence) -> list[tuple[np.ndarray, np.ndarray]]:
    """Split by speaker, once it is sure that every part can be learned from."""
    emotions, people = len(np.unique(codes)), len(np.unique(speakers))
    if emotions < LEAST_EMOTIONS or people < INNER_FOLDS or len(codes) < COMPONENTS:
        raise SerError(
            f"Too few recordings to learn from: {len(codes)} by {people} speakers in {emotions} "
            f"emotions. Needed are at least {COMPONENTS} by {INNER_FOLDS} speakers in "
            f"{LEAST_EMOTIONS} emotions, not counting those set aside for testing. Add recordings."
        )
    folds = list(GroupKFold(INNER_FOLDS).split(codes, codes, speakers))
    if any(len(np.unique(codes[train])) < LEAST_EMOTIONS for train, _ in folds):
        raise SerError(
            "Too few speakers of an emotion: without a fifth of the speakers only one emotion is "
            "left. Needed are at least two emotions by several speakers each. Add such recordings."
        )
    return folds


def _of_all(probabilities: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Spread probabilities of some emotions, shape (n, codes), over LABELS, shape (n, 8)."""
    spread = np.zeros((len(probabilities), len(LABELS)), probabilities.dtype)
    spread[:, codes] = probabilities
    return spread


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
    weights = [1.0] + [COPY] * len(copies)
    fitted = linear_model(directions).fit(
        lessons(embeddings, speakers, copies),
        np.tile(emotions, len(weights)),
        logisticregression__sample_weight=np.repeat(weights, len(emotions)),
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
