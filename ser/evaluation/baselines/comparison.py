"""Every classifier on the same folds: is the shipped one the best, and by how much?

Both protocols, settings searched for within the training clips (`actors`: with inner folds of
whole speakers). What is finished is kept in the user's cache, by the embeddings, the contestant's
settings and the fold, so an interrupted run goes on where it was.
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
from ser.errors import SerError
from ser.evaluation.baselines.classifiers import IDEA, SHIPPED, Contestant, Lessons, contestants
from ser.recognizer import Recognizer
from ser.training.data import corpora
from ser.training.data.utterance import Utterance
from ser.training.embedding import embed
from ser.training.generated_sounds import in_noise
from ser.training.train import SEED, data_hash, kept_embeddings

CACHE = Path(pooch.os_cache("ser")) / "comparison"
INNER_FOLDS = 3


@dataclass(frozen=True)
class Outcome:
    """What a contestant did in a fold: emotions predicted of the tested rows, settings, seconds."""

    predicted: np.ndarray
    chosen: dict
    seconds: float


def compare(data: Path | None = None, folder: Path = artifacts.FOLDER) -> dict:
    """Compare all contestants; write `comparison` into metrics.json and a figure beside it.

    Args:
        data: folder with the recordings that the artifacts were made from; without it the
            embeddings that training kept serve.
        folder: of the artifacts.

    Returns:
        for each contestant, the best of unseen speakers first, its `setting` and for each protocol
        what `scores` gives.

    Raises:
        SerError: the artifacts cannot be used, `data` is not what they were made from, or there
            is no browser to draw the figure with.
    """
    manifest = artifacts.verify(folder)
    heard = _heard(data, folder, manifest) if data else kept_embeddings(folder)
    embeddings, copies, directions, utterances = heard
    results = run(contestants(directions), embeddings, copies, utterances, SEED)
    metrics = artifacts.read_json(folder / artifacts.METRICS) | {"comparison": results}
    with artifacts.replacing(folder, artifacts.read_json(folder / artifacts.MANIFEST)) as fresh:
        artifacts.write_json(fresh / artifacts.METRICS, metrics)
        chart.draw(results, fresh / artifacts.COMPARISON)
    return results


def run(
    entered: Mapping[str, Contestant],
    embeddings: np.ndarray,
    in_noise: np.ndarray,
    utterances: list[Utterance],
    seed: int,
) -> dict:
    """Run contestants, SHIPPED among them, through the folds of both protocols, as `compare` does.

    Args:
        embeddings: shape (n, layers, 2, hidden size), one row an utterance; in_noise: those of a
            copy of each in noise.
    """
    emotions = np.array([utterance.emotion for utterance in utterances])
    speakers = corpora.speakers(utterances)
    # The embedding of a recording under two names is the same to the last bit.
    recordings = np.unique([row.tobytes() for row in embeddings], return_inverse=True)[1]
    together = {"random": recordings, "actors": speakers}
    folds = {
        protocol: corpora.folds(utterances, protocol, recordings, seed)
        for protocol in corpora.PROTOCOLS
    }
    turns = [
        (name, protocol, train, test)
        for name in entered
        for protocol in corpora.PROTOCOLS
        for train, test in folds[protocol]
    ]
    CACHE.mkdir(parents=True, exist_ok=True)
    outcomes = joblib.Parallel(n_jobs=-1, return_as="generator")(
        joblib.delayed(_kept)(
            CACHE,
            (
                entered[name],
                embeddings,
                in_noise,
                emotions,
                speakers,
                together[protocol],
                train,
                test,
                seed,
            ),
        )
        for name, protocol, train, test in turns
    )
    found = {name: {protocol: [] for protocol in corpora.PROTOCOLS} for name in entered}
    progress = tqdm(zip(turns, outcomes, strict=True), total=len(turns), unit="fold")
    for (name, protocol, _, _), outcome in progress:
        progress.set_description(name)
        own = found[name]
        own[protocol].append(outcome)
        if all(len(own[each]) == len(folds[each]) for each in corpora.PROTOCOLS):
            progress.write(_effort(name, [*own["random"], *own["actors"]]), file=sys.stderr)
    truth = {
        protocol: [emotions[test] for _, test in folds[protocol]] for protocol in corpora.PROTOCOLS
    }
    results = {
        name: {
            protocol: scores(truth[protocol], own[protocol], found[SHIPPED][protocol])
            for protocol in corpora.PROTOCOLS
        }
        | {"settings": entered[name].settings}
        for name, own in found.items()
    }
    return dict(sorted(results.items(), key=lambda item: -item[1]["actors"]["ua"]))


def scores(truth: list[np.ndarray], own: list[Outcome], shipped: list[Outcome]) -> dict:
    """Score a contestant's outcomes, fold by fold, beside those of the shipped classifier.

    Returns:
        `ua` and `wa` over all clips; `ua_folds` and `se`, the standard error of their mean;
        `shipped_gain`: by how much the shipped classifier's UA is higher, mean over folds, and
        the standard error `se` of that paired difference. All 0-1.
    """

    def by_fold(outcomes: list[Outcome]) -> np.ndarray:
        pairs = zip(truth, outcomes, strict=True)
        return np.array([balanced_accuracy_score(e, outcome.predicted) for e, outcome in pairs])

    emotions = np.concatenate(truth)
    predicted = np.concatenate([outcome.predicted for outcome in own])
    ua_folds, ahead = by_fold(own), by_fold(shipped) - by_fold(own)
    return {
        "ua": float(balanced_accuracy_score(emotions, predicted)),
        "wa": float(accuracy_score(emotions, predicted)),
        "ua_folds": ua_folds.tolist(),
        "se": float(sem(ua_folds)),
        "shipped_gain": {"ua": float(ahead.mean()), "se": float(sem(ahead))},
    }


def table(results: dict) -> str:
    """Return the comparison as a Markdown table, in percent and points."""
    lines = [
        "| classifier | `actors` UA % | WA % | shipped ahead | `random` UA % | WA % | settings |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, result in results.items():
        actors, random = result["actors"], result["random"]
        ahead = actors["shipped_gain"]
        difference = f"{100 * ahead['ua']:+.1f} ± {100 * ahead['se']:.1f}"
        cells = (
            f"**{name}**" if name in (SHIPPED, IDEA) else name,
            *(f"{100 * actors[key]:.1f}" for key in ("ua", "wa")),
            "" if name == SHIPPED else difference,
            *(f"{100 * random[key]:.1f}" for key in ("ua", "wa")),
            result["settings"],
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _kept(folder: Path, attempt: tuple) -> Outcome:
    """Return what came of an attempt, from the folder once it was finished."""
    # Not joblib's Memory: workers that begin at once make it forget what was kept.
    path = folder / f"{joblib.hash((attempt, INNER_FOLDS), coerce_mmap=True)}.joblib"
    if path.exists():
        return joblib.load(path)
    outcome = _attempt(*attempt)
    with artifacts.atomic_write(path) as file:
        joblib.dump(outcome, file)
    return outcome


def _attempt(
    contestant: Contestant,
    embeddings: np.ndarray,
    in_noise: np.ndarray,
    emotions: np.ndarray,
    speakers: np.ndarray,
    together: np.ndarray,
    train: np.ndarray,
    test: np.ndarray,
    seed: int,
) -> Outcome:
    """Let a contestant learn from a fold; rows of equal `together` are on one side within it."""
    begin = time.process_time()
    inner = StratifiedGroupKFold(INNER_FOLDS, shuffle=True, random_state=seed)
    folds = list(inner.split(emotions[train], emotions[train], together[train]))
    lessons = Lessons(embeddings[train], in_noise[train], emotions[train], speakers[train], folds)
    with threadpool_limits(limits=1):
        predicted, chosen = contestant.predict(lessons, embeddings[test], seed)
    return Outcome(predicted, chosen, time.process_time() - begin)


def _heard(
    data: Path, folder: Path, manifest: dict
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[Utterance]]:
    """Embed recordings once it is sure that the artifacts were made from them."""
    encoder = Recognizer.load(folder).encoder
    embeddings, utterances, unreadable = embed(encoder, corpora.table(data).utterances)
    if data_hash(utterances) != manifest["data"]["sha256"]:
        found = unreadable[0] if unreadable else f"{len(utterances)} recordings"
        raise SerError(
            f"{data} does not hold the recordings that {folder} was made from ({found}). Give "
            "their folder, or none, or make artifacts of this one: "
            f"python -m ser train --data {data} --out DIR"
        )
    copies = embed(encoder, utterances, in_noise(SEED))[0]
    return embeddings, copies, encoder.directions, utterances


def _effort(name: str, outcomes: list[Outcome]) -> str:
    """Say how long a contestant took and which settings it chose how often."""
    chosen = Counter(
        ", ".join(f"{key} {value}" for key, value in outcome.chosen.items()) for outcome in outcomes
    )
    settings = "; ".join(f"{times} x {each}" for each, times in chosen.most_common(3) if each)
    seconds = sum(outcome.seconds for outcome in outcomes)
    return f"{name}: {seconds:.0f} s of processor time{f' ({settings})' if settings else ''}"
