"""Score recordings on a Ray cluster, with a recognizer in each actor.

One stage opens, decodes and scores, so that nothing is handed over but URIs and rows. The rows
return to the machine of the command, which alone writes them; Ray repeats elsewhere what a machine
that dies was working on.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import ray
from ray.data import ActorPoolStrategy, DataContext

from ser.batch.records import ScoreUris
from ser.errors import SerError
from ser.recognizer import Recognizer


class Scorer:
    """An actor that holds a recognizer."""

    def __init__(self, folder: Path, device: str | None, score_uris: ScoreUris):
        self.recognizer, self.score_uris = Recognizer.load(folder, device), score_uris

    def __call__(self, batch: dict) -> dict:
        """Score a batch of URIs."""
        scored = self.score_uris(self.recognizer, batch.pop("uri"))
        # As text, since Arrow wants the same fields in all rows.
        return batch | {"rows": list(map(json.dumps, scored))}


def score_on_ray(
    shards: list[list[str]],
    remaining: list[int],
    folder: Path,
    device: str | None,
    address: str,
    score_uris: ScoreUris,
    batch: int,
) -> Iterator[tuple[int, int, list[dict]]]:
    """Yield shard, number in it and rows of each recording of the remaining shards, in any order.

    batch: number of recordings that an actor scores at a time.

    Raises:
        SerError: there is no cluster at `address`.
    """
    try:
        ray.init(address, ignore_reinit_error=True, log_to_driver=False)
    except (ConnectionError, ValueError) as error:
        raise SerError(
            f"There is no Ray cluster at {address!r}. Start one with: ray start --head — or leave "
            "out --ray to score on this machine alone."
        ) from error
    DataContext.get_current().enable_progress_bars = False
    resources = ray.cluster_resources()
    on_gpu = resources.get("GPU", 0) > 0 and device in (None, "cuda")
    n_actors = max(1, int(resources["GPU" if on_gpu else "CPU"]))
    blocks = [
        pa.table({"shard": [n] * len(shards[n]), "number": range(len(shards[n])), "uri": shards[n]})
        for n in remaining
    ]
    scored = ray.data.from_arrow(blocks).map_batches(
        Scorer,
        batch_size=batch,
        fn_constructor_args=(folder, device, score_uris),
        # A machine may join or leave while it runs.
        compute=ActorPoolStrategy(min_size=1, max_size=n_actors, initial_size=n_actors),
        num_cpus=1,
        num_gpus=1 if on_gpu else 0,
    )
    for done in scored.iter_batches(batch_size=None):
        rows = map(json.loads, done["rows"])
        yield from zip(done["shard"].tolist(), done["number"].tolist(), rows, strict=True)
