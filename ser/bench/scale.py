"""Time scoring a collection: one by one, on one machine, on Ray with 1 and 2 workers, one killed.

A worker is a Ray node with one core, so 2 workers have the cores of the run without Ray.
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
from ser.audio.clip import SAMPLING_RATE
from ser.audio.formats import audio_files
from ser.batch import scoring
from ser.labels import LABELS
from ser.recognizer import Recognizer

ONE_BY_ONE = 200  # clips that are timed one by one; the rest would take as long each
CORES = 2  # of the run without Ray
MILLION = 1_000_000


def measure(folder: Path, clips: int) -> dict:
    """Score `clips` recordings made from those in `folder`, every repetition slightly different.

    Returns:
        `clips_per_second` and `seconds`, starting included, of `one_by_one`, `alone`, `ray_1`,
        `ray_2` and `ray_killed` (one of two workers dies when a third is done); `scaling` (ray_2
        over ray_1), `ray_overhead` (fraction by which ray_2 takes longer than alone), `exact`
        (whether the run with a killed worker has every recording once), `difference` (largest, of
        its probabilities from those alone), `per_core` (clips a second, alone), and for a million
        clips `core_hours` and `megabytes`.
    """
    torch.set_num_threads(CORES)
    with TemporaryDirectory() as temporary:
        recordings, outs = Path(temporary) / "recordings", Path(temporary) / "scores"
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
    counts = Counter(killed["uri"].tolist())
    probabilities = [np.stack([rows[label] for label in LABELS]) for rows in (alone, killed)]
    rates = {name: clips / elapsed for name, elapsed in seconds.items()}
    return {
        "clips": clips,
        "seconds": seconds,
        "clips_per_second": rates,
        "gain_of_batches": rates["alone"] / rates["one_by_one"],
        "scaling": rates["ray_2"] / rates["ray_1"],
        "ray_overhead": seconds["ray_2"] / seconds["alone"] - 1,
        "exact": counts == dict.fromkeys(uris, 1),
        "difference": float(np.nanmax(np.abs(np.subtract(*probabilities)))),
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
    """Write `clips` recordings; each repetition starts slightly later and is slightly quieter."""
    sources = audio_files(folder)
    out.mkdir()
    uris = []
    for number in tqdm(range(clips), desc="Making recordings", unit="clip"):
        repetition, source = divmod(number, len(sources))
        waveform = loading.decode(sources[source])[repetition * 100 :] * 0.95**repetition
        uris.append(str(out / f"{number:06}.flac"))
        soundfile.write(uris[-1], waveform, SAMPLING_RATE)
    return uris


def _one_by_one(uris: list[str]) -> float:
    recognizer = Recognizer.load(device="cpu")
    start = time.perf_counter()
    for uri in uris:
        recognizer.analyse(uri)
    return time.perf_counter() - start


def _timed(
    recordings: Path,
    out: Path,
    address: str | None = None,
    kill: Callable[[], None] | None = None,
    after: float = 0,
) -> float:
    start = time.perf_counter()
    if kill:
        Thread(target=lambda: (time.sleep(after), kill()), daemon=True).start()
    scoring.score(str(recordings), out, device="cpu", ray=address)
    return time.perf_counter() - start


def _read(out: Path) -> dict:
    table = pq.read_table(sorted(out.glob("*.parquet")))
    return {name: table.column(name).to_numpy() for name in ("uri", *LABELS)}


@contextmanager
def _cluster(workers: int) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield the address of a cluster on this machine, and a function that kills a worker."""
    import ray
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(workers)]
    try:
        yield cluster.address, lambda: cluster.remove_node(nodes[0], allow_graceful=False)
    finally:
        ray.shutdown()
        cluster.shutdown()
