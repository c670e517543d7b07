"""Time the analysis compared with what a user would otherwise pick, in one run."""

import time
from collections.abc import Callable

import numpy as np
from tqdm import trange

from ser.audio import loading
from ser.audio.clip import SAMPLING_RATE
from ser.bench.systems import (
    DURATION,
    NAMES,
    STAGES,
    base_classifier,
    enlarged,
    speech_like,
    systems,
)
from ser.labels import LABELS
from ser.models.speaker import MAX_LABELLED, UNKNOWN_SPEAKER
from ser.recognizer import Recognizer

DURATIONS = (1, 4, 10)  # s of continuous sound
POINTS = (1_440, 10_000, 100_000)  # on the map
ROUNDS = 15  # of all systems in turn, so that a busy moment affects all of them
WARM_UP = 3  # rounds not counted
REST = 0.15  # s before each: some libraries' threads spin that long after their work
PLACINGS = 50  # clips placed on each map in a round: one takes too little time to be measured


def measure() -> dict:
    """Time our analysis and what a user would otherwise pick on clips of 1, 4 and 10 s.

    Returns:
        `durations.<s>` and `points.<n>`: for each system `median`, `low` and `high` (quartiles)
        in seconds; of 4 s `medians`, `ratios` (how many times faster our whole analysis is than
        `pipeline_base`, `encoder_base` and `handcrafted`), `ratios_spread` (their quartiles) and
        `stages` (fractions of our time); `known_voice` (by how much a voice profile of
        MAX_LABELLED clips slows an answer down).
    """
    recognizer, base = Recognizer.load(device="cpu"), base_classifier()
    timed = {
        (duration, name): system
        for duration in DURATIONS
        for name, system in systems(recognizer, base, duration).items()
    } | {("points", points): _placing(recognizer, points) for points in POINTS}
    timed |= {("voice", known): answering for known, answering in _answering(recognizer).items()}
    seconds = {key: [] for key in timed}
    for number in trange(WARM_UP + ROUNDS, desc="Timing", unit="round"):
        for key, system in timed.items():
            elapsed = _time(system)
            if number >= WARM_UP:
                seconds[key].append(elapsed)
    names = [*NAMES, *STAGES]
    durations = {
        str(duration): {name: _summary(seconds[duration, name]) for name in names}
        for duration in DURATIONS
    }
    medians = {name: summary["median"] for name, summary in durations[str(DURATION)].items()}
    compared = [name for name in NAMES if name != "analysis"]
    analysis = np.array(seconds[DURATION, "analysis"])
    ratios = {name: _summary(np.array(seconds[DURATION, name]) / analysis) for name in compared}
    total = sum(medians[stage] for stage in STAGES)
    return {
        "durations": durations,
        "points": {
            str(points): _summary(np.array(seconds["points", points]) / PLACINGS)
            for points in POINTS
        },
        "known_voice": _summary(
            np.array(seconds["voice", True]) - np.array(seconds["voice", False])
        ),
        "medians": medians,
        "ratios": {name: medians[name] / medians["analysis"] for name in compared},
        "ratios_spread": {name: [ratio["low"], ratio["high"]] for name, ratio in ratios.items()},
        "stages": {stage: medians[stage] / total for stage in STAGES},
    }


def table(measured: dict, line: Callable[[str], None] = print) -> None:
    """Print what was measured as docs/speed.md shows it."""
    line(f"| {DURATION} s of speech | ms (quartiles) | our whole analysis is |")
    line("|---|---|---|")
    for name, title in NAMES.items():
        summary = measured["durations"][str(DURATION)][name]
        low, median, high = (1000 * summary[key] for key in ("low", "median", "high"))
        faster = ""
        if name in measured["ratios"]:
            ratio, spread = measured["ratios"][name], measured["ratios_spread"][name]
            word = "faster"
            if ratio < 1:
                ratio, spread, word = 1 / ratio, [1 / bound for bound in reversed(spread)], "slower"
            faster = f"{ratio:.1f} times {word} ({spread[0]:.1f}–{spread[1]:.1f})"
        line(f"| {title} | {median:.1f} ({low:.1f}–{high:.1f}) | {faster} |")
    line("")
    stages = ", ".join(f"{stage} {fraction:.1%}" for stage, fraction in measured["stages"].items())
    line(f"Share of our time: {stages}.")
    places = ", ".join(
        f"{int(points):,}: {1000 * summary['median']:.2f} ms"
        for points, summary in measured["points"].items()
    )
    line(f"Placing on a map of so many clips: {places}.")
    low, median, high = (1000 * measured["known_voice"][key] for key in ("low", "median", "high"))
    line(
        f"With a voice profile of {MAX_LABELLED} labelled recordings, an answer takes "
        f"{median:.1f} ms longer ({low:.1f}–{high:.1f})."
    )


def _placing(recognizer: Recognizer, points: int) -> Callable[[], object]:
    embedding_map = enlarged(recognizer.embedding_map, points)
    roots = recognizer.embedding_map.roots
    queries = roots[:: len(roots) // PLACINGS][:PLACINGS] ** 2
    return lambda: [embedding_map.place(query) for query in queries]


def _answering(recognizer: Recognizer) -> dict[bool, Callable[[], object]]:
    """Return functions that answer an embedded clip of a voice that is known, or is not."""
    clip = loading.load((SAMPLING_RATE, speech_like()))
    embedding = recognizer.encoder.embed([clip])[0]
    rng, speaker = np.random.default_rng(0), UNKNOWN_SPEAKER
    for label in LABELS * (MAX_LABELLED // len(LABELS)):
        taught = embedding + rng.normal(0, embedding.std(), embedding.shape).astype(np.float32)
        speaker = speaker.teach(label, recognizer.classifier.features(taught[None]))
    return {
        False: lambda: recognizer.analyse_embedding(clip, embedding),
        True: lambda: recognizer.analyse_embedding(clip, embedding, speaker),
    }


def _summary(values: np.ndarray) -> dict:
    low, median, high = np.quantile(values, (0.25, 0.5, 0.75)).tolist()
    return {"median": median, "low": low, "high": high}


def _time(action: Callable[[], object]) -> float:
    time.sleep(REST)
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
