"""The emotion classifier: embeddings in, probabilities of LABELS out.

A linear model and a kernel ridge are pooled (ensemble.py), gradient boosting corrects the pooled
log-probabilities (boosting.py), and calibration makes them match accuracies (calibration.py).
Boosting and calibration are fitted to out-of-fold predictions, in folds by speaker, since those for
the training clips themselves are far too confident.

Linear model, boosting and calibration exist twice: for embeddings as they are, and for embeddings
that were adapted to their speaker (speaker.py). Both share the kernel ridge, which always gets
embeddings as they are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import ThreadpoolController, threadpool_limits

from ser.errors import SerError
from ser.labels import LABELS
from ser.models.boosting import Boosting, fit_boosting
from ser.models.calibration import Calibration, fit_calibration
from ser.models.ensemble import floored, pool
from ser.models.kernel_ridge import KernelRidgeModel, fit_kernel_ridge
from ser.models.linear import LinearModel, affine, fit_linear, flat_rows

MIXING_WEIGHT = 1.0  # of the kernel ridge, times similarity
ADAPTED_MIXING_WEIGHT = 0.65  # the same for adapted speakers
N_COMPONENTS = 48  # principal components that boosting splits on
N_INNER_FOLDS = 5  # of speakers
MIN_CLASSES = 2

# BLAS's threads wait busily for the next product, and would slow the encoder's next pass to half
# its speed. The libraries are looked up once, since that takes as long as a prediction.
_BLAS = ThreadpoolController().select(user_api="blas")

# From n rows and their n speakers to the rows, adapted.
Adapt = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Head:
    """What is fitted to either unadapted or adapted embeddings.

    Attributes:
        mixing_weight: as `ensemble.pool` takes it.
        components, offset: float32, shapes (d, N_COMPONENTS) and (1, N_COMPONENTS): principal
            components of standardised embeddings, one affine map.
    """

    linear: LinearModel
    mixing_weight: float
    components: np.ndarray
    offset: np.ndarray
    boosting: Boosting
    calibration: Calibration


@dataclass(frozen=True)
class Prediction:
    """Probabilities of n clips.

    Attributes:
        ensemble: of LABELS before boosting and calibration, shape (n, 8); the map's coordinates.
        probabilities: of LABELS, shape (n, 8), rows sum to 1.
        threshold: largest probability from which on an answer is confident.
    """

    ensemble: np.ndarray
    probabilities: np.ndarray
    threshold: float


@dataclass(frozen=True)
class EmotionClassifier:
    """A fitted classifier for embeddings of any encoder.

    Attributes:
        classes: int, shape (k,), indices of the LABELS that occurred in training, ascending.
        unadapted: for speakers without statistics.
        adapted: for speakers with some; the same as `unadapted` if there were none in training.
    """

    classes: np.ndarray
    kernel_ridge: KernelRidgeModel
    unadapted: Head
    adapted: Head

    @_BLAS.wrap(limits=1)
    def predict(self, embeddings: np.ndarray, adapted: np.ndarray | None = None) -> Prediction:
        """Predict the emotions of embeddings, shape (n, ...).

        adapted: the same embeddings adapted to their speakers, if all speakers have statistics.
        """
        rows = flat_rows(embeddings)
        head, head_rows = self.unadapted, rows
        if adapted is not None:
            head, head_rows = self.adapted, flat_rows(adapted)
        scores, similarity = self.kernel_ridge.predict(rows)
        pooled = pool(
            head.linear.log_probabilities(head_rows), scores, similarity, head.mixing_weight
        )
        features = head_rows @ head.components + head.offset
        boosted = head.boosting.predict_log_proba(floored(pooled), features)
        calibrated = head.calibration.calibrate(boosted, similarity)
        return Prediction(
            self.of_labels(np.exp(pooled)), self.of_labels(calibrated), head.calibration.threshold
        )

    def of_labels(self, probabilities: np.ndarray) -> np.ndarray:
        """Return probabilities of `classes`, shape (n, k), as those of LABELS, shape (n, 8)."""
        columns = np.zeros((len(probabilities), len(LABELS)))
        columns[:, self.classes] = probabilities
        return columns


# Products with eight columns are too small to share out: threads only wait for each other.
@threadpool_limits.wrap(limits=1)
def fit_classifier(
    embeddings: np.ndarray,
    emotions: Sequence[str],
    speakers: Sequence,
    noisy_copies: Sequence[np.ndarray] = (),
    directions: Sequence[np.ndarray] = (),
    adapt: Adapt | None = None,
    seed: int = 0,
) -> tuple[EmotionClassifier, np.ndarray]:
    """Fit a classifier; all emotions weigh the same, those that do not occur get probability 0.

    Args:
        embeddings: shape (n, ...).
        emotions: of LABELS, shape (n,); speakers: shape (n,).
        noisy_copies: any number of arrays of the embeddings' shape.
        directions: emotion directions, as `Encoder.directions`.
        adapt: adapts rows to their speakers; None if no speaker has statistics.

    Returns:
        the classifier, and the ensemble's out-of-fold probabilities of the clips, shape (n, 8).

    Raises:
        SerError: fewer than five speakers, two emotions or N_COMPONENTS clips, or all clips of
            every emotion but one are by a few speakers.
    """
    rows, speakers = flat_rows(embeddings), np.asarray(speakers)
    copies = [flat_rows(copy) for copy in noisy_copies]
    labels = np.array([LABELS.index(emotion) for emotion in emotions])
    classes, targets = np.unique(labels, return_inverse=True)
    folds = _inner_folds(targets, speakers)

    def fit_kernel(train: np.ndarray | slice) -> KernelRidgeModel:
        return fit_kernel_ridge(
            rows[train], targets[train], [copy[train] for copy in copies], directions, seed
        )

    kernel_predictions = [fit_kernel(train).predict(rows[test]) for train, test in folds]
    similarity = np.empty((len(rows), 1))
    for (_, test), (_, test_similarity) in zip(folds, kernel_predictions, strict=True):
        similarity[test] = test_similarity

    def fit_head(rows: np.ndarray, copies: list[np.ndarray], weight: float) -> tuple:
        def fit(train: np.ndarray | slice) -> LinearModel:
            noisy = [copy[train] for copy in copies]
            return fit_linear(rows[train], targets[train], speakers[train], noisy, directions)

        # Classes that do not occur in a fold's training part have probability 0 in its test part.
        pooled = np.full((len(rows), len(classes)), -np.inf)
        for (train, test), kernel in zip(folds, kernel_predictions, strict=True):
            cells = np.ix_(test, np.unique(targets[train]))
            pooled[cells] = pool(fit(train).log_probabilities(rows[test]), *kernel, weight)
        pca = PCA(N_COMPONENTS, svd_solver="randomized", random_state=seed)
        scaled = make_pipeline(StandardScaler(), pca).fit(rows)
        scores, features = floored(pooled), scaled.transform(rows)
        boosted = np.full(pooled.shape, -np.inf)
        for train, test in folds:
            boosting = fit_boosting(scores[train], features[train], targets[train], seed)
            cells = np.ix_(test, np.unique(targets[train]))
            boosted[cells] = boosting.predict_log_proba(scores[cells], features[test])
        head = Head(
            fit(slice(None)),
            weight,
            *affine(scaled.transform, rows.shape[1]),
            fit_boosting(scores, features, targets, seed),
            fit_calibration(boosted, similarity, targets),
        )
        return head, np.exp(pooled)

    unadapted, out_of_fold = fit_head(rows, copies, MIXING_WEIGHT)
    adapted = unadapted
    if adapt:
        adapted_copies = [adapt(copy, speakers) for copy in copies]
        adapted, _ = fit_head(adapt(rows, speakers), adapted_copies, ADAPTED_MIXING_WEIGHT)
    classifier = EmotionClassifier(classes, fit_kernel(slice(None)), unadapted, adapted)
    return classifier, classifier.of_labels(out_of_fold)


def _inner_folds(targets: np.ndarray, speakers: Sequence) -> list[tuple[np.ndarray, np.ndarray]]:
    """Split by speaker, after checking that every training part can be fitted to."""
    n_classes, n_speakers = len(np.unique(targets)), len(np.unique(speakers))
    if n_classes < MIN_CLASSES or n_speakers < N_INNER_FOLDS or len(targets) < N_COMPONENTS:
        raise SerError(
            f"Too few recordings to train on: {len(targets)} by {n_speakers} speakers in "
            f"{n_classes} emotions. Needed are at least {N_COMPONENTS} by {N_INNER_FOLDS} speakers "
            f"in {MIN_CLASSES} emotions, not counting those set aside for testing. Add recordings."
        )
    folds = list(GroupKFold(N_INNER_FOLDS).split(targets, targets, speakers))
    if any(len(np.unique(targets[train])) < MIN_CLASSES for train, _ in folds):
        raise SerError(
            "Too few speakers of an emotion: without a fifth of the speakers only one emotion is "
            "left. Needed are at least two emotions by several speakers each. Add such recordings."
        )
    return folds
