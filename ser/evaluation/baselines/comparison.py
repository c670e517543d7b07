"""Compare the shipped classifier with others on the same folds.

Under both protocols, with settings searched for within the training clips (`actors`: in inner folds
of whole speakers). Finished folds are cached in the user's cache folder, by the embeddings, the
classifier's settings and the fold, so an interrupted run resumes.
"""

import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
import pooch
from scipy.stats import sem
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from ser import artifacts
from ser.charts import comparison as chart
from ser.evaluation import protocols
from ser.evaluation.baselines.classifiers import SHIPPED, STARTING_DESIGN, Baseline, classifiers
from ser.training import labelled_embeddings
from ser.training.labelled_embeddings import SEED, LabelledEmbeddings

CACHE = Path(pooch.os_cache("ser")) / "comparison"
N_INNER_FOLDS = 3


@dataclass(frozen=True)
class Outcome:
    """A classifier's result in one fold: predicted labels, chosen settings, processor time in s."""

    predicted: np.ndarray
    chosen: dict
    seconds: float


def compare(folder: Path = artifacts.FOLDER) -> dict:
    """Compare all classifiers on the embeddings that training kept in the artifacts' folder.

    Writes `comparison` into metrics.json, and a figure.

    Returns:
        for each classifier, the best under `actors` first, its `settings` and for each protocol
        what `scores` returns.

    Raises:
        SerError: the artifacts cannot be used, or there is no browser to draw the figure with.
    """
    manifest = artifacts.verify(folder)
    labelled = labelled_embeddings.load(folder)
    results = run(classifiers(), labelled, SEED)
    metrics = artifacts.read_json(folder / artifacts.METRICS) | {"comparison": results}
    with artifacts.replacing(folder, manifest) as fresh:
        artifacts.write_json(fresh / artifacts.METRICS, metrics)
        chart.draw(results, SHIPPED, STARTING_DESIGN, fresh / artifacts.COMPARISON)
    return results


def run(compared: Mapping[str, Baseline], labelled: LabelledEmbeddings, seed: int) -> dict:
    """Evaluate classifiers, SHIPPED among them, in the folds of both protocols, as `compare`."""
    recordings = labelled.recordings
    groups = {
        "random": np.unique(recordings, return_inverse=True)[1],
        "actors": labelled.speakers,
    }
    folds = {
        protocol: protocols.folds(labelled.utterances, protocol, recordings, seed)
        for protocol in protocols.PROTOCOLS
    }
    tasks = [
        (name, protocol, train, test)
        for name in compared
        for protocol in protocols.PROTOCOLS
        for train, test in folds[protocol]
    ]
    CACHE.mkdir(parents=True, exist_ok=True)
    outcomes = joblib.Parallel(n_jobs=-1, return_as="generator")(
        joblib.delayed(_cached)(
            CACHE, compared[name], labelled, groups[protocol][train], train, test, seed
        )
        for name, protocol, train, test in tasks
    )
    by_name = {name: {protocol: [] for protocol in protocols.PROTOCOLS} for name in compared}
    progress = tqdm(zip(tasks, outcomes, strict=True), total=len(tasks), unit="fold")
    for (name, protocol, _, _), outcome in progress:
        progress.set_description(name)
        finished = by_name[name]
        finished[protocol].append(outcome)
        so_far = sum(finished.values(), [])
        if len(so_far) == len(tasks) // len(compared):
            progress.write(_effort(name, so_far), file=sys.stderr)
    truth = {
        protocol: [labelled.emotions[test] for _, test in folds[protocol]] for protocol in folds
    }
    results = {
        name: {
            protocol: scores(truth[protocol], outcomes[protocol], by_name[SHIPPED][protocol])
            for protocol in protocols.PROTOCOLS
        }
        | {"settings": compared[name].settings}
        for name, outcomes in by_name.items()
    }
    return dict(sorted(results.items(), key=lambda item: -item[1]["actors"]["ua"]))


