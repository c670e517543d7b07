"""The emotion classifier: embeddings in, probabilities of LABELS out.

A linear model of several corpora (linear.py) and a kernel ridge of one of them, the home corpus
(kernel_ridge.py), are pooled by a gate (gate.py), gradient boosting corrects the pooled
log-probabilities (boosting.py), and calibration makes them match accuracies (calibration.py). All
but the two models are fitted to out-of-fold predictions: in folds by speaker for the home corpus,
with all of a corpus left out for each other one, since whoever uses the classifier is in none.

The linear model and boosting get principal components, which may be adapted to a speaker
(speaker.py); the kernel ridge gets embeddings, always as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from threadpoolctl import threadpool_limits

from ser.labels import LABELS
from ser.models.boosting import Boosting, fit_boosting
from ser.models.calibration import Calibration, fit_calibration
from ser.models.gate import Gate, fit_gate
from ser.models.kernel_ridge import KernelRidgeModel
from ser.models.linear import BLAS, LinearModel, Projection, class_mask, flat_rows
from ser.models.training_set import ProjectedCorpora, check, stack

N_FEATURES = 64  # principal components that boosting splits on


@dataclass(frozen=True)
class Features:
    """What the models take of n clips, before any adaptation to a speaker.

    Attributes:
        rows: principal components, float32, shape (n, d).
        scores: of the classes by the kernel ridge, shape (n, k).
        similarity: to the nearest clip of the home corpus, 0-1, shape (n, 1).
    """

    rows: np.ndarray
    scores: np.ndarray
    similarity: np.ndarray

    @classmethod
    def concatenate(cls, several: Sequence["Features"]) -> "Features":
        """Return the features of all clips."""
        names = [field.name for field in fields(cls)]
        return cls(*(np.concatenate([getattr(one, name) for one in several]) for name in names))

    def __getitem__(self, rows: np.ndarray | slice) -> "Features":
        """Return the features of some clips."""
        return Features(self.rows[rows], self.scores[rows], self.similarity[rows])


@dataclass(frozen=True)
class Prediction:
    """Probabilities of n clips.

    Attributes:
        pooled: of LABELS before boosting and calibration, shape (n, 8); the map's coordinates.
        probabilities: of LABELS, shape (n, 8), rows sum to 1.
        familiarity: how similar the clips are to the home corpus, 0-1, shape (n,).
        threshold: largest probability from which on an answer is confident.
    """

    pooled: np.ndarray
    probabilities: np.ndarray
    familiarity: np.ndarray
    threshold: float


@dataclass(frozen=True)
class EmotionClassifier:
    """A fitted classifier for embeddings of any encoder.

    Attributes:
        classes: int, shape (k,), indices of the LABELS that occurred in training, ascending.
        linear, boosting: of principal components.
        kernel_ridge: of embeddings; its columns are the classes too.
    """

    classes: np.ndarray
    projection: Projection
    linear: LinearModel
    kernel_ridge: KernelRidgeModel
    gate: Gate
    boosting: Boosting
    calibration: Calibration

    @BLAS.wrap(limits=1)
    def features(self, embeddings: np.ndarray) -> Features:
        """Return the features of embeddings, shape (n, ...)."""
        rows = self.projection(embeddings)
        return Features(rows, *self.kernel_ridge.predict(flat_rows(embeddings)))

    def predict(self, embeddings: np.ndarray) -> Prediction:
        """Predict the emotions of embeddings, shape (n, ...), of unknown speakers."""
        features = self.features(embeddings)
        return self.predict_features(features, features.rows)

    @BLAS.wrap(limits=1)
    def predict_features(self, features: Features, adapted: np.ndarray) -> Prediction:
        """Predict the emotions of clips.

        adapted: their principal components, adapted to their speakers, shape (n, d).
        """
        weight = self.gate.weight(features.similarity)
        linear = self.linear.log_probabilities(adapted)
        pooled = self.gate.pool(linear, features.scores, weight)
        boosted = self.boosting.predict_log_proba(pooled, _boosting_features(adapted, weight))
        return Prediction(
            self._of_labels(np.exp(pooled)),
            self._of_labels(self.calibration.calibrate(boosted, weight)),
            weight[:, 0],
            self.calibration.threshold,
        )

    def _of_labels(self, probabilities: np.ndarray) -> np.ndarray:
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
    others: ProjectedCorpora | None = None,
    seed: int = 0,
) -> tuple[EmotionClassifier, np.ndarray]:
    """Fit a classifier; emotions that do not occur get probability 0.

    Args:
        embeddings: of the home corpus, shape (n, ...).
        emotions: of LABELS, shape (n,).
        speakers: shape (n,).
        others: other corpora.

    Returns:
        the classifier, and the pooled out-of-fold probabilities of the clips, shape (n, 8).

    Raises:
        SerError: too few clips, speakers or emotions in the home corpus.
    """
    check(np.asarray(emotions), np.asarray(speakers))
    data = stack(embeddings, emotions, speakers, others, seed)
    folds = data.folds()
    linear, scores, similarity = [], [], []
    for fold in folds:
        linear.append(data.fit_linear(fold.train).log_probabilities(data.projected[fold.test]))
        if fold.familiar:
            kernel = data.fit_kernel_ridge(fold.train, seed)
            for predicted, parts in zip(
                kernel.predict(data.home_rows[fold.test]), (scores, similarity), strict=True
            ):
                parts.append(predicted)
    rows = np.concatenate([fold.test for fold in folds])
    corpora = np.repeat([fold.corpus for fold in folds], [len(fold.test) for fold in folds])
    linear, scores, similarity = map(np.concatenate, (linear, scores, similarity))
    n_home = len(scores)
    mask = class_mask(data.targets[rows], corpora, len(data.classes))
    targets, weights = data.targets[rows], data.weights[rows]
    gate = fit_gate(similarity, scores, linear, mask, targets, weights, data.only_at_home)
    weight = np.zeros((len(rows), 1))
    weight[:n_home] = gate.weight(similarity)
    pooled = gate.pool(linear, np.pad(scores, ((0, len(rows) - n_home), (0, 0))), weight)
    features = _boosting_features(data.projected[rows], weight)

    def boosting_of(train: np.ndarray) -> Boosting:
        arrays = pooled, features, targets, corpora, mask, weights
        return fit_boosting(*(array[train] for array in arrays), seed)

    boosted = np.empty_like(pooled)
    for fold in folds:
        train = np.isin(rows, fold.train)
        test = (corpora == fold.corpus) & np.isin(rows, fold.test)
        boosted[test] = boosting_of(train).predict_log_proba(pooled[test], features[test])
    everything = np.arange(len(data.targets))
    classifier = EmotionClassifier(
        data.classes,
        data.projection,
        data.fit_linear(everything),
        data.fit_kernel_ridge(everything, seed),
        gate,
        boosting_of(slice(None)),
        fit_calibration(boosted, weight, targets, mask, weights),
    )
    out_of_fold = np.empty_like(pooled[:n_home])
    out_of_fold[rows[:n_home]] = pooled[:n_home]
    return classifier, classifier._of_labels(np.exp(out_of_fold))


def _boosting_features(projected: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return np.hstack([projected[:, :N_FEATURES], weight])
