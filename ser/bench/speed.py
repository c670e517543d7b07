"""How fast the analysis is, beside what a user would otherwise pick, measured in one run."""

import os
import platform
import time
from collections.abc import Callable

import numpy as np
import torch
from tqdm import trange

from ser.bench import start_up
from ser.bench.systems import DURATION, NAMES, STAGES, base_classifier, contestants, enlarged
from ser.recognizer import Recognizer

DURATIONS = (1, 4, 10)  # s of continuous sound
POINTS = (1_440, 10_000, 100_000)  # on the map
ROUNDS = 25  # of all contestants in turn, so that a busy moment hits them alike
WARM_UP = 3  # rounds not counted
REST = 0.15  # s before each: some libraries' threads keep cores busy that long after their work
PLACINGS = 50  # on each map in a round: one is too short to be timed


def measure() -> dict:
    """Time our analysis and what a user would otherwise pick on clips of 1, 4 and 10 s.

    Returns:
        `durations.<s>` and `points.<n>`: for each contestant `median`, `low` and `high` (quartiles)
        in seconds; of 4 s `medians`, `ratios` (how many times faster our whole analysis is than
        `pipeline_base`, `encoder_base` and `handcrafted`), `ratios_spread` (their quartiles) and
        `stages` (shares of our time); `startup` as startup.measure gives it; and the `machine`.
    """
    recognizer, base = Recognizer.load(device="cpu"), base_classifier()
    timed = {
        (duration, name): contestant
        for duration in DURATIONS
        for name, contestant in contestants(recognizer, base, duration).items()
    } | {("points", points): _placing(recognizer, points) for points in POINTS}
    seconds = {key: [] for key in timed}
    for turn in trange(WARM_UP + ROUNDS, desc="Timing", unit="round"):
        for key, contestant in timed.items():
            elapsed = _time(contestant)
            if turn >= WARM_UP:
                seconds[key].append(elapsed)
    names = [*NAMES, *STAGES]
    durations = {
        str(duration): {name: _summary(seconds[duration, name]) for name in names}
        for duration in DURATIONS
    }
    medians = {name: found["median"] for name, found in durations[str(DURATION)].items()}
    others = [name for name in NAMES if name != "analysis"]
    ours = np.array(seconds[DURATION, "analysis"])
    spread = {name: _summary(np.array(seconds[DURATION, name]) / ours) for name in others}
    whole = sum(medians[stage] for stage in STAGES)
    return {
        "durations": durations,
        "points": {
            str(points): _summary(np.array(seconds["points", points]) / PLACINGS)
            for points in POINTS
        },
        "medians": medians,
        "ratios": {name: medians[name] / medians["analysis"] for name in others},
        "ratios_spread": {name: [each["low"], each["high"]] for name, each in spread.items()},
        "stages": {stage: medians[stage] / whole for stage in STAGES},
        "startup": start_up.measure(),
        "machine": machine(),
    }


def table(measured: dict, line: Callable[[str], None] = print) -> None:
    """Print what was measured as README shows it."""
    line(f"| {DURATION} s of speech | ms (quartiles) | our whole analysis is |")
    line("|---|---|---|")
    for name, called in NAMES.items():
        found = measured["durations"][str(DURATION)][name]
        low, median, high = (1000 * found[key] for key in ("low", "median", "high"))
        faster = ""
        if name in measured["ratios"]:
            ratio, spread = measured["ratios"][name], measured["ratios_spread"][name]
            word = "faster"
            if ratio < 1:
                ratio, spread, word = 1 / ratio, [1 / each for each in reversed(spread)], "slower"
            faster = f"{ratio:.1f} times {word} ({spread[0]:.1f}–{spread[1]:.1f})"
        line(f"| {called} | {median:.1f} ({low:.1f}–{high:.1f}) | {faster} |")
    line("")
    stages = ", ".join(f"{stage} {share:.1%}" for stage, share in measured["stages"].items())
    line(f"Share of our time: {stages}.")
    places = ", ".join(
        f"{int(points):,}: {1000 * found['median']:.2f} ms"
        for points, found in measured["points"].items()
    )
    line(f"Placing on a map of so many clips: {places}.")
    for name, seconds in measured["startup"]["seconds"].items():
        memory = measured["startup"]["resident_mb"][name]
        line(f"Cold start to the first answer, {name}: {seconds:.1f} s, {memory:.0f} MB resident.")


def machine() -> dict:
    """Say what the figures were measured on."""
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }


def _placing(recognizer: Recognizer, points: int) -> Callable[[], object]:
    embedding_map = enlarged(recognizer.embedding_map, points)
    queries = (
        recognizer.embedding_map.roots[:: len(recognizer.embedding_map.roots) // PLACINGS][
            :PLACINGS
        ]
        ** 2
    )
    return lambda: [embedding_map.place(query) for query in queries]


def _summary(values: np.ndarray) -> dict:
    low, median, high = np.quantile(values, (0.25, 0.5, 0.75)).tolist()
    return {"median": median, "low": low, "high": high}


def _time(action: Callable[[], object]) -> float:
    time.sleep(REST)
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
