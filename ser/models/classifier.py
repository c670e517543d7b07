"""The boosting classifier: an embedding becomes eight probabilities.

Trees alone do poorly on these embeddings (60 % on unseen actors where a linear model reaches 75 %),
so boosting starts from models that do well (ensemble.py) and only corrects them: the gradient
boosting's initial score is their log-probabilities, and small trees on the leading principal
components follow. While training, the initial scores are out-of-fold with folds grouped by speaker,
so the trees see the mistakes as they are on people never heard. Which clips a tree sees is left to
chance, and one such run differs from the next by half a point; several are averaged.

How far its probabilities are to be trusted is measured on out-of-fold predictions too: by them they
are calibrated, and from which probability on an answer is sure enough to be given (calibration.py).
"""

from collections.abc import Sequence

import numpy as np
from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingClassifier, VotingClassifier
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_sample_weight
from threadpoolctl import ThreadpoolController, threadpool_limits

from ser.errors import SerError
from ser.labels import LABELS
from ser.models.calibration import Calibration, PrecomputedScores, logarithm
from ser.models.ensemble import Adapt, Ensemble
from ser.models.linear import flat_rows

COMPONENTS = 48  # principal components that the trees see
TREES = 3  # stages of boosting, each a tree per emotion (one in all for two emotions)
LEARNING_RATE = 0.05
SUBSAMPLE = 0.7  # share of the clips that a tree sees
RUNS = 5  # of boosting, by chance different, averaged
INNER_FOLDS = 5
LEAST_EMOTIONS = 2

# Threads that shared a product wait busily for the next one, in the encoder's way: its next pass
# takes twice as long. Looked for once, since that takes as long as an answer.
_PRODUCTS = ThreadpoolController().select(user_api="blas")


class EmotionClassifier:
    """Gradient boosting that corrects an ensemble, for embeddings of any encoder.

    Attributes:
        out_of_fold: after `fit`, the ensemble's probabilities of the training clips, each from one
            that did not hear its speaker, shape (n, 8).
        calibration: after `fit`, how far the probabilities are to be trusted.
    """

    def __init__(self, seed: int = 0, trust: float = 1.0):
        """Take what decides chance, and `trust` as `Ensemble` does."""
        self.seed, self.trust = seed, trust

    # Products with eight columns are too small to share out: threads only wait for each other.
    @threadpool_limits.wrap(limits=1)
    def fit(
        self,
        embeddings: np.ndarray,
        emotions: Sequence[str],
        speakers: Sequence,
        copies: Sequence[np.ndarray] = (),
        directions: Sequence[np.ndarray] = (),
        adapt: Adapt | None = None,
    ) -> "EmotionClassifier":
        """Fit on embeddings of shape (n, ...) with their emotions (of LABELS) and speakers.

        Rare emotions weigh as much as frequent ones; those that do not occur get probability 0.

        Args:
            copies: of the clips, altered, which the ensemble learns from too: any number of arrays
                of the embeddings' shape.
            directions: what is heard louder, as `Encoder.directions` knows it.
            adapt: takes from clips what is known to be their speakers' own, if anything is to be.

        Raises:
            SerError: fewer than five speakers, two emotions or COMPONENTS clips, or all clips of
                every emotion but one are of a few speakers.
        """
        flat, speakers = flat_rows(embeddings), np.asarray(speakers)
        codes = np.array([LABELS.index(emotion) for emotion in emotions])
        known = adapt(flat, speakers) if adapt else flat
        present = np.unique(codes)
        out_of_fold, alike = np.zeros((len(codes), len(present))), np.zeros((len(codes), 1))
        folds = _inner_folds(codes, speakers)
        for train, test in folds:
            altered = [each[train] for each in copies]
            model = Ensemble(self.seed, self.trust).fit(
                flat[train], codes[train], speakers[train], altered, directions, adapt
            )
            columns = np.searchsorted(present, model.classes_)
            answers, alike[test] = model.answer(flat[test], known[test])
            out_of_fold[np.ix_(test, columns)] = answers
        self.out_of_fold = _of_all(out_of_fold, present)
        self.initial = Ensemble(self.seed, self.trust).fit(
            flat, codes, speakers, copies, directions, adapt
        )
        self.components = make_pipeline(
            StandardScaler(), PCA(COMPONENTS, svd_solver="randomized", random_state=self.seed)
        ).fit(known)
        boosting = VotingClassifier(
            [
                (
                    str(run),
                    GradientBoostingClassifier(
                        init=PrecomputedScores(),
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
        features, columns = self._features(known, out_of_fold), np.searchsorted(present, codes)
        weights = {"sample_weight": compute_sample_weight("balanced", codes)}
        self.emotions = present
        self.boosting = boosting.fit(features, columns, **weights)
        boosted = cross_val_predict(
            boosting, features, columns, cv=folds, method="predict_proba", params=weights
        )
        self.calibration = Calibration(boosted, alike, columns)
        return self

    @property
    def threshold(self) -> float:
        """The top probability from which on an answer is sure, see `Calibration.threshold`."""
        return self.calibration.threshold

    @_PRODUCTS.wrap(limits=1)
    def initial_probabilities(
        self, embeddings: np.ndarray, adapted: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the ensemble's probabilities, shape (n, 8): the space of the map.

        adapted: the same embeddings as `SpeakerAdaptation.adapt` returns them, of known speakers.
        """
        adapted = embeddings if adapted is None else adapted
        initial, _ = self.initial.answer(flat_rows(embeddings), flat_rows(adapted))
        return _of_all(initial, self.emotions)

    def probabilities(
        self, embeddings: np.ndarray, adapted: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the calibrated probabilities of LABELS, shape (n, 8), rows sum to 1.

        adapted: as `initial_probabilities` takes it.
        """
        return self.answer(embeddings, adapted)[1]

    @_PRODUCTS.wrap(limits=1)
    def answer(
        self, embeddings: np.ndarray, adapted: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return what `initial_probabilities` and `probabilities` do, at the cost of the latter."""
        known = flat_rows(embeddings if adapted is None else adapted)
        initial, alike = self.initial.answer(flat_rows(embeddings), known)
        boosted = self.boosting.predict_proba(self._features(known, initial))
        calibrated = self.calibration.calibrate(boosted, alike)
        return _of_all(initial, self.emotions), _of_all(calibrated, self.emotions)

    def _features(self, flat: np.ndarray, initial: np.ndarray) -> np.ndarray:
        return np.hstack([logarithm(initial), self.components.transform(flat)])


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
