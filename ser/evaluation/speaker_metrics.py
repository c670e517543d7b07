"""How right answers are for people: over all speakers or groups of them, with intervals."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.stats import bootstrap
from sklearn.metrics import accuracy_score, recall_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from threadpoolctl import threadpool_limits

from ser import artifacts
from ser.errors import SerError
from ser.evaluation import metrics
from ser.evaluation.encoder_probe import linear_model
from ser.labels import LABELS
from ser.models.encoder import Encoder
from ser.training.data import ravdess
from ser.training.data.corpora import speakers
from ser.training.data.utterance import Utterance

RESAMPLES = 1000  # of the speakers, for intervals
FEWEST = 4  # speakers of a group that is worth an interval
GROUPS = ("sex", "age", "race", "ethnicity")
AGES = ((0, 29, "up to 29"), (30, 44, "30 to 44"), (45, 200, "45 and older"))
FOLDS = 5  # of speakers, within a corpus


def score(utterances: Sequence[Utterance], predicted: np.ndarray, seed: int) -> dict:
    """Compare predictions, empty ones left out, with the utterances' emotions.

    Returns:
        `ua`, `ci95` (its 95 % interval by bootstrap over speakers), `n` clips, `speakers`.
    """
    scored = predicted != ""
    emotions = np.array([each.emotion for each in utterances])[scored]
    predicted = predicted[scored].astype(str)
    people, of = np.unique(speakers(utterances)[scored], return_inverse=True)
    present = np.unique(emotions)
    own = (of[:, None, None] == np.arange(len(people))[:, None]) & (
        emotions[:, None, None] == present
    )
    clips, right = own.sum(axis=0), own[emotions == predicted].sum(axis=0)

    def unweighted(chosen: np.ndarray, axis: int) -> np.ndarray:
        recalls = right[chosen].sum(axis=axis - 1) / np.maximum(clips[chosen].sum(axis=axis - 1), 1)
        return recalls.mean(axis=-1)

    interval = bootstrap(
        (np.arange(len(people)),),
        unweighted,
        n_resamples=RESAMPLES,
        method="percentile",
        vectorized=True,
        rng=seed,
    ).confidence_interval
    return {
        "ua": float(recall_score(emotions, predicted, labels=present, average="macro")),
        "ci95": [float(interval.low), float(interval.high)],
        "n": len(emotions),
        "speakers": len(people),
    }


def by_group(utterances: Sequence[Utterance], predicted: np.ndarray, seed: int) -> dict:
    """Score groups of people, by what the corpus' table says of them, in two levels."""
    groups = {}
    for name in GROUPS:
        values = np.array([_group(each, name) for each in utterances])
        for value in np.unique(values[values != ""]):
            own = np.where(values == value, predicted, "")
            if len(np.unique(speakers(utterances)[own != ""])) >= FEWEST:
                groups.setdefault(name, {})[str(value)] = score(utterances, own, seed)
    return groups


def sure_answers(
    probabilities: np.ndarray, utterances: Sequence[Utterance], common: Sequence[str], sure: float
) -> dict:
    """Tell what sure answers to clips of emotions in common are worth, as `reliability` does.

    Args:
        probabilities: of LABELS, shape (n, 8); any of the eight may be the answer.
        sure: from which of them on an answer is sure.
    """
    emotions = np.array([each.emotion for each in utterances])
    scored = np.isin(emotions, common)
    right = np.array(LABELS)[probabilities.argmax(axis=1)] == emotions
    return metrics.sure_answers(right[scored], probabilities.max(axis=1)[scored] >= sure)


@threadpool_limits.wrap(limits=1)
def by_speakers(embeddings: np.ndarray, utterances: Sequence[Utterance], seed: int) -> dict:
    """Score the probe's linear model within a corpus, FOLDS folds of speakers, as `score` does."""
    flat = np.asarray(embeddings, np.float32).reshape(len(embeddings), -1)
    emotions = np.array([each.emotion for each in utterances])
    predicted = cross_val_predict(linear_model(), flat, emotions, cv=folds(utterances, seed))
    return score(utterances, predicted.astype(object), seed)


def folds(utterances: Sequence[Utterance], seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Split a corpus by speakers FOLDS times; rows to learn from and rows to score."""
    emotions = [each.emotion for each in utterances]
    split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    return list(split.split(emotions, emotions, speakers(utterances)))


def require_stranger(corpus: str, folder: Path) -> None:
    """See to it that a corpus was scored as a stranger by the artifacts in `folder`.

    Raises:
        SerError: it was not, or is the one that the shipped classifier learned from.
    """
    metrics = artifacts.read_json(folder / artifacts.METRICS)
    if corpus == ravdess.CORPUS or corpus not in metrics["protocols"].get("cross_corpus", {}):
        raise SerError(
            f"{corpus} is not among the corpora that were scored as strangers. First run: "
            "python -m ser strangers --data FOLDER..."
        )


def require_untaught(encoder: Encoder, corpus: str, option: str) -> None:
    """See to it that an encoder does not know a corpus' emotions; option: what names another.

    Raises:
        SerError: it does.
    """
    if corpus in encoder.fine_tuned_on:
        raise SerError(
            f"The encoder {encoder.checkpoint} was taught the emotions of {corpus} and cannot "
            f"be scored on it. Make another with: python -m ser tune --without {corpus} "
            f"and name it with: {option}"
        )


def keep(scored: dict, corpus: str, name: str, folder: Path) -> None:
    """Write `protocols.corpora.<corpus>.<name>` into the metrics.json in `folder`."""
    # Read only now: other figures may have been measured while these were.
    metrics = artifacts.read_json(folder / artifacts.METRICS)
    metrics["protocols"]["cross_corpus"][corpus][name] = scored
    artifacts.write_metrics(folder, metrics)


def listeners(utterances: Sequence[Utterance]) -> dict[str, float] | None:
    """How often a crowd that only heard the clips chose the intended emotion, where it was asked.

    Returns:
        `wa`, `ua` and `n` clips; ties (`angry/sad`) count as wrong. None if there was no crowd.
    """
    asked = [each for each in utterances if "heard_as" in each.details]
    if not asked:
        return None
    meant = np.array([each.emotion for each in asked])
    heard = np.array([each.details["heard_as"] for each in asked])
    return {
        "wa": float(accuracy_score(meant, heard)),
        "ua": float(recall_score(meant, heard, labels=np.unique(meant), average="macro")),
        "n": len(asked),
    }


def _group(utterance: Utterance, name: str) -> str:
    value = utterance.sex if name == "sex" else utterance.details.get(name, "")
    if name != "age" or not value:
        return value
    return next(band for low, high, band in AGES if low <= int(value) <= high)
