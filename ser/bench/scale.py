"""Scoring a collection, timed: one by one, alone, on Ray with 1 and 2 workers, and one killed.

A worker is a Ray node with one core, so 2 workers have what this machine alone is given.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import numpy as np
import pyarrow.parquet as pq
import soundfile
import torch
from tqdm import tqdm

from ser.audio import loading
from ser.audio.formats import audio_files
from ser.batch import scoring
from ser.labels import LABELS
from ser.recognizer import Recognizer

ONE_BY_ONE = 200  # clips are enough to time that
CORES = 2
MILLION = 1_000_000


def measure(folder: Path, clips: int) -> dict:
    """Score `clips` recordings made from those in `folder`, each repetition a little different.

    Returns:
        `clips_per_second` and `seconds`, starting included, of `one_by_one`, `alone`, `ray_1`,
        `ray_2` and `ray_killed` (one of two workers dies when a third is done); `scaling` (ray_2
        over ray_1), `ray_overhead` (share of time that ray_2 takes longer than alone), `exact`
        (whether the run with a killed worker has every recording once), `difference` (largest, of
        its probabilities from those alone), `per_core` (clips a second, alone), and for a million
        clips `core_hours` and `megabytes`.
    """
    torch.set_num_threads(CORES)
    with TemporaryDirectory() as place:
        recordings, outs = Path(place) / "recordings", Path(place) / "scores"
        uris = _repeat(folder, clips, recordings)
        seconds = {"one_by_one": _one_by_one(uris[:ONE_BY_ONE]) * clips / min(clips, ONE_BY_ONE)}
        seconds["alone"] = _timed(recordings, outs / "alone")
        for workers in (1, 2):
            with _cluster(workers) as (address, _):
                seconds[f"ray_{workers}"] = _timed(recordings, outs / f"ray_{workers}", address)
        with _cluster(2) as (address, kill):
            after = seconds["ray_2"] / 3
            seconds["ray_killed"] = _timed(recordings, outs / "killed", address, kill, after)
        alone, killed = _read(outs / "alone"), _read(outs / "killed")
        size = sum(path.stat().st_size for path in (outs / "alone").glob("*.parquet"))
    counted = Counter(killed["uri"].tolist())
    found = [np.stack([rows[label] for label in LABELS]) for rows in (alone, killed)]
    rates = {name: clips / taken for name, taken in seconds.items()}
    return {
        "clips": clips,
        "seconds": seconds,
        "clips_per_second": rates,
        "gain_of_batches": rates["alone"] / rates["one_by_one"],
        "scaling": rates["ray_2"] / rates["ray_1"],
        "ray_overhead": seconds["ray_2"] / seconds["alone"] - 1,
        "exact": counted == dict.fromkeys(uris, 1),
        "difference": float(np.nanmax(np.abs(found[0] - found[1]))),
        "per_core": rates["alone"] / CORES,
        "million": {
            "core_hours": MILLION / (rates["alone"] / CORES) / 3600,
            "megabytes": size / clips * MILLION / 1e6,
        },
    }


def table(measured: dict, line: Callable[[str], None] = print) -> None:
    """Print what was measured as docs/scale.md shows it."""
    names = {
        "one_by_one": "one by one, two threads",
        "alone": "`score` on two cores",
        "ray_1": "`score --ray`, 1 worker of one core",
        "ray_2": "`score --ray`, 2 workers of one core",
        "ray_killed": "the same, one worker killed",
    }
    line(f"| {measured['clips']:,} clips | seconds | clips a second |")
    line("|---|---|---|")
    for key, name in names.items():
        rate = measured["clips_per_second"][key]
        line(f"| {name} | {measured['seconds'][key]:.0f} | {rate:.1f} |")
    line("")
    exact = "every recording exactly once" if measured["exact"] else "NOT every recording once"
    million = measured["million"]
    for sentence in (
        f"- a core: {measured['per_core']:.1f} clips a second",
        f"- `score` over one by one: {measured['gain_of_batches']:.2f} times",
        f"- 2 workers over 1: {measured['scaling']:.2f} times",
        f"- Ray with 2 workers over `score` alone: {measured['ray_overhead']:+.0%} time",
        f"- with a worker killed: {exact}, probabilities within {measured['difference']:.0e}",
        f"- a million clips: {million['core_hours']:,.0f} core hours, "
        f"{million['megabytes']:,.0f} MB of Parquet",
    ):
        line(sentence)


def _repeat(folder: Path, clips: int, out: Path) -> list[str]:
    """Write so many recordings; each repetition begins a little later and is a little quieter."""
    sources = audio_files(folder)
    out.mkdir()
    uris = []
    for number in tqdm(range(clips), desc="Making recordings", unit="clip"):
        turn, which = divmod(number, len(sources))
        waveform = loading.decode(sources[which])[turn * 100 :] * 0.95**turn
        uris.append(str(out / f"{number:06}.flac"))
        soundfile.write(uris[-1], waveform, loading.SAMPLING_RATE)
    return uris


def _one_by_one(uris: list[str]) -> float:
    recognizer = Recognizer.load(device="cpu")
    begin = time.perf_counter()
    for uri in uris:
        recognizer.analyse(uri)
    return time.perf_counter() - begin


def _timed(
    recordings: Path,
    out: Path,
    address: str | None = None,
    kill: Callable[[], None] | None = None,
    after: float = 0,
) -> float:
    begin = time.perf_counter()
    if kill:
        Thread(target=lambda: (time.sleep(after), kill()), daemon=True).start()
    scoring.score(str(recordings), out, device="cpu", ray=address)
    return time.perf_counter() - begin


def _read(out: Path) -> dict:
    table = pq.read_table(sorted(out.glob("*.parquet")))
    return {name: table.column(name).to_numpy() for name in ("uri", *LABELS)}


@contextmanager
def _cluster(workers: int) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield the address of a cluster on this machine, and what kills one of its workers."""
    import ray
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(workers)]
    try:
        yield cluster.address, lambda: cluster.remove_node(nodes[0], allow_graceful=False)
    finally:
        ray.shutdown()
        cluster.shutdown()