def scores(truth: list[np.ndarray], outcomes: list[Outcome], shipped: list[Outcome]) -> dict:
    """Score a classifier's outcomes, fold by fold, and compare them with the shipped classifier's.

    Returns:
        `ua` and `wa` over all clips; `ua_folds` and `se`, the standard error of their mean;
        `shipped_gain`: by how much the shipped classifier's UA is higher, mean over folds, and
        the standard error `se` of that paired difference. All 0-1.
    """

    def by_fold(outcomes: list[Outcome]) -> np.ndarray:
        pairs = zip(truth, outcomes, strict=True)
        return np.array(
            [balanced_accuracy_score(emotions, outcome.predicted) for emotions, outcome in pairs]
        )

    emotions = np.concatenate(truth)
    predicted = np.concatenate([outcome.predicted for outcome in outcomes])
    ua_folds, gain = by_fold(outcomes), by_fold(shipped) - by_fold(outcomes)
    return {
        "ua": float(balanced_accuracy_score(emotions, predicted)),
        "wa": float(accuracy_score(emotions, predicted)),
        "ua_folds": ua_folds.tolist(),
        "se": float(sem(ua_folds)),
        "shipped_gain": {"ua": float(gain.mean()), "se": float(sem(gain))},
    }


def table(results: dict) -> str:
    """Return the comparison as a Markdown table, in percent and points."""
    lines = [
        "| classifier | `actors` UA % | WA % | shipped ahead | `random` UA % | WA % | settings |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, result in results.items():
        actors, random = result["actors"], result["random"]
        gain = actors["shipped_gain"]
        difference = f"{100 * gain['ua']:+.1f} ± {100 * gain['se']:.1f}"
        cells = (
            f"**{name}**" if name in (SHIPPED, STARTING_DESIGN) else name,
            *(f"{100 * actors[key]:.1f}" for key in ("ua", "wa")),
            "" if name == SHIPPED else difference,
            *(f"{100 * random[key]:.1f}" for key in ("ua", "wa")),
            result["settings"],
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _cached(
    folder: Path,
    baseline: Baseline,
    labelled: LabelledEmbeddings,
    groups: np.ndarray,
    train: np.ndarray,
    test: np.ndarray,
    seed: int,
) -> Outcome:
    """Return the outcome of a fold, from the folder if it was finished before."""
    arrays = labelled.embeddings, labelled.others
    labels = labelled.emotions, labelled.speakers
    fold = train, test, seed
    key = joblib.hash((baseline, arrays, labels, groups, fold, N_INNER_FOLDS), coerce_mmap=True)
    # Not joblib's Memory: of workers that start at once, one clears what the others cached.
    path = folder / f"{key}.joblib"
    if path.exists():
        return joblib.load(path)
    outcome = _evaluate(baseline, labelled, groups, *fold)
    with artifacts.atomic_write(path) as file:
        joblib.dump(outcome, file)
    return outcome


def _evaluate(
    baseline: Baseline,
    labelled: LabelledEmbeddings,
    groups: np.ndarray,
    train: np.ndarray,
    test: np.ndarray,
    seed: int,
) -> Outcome:
    """Fit a classifier in a fold; training rows of one group are on one side of the inner folds."""
    begin = time.process_time()
    training_set = labelled.subset(train)
    splitter = StratifiedGroupKFold(N_INNER_FOLDS, shuffle=True, random_state=seed)
    folds = list(splitter.split(training_set.emotions, training_set.emotions, groups))
    with threadpool_limits(limits=1):
        predicted, chosen = baseline.fit_predict(
            training_set, folds, labelled.embeddings[test], seed
        )
    return Outcome(predicted, chosen, time.process_time() - begin)


def _effort(name: str, outcomes: list[Outcome]) -> str:
    """Return a line on processor time, and on which settings were chosen how often."""
    chosen = Counter(
        ", ".join(f"{key} {value}" for key, value in outcome.chosen.items()) for outcome in outcomes
    )
    settings = "; ".join(f"{n} x {setting}" for setting, n in chosen.most_common(3) if setting)
    seconds = sum(outcome.seconds for outcome in outcomes)
    return f"{name}: {seconds:.0f} s of processor time{f' ({settings})' if settings else ''}"
