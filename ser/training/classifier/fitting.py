"""Fit the models that need labels to a training set.

The gate, boosting and calibration are fitted to out-of-fold predictions in folds by speaker of the
home corpus; gate and calibration also with whole corpora left out, since whoever uses the
classifier is in none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from ser.labels import LABELS
from ser.models.boosting import Boosting, fit_boosting
from ser.models.calibration import fit_calibration
from ser.models.classifier import EmotionClassifier, boosting_features
from ser.models.gate import fit_gate
from ser.models.linear import class_mask
from ser.models.speaker import SpeakerAdaptation
from ser.training.classifier.training_set import ProjectedCorpora, check, stack
from ser.training.labelled_embeddings import LabelledEmbeddings


@dataclass(frozen=True)
class FittedModels:
    """Models of one training set.

    Attributes:
        out_of_fold: pooled probabilities of the training set's clips, shape (n, 8), each by a
            classifier that was not fitted to its speaker.
    """

    classifier: EmotionClassifier
    adaptation: SpeakerAdaptation
    out_of_fold: np.ndarray


def fit(training_set: LabelledEmbeddings, seed: int) -> FittedModels:
    """Fit classifier and speaker adaptation."""
    classifier, out_of_fold = fit_emotions(training_set, seed)
    data = stack(
        training_set.embeddings,
        training_set.emotions,
        training_set.speakers,
        training_set.others,
        seed,
    )
    emotions = np.array(LABELS)[data.classes[data.targets]]
    adaptation = SpeakerAdaptation.fit(data.projected, emotions, data.corpora)
    return FittedModels(classifier, adaptation, out_of_fold)


def fit_emotions(
    training_set: LabelledEmbeddings, seed: int
) -> tuple[EmotionClassifier, np.ndarray]:
    """Fit the classifier alone; returns what `fit_classifier` does."""
    return fit_classifier(
        training_set.embeddings,
        training_set.emotions,
        training_set.speakers,
        training_set.others,
        seed,
    )


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
    features = boosting_features(linear, weight)

    def boosting_of(train: np.ndarray) -> Boosting:
        arrays = pooled, features, targets, weights
        return fit_boosting(*(array[train] for array in arrays), seed)

    boosted, at_home = pooled.copy(), np.arange(len(rows)) < n_home
    for fold in folds:
        if fold.familiar:
            test = at_home & np.isin(rows, fold.test)
            boosting = boosting_of(at_home & ~test)
            boosted[test] = boosting.predict_log_proba(pooled[test], features[test], weight[test])
    everything = np.arange(len(data.targets))
    classifier = EmotionClassifier(
        data.classes,
        data.projection,
        data.fit_linear(everything),
        data.fit_kernel_ridge(everything, seed),
        gate,
        boosting_of(at_home),
        fit_calibration(boosted, weight, targets, mask, weights),
    )
    out_of_fold = np.empty_like(pooled[:n_home])
    out_of_fold[rows[:n_home]] = pooled[:n_home]
    return classifier, classifier.of_labels(np.exp(out_of_fold))
