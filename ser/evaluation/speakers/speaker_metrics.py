"""Metrics by speaker: scores with bootstrap intervals over speakers, and of groups of speakers."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import bootstrap
from sklearn.metrics import accuracy_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from threadpoolctl import threadpool_limits

from ser.evaluation import metrics
from ser.evaluation.encoder_probe import probe_pipeline
from ser.models.linear import flat_rows
from ser.training.data.utterance import Utterance
from ser.training.labelled_embeddings import LabelledEmbeddings

N_RESAMPLES = 1000  # of the speakers, for intervals
MIN_SPEAKERS = 4  # of a group
GROUPS = ("sex", "age", "race", "ethnicity")
AGES = ((0, 29, "up to 29"), (30, 44, "30 to 44"), (45, 200, "45 and older"))  # years
N_FOLDS = 5  # of speakers, within a corpus; as many as speakers if those are fewer
HUMAN_LABEL = "heard_as"  # column of CREMA-D's metadata


def score(labelled: LabelledEmbeddings, predicted: np.ndarray, seed: int) -> dict:
    """Compare labels with predicted ones, shape (n,); empty predictions are left out.

    Returns:
        `ua`, `ci95` (its 95 % bootstrap interval over speakers), `n` clips, `speakers`.
    """
    scored = predicted != ""
    emotions, predicted = labelled.emotions[scored], predicted[scored].astype(str)
    speakers, ids = np.unique(labelled.speakers[scored], return_inverse=True)
    labels = np.unique(emotions)
    one_hot = (ids[:, None, None] == np.arange(len(speakers))[:, None]) & (
        emotions[:, None, None] == labels
    )
    # Counts of shape (speakers, labels).
    clips, correct = one_hot.sum(axis=0), one_hot[emotions == predicted].sum(axis=0)

    def unweighted_accuracy(sample: np.ndarray, axis: int) -> np.ndarray:
        totals = np.maximum(clips[sample].sum(axis=axis - 1), 1)
        return (correct[sample].sum(axis=axis - 1) / totals).mean(axis=-1)

    interval = bootstrap(
        (np.arange(len(speakers)),),
        unweighted_accuracy,
        n_resamples=N_RESAMPLES,
        method="percentile",
        vectorized=True,
        rng=seed,
    ).confidence_interval
    return {
        "ua": metrics.unweighted_accuracy(emotions, predicted),
        "ci95": [float(interval.low), float(interval.high)],
        "n": len(emotions),
        "speakers": len(speakers),
    }


def by_group(labelled: LabelledEmbeddings, predicted: np.ndarray, seed: int) -> dict:
    """Score groups of speakers by the corpus' metadata: `<group>.<value>` as `score` returns it."""
    groups = {}
    for name in GROUPS:
        values = np.array([_group(utterance, name) for utterance in labelled.utterances])
        for value in np.unique(values[values != ""]):
            predicted_in_group = np.where(values == value, predicted, "")
            n_speakers = len(np.unique(labelled.speakers[predicted_in_group != ""]))
            if n_speakers >= MIN_SPEAKERS:
                result = score(labelled, predicted_in_group, seed)
                groups.setdefault(name, {})[str(value)] = result
    return groups


@threadpool_limits.wrap(limits=1)
def speaker_independent_probe(labelled: LabelledEmbeddings, seed: int) -> dict:
    """Score the probe of encoder_probe.py by cross-validation over a corpus' speakers."""
    n_folds = min(N_FOLDS, len(np.unique(labelled.speakers)))
    splitter = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    folds = splitter.split(labelled.emotions, labelled.emotions, labelled.speakers)
    rows = flat_rows(labelled.embeddings)
    predicted = cross_val_predict(probe_pipeline(), rows, labelled.emotions, cv=list(folds))
    return score(labelled, predicted.astype(object), seed)


def human_listeners(utterances: Sequence[Utterance]) -> dict[str, float] | None:
    """Score the labels that people gave to clips that they listened to.

    Returns:
        `wa`, `ua` and `n` clips; ties (`angry/sad`) count as wrong. None if the corpus has none.
    """
    rated = [u for u in utterances if HUMAN_LABEL in u.details]
    if not rated:
        return None
    emotions = np.array([u.emotion for u in rated])
    human = np.array([u.details[HUMAN_LABEL] for u in rated])
    return {
        "wa": float(accuracy_score(emotions, human)),
        "ua": metrics.unweighted_accuracy(emotions, human),
        "n": len(rated),
    }


def _group(utterance: Utterance, name: str) -> str:
    value = utterance.sex if name == "sex" else utterance.details.get(name, "")
    if name != "age" or not value:
        return value
    return next(band for low, high, band in AGES if low <= int(value) <= high)
