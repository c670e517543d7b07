"""The stages of scoring on a Ray cluster: decode anywhere, a model replica in each actor.

Decoding is a stage of its own so that processors anywhere can feed a GPU. Classifying and placing
take a fiftieth of the encoder's time and stay with it. The rows come back to where the command
was given, which alone writes; what a machine that dies had in hand, Ray does again elsewhere.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import ray
from ray.data import ActorPoolStrategy, DataContext

from ser.audio.loading import Clip
from ser.batch import scoring
from ser.errors import SerError
from ser.recognizer import Recognizer

BATCH = 32  # recordings that travel together
# Generous to decoding: wav takes far less than a fifth of a core, compressed recordings more.
DECODING, EMBEDDING = 0.2, 0.8  # of a core


class Replica:
    """A model in memory, as an actor."""

    def __init__(self, folder: Path, device: str | None):
        self.recognizer = Recognizer.load(folder, device)

    def __call__(self, batch: dict) -> dict:
        """Score decoded recordings."""
        rows = scoring.rows(self.recognizer, batch.pop("heard"), _again)
        # As text, since Arrow wants all rows to have the same fields.
        return batch | {"found": [json.dumps(row) for row in rows]}


def on_ray(
    shards: list[list[str]], left: list[int], folder: Path, device: str | None, address: str
) -> Iterator[tuple[int, int, dict]]:
    """Yield (shard, row, scores) of the recordings of the shards that are left, in any order.

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
    replicas = max(1, int(resources["GPU" if on_gpu else "CPU"]))
    blocks = [
        pa.table({"shard": [number] * len(uris), "row": range(len(uris)), "uri": uris})
        for number in left
        for uris in [shards[number]]
    ]
    scored = (
        ray.data.from_arrow(blocks)
        .map_batches(_decode, batch_size=BATCH, num_cpus=DECODING)
        .map_batches(
            Replica,
            batch_size=BATCH,
            fn_constructor_args=(folder, device),
            compute=ActorPoolStrategy(min_size=1, max_size=replicas),
            num_cpus=EMBEDDING,
            num_gpus=1 if on_gpu else 0,
        )
    )
    for batch in scored.iter_batches(batch_size=None):
        found = map(json.loads, batch["found"])
        yield from zip(batch["shard"].tolist(), batch["row"].tolist(), found, strict=True)


def _decode(batch: dict) -> dict:
    return {
        "shard": batch["shard"],
        "row": batch["row"],
        "heard": [_try(uri) for uri in batch["uri"]],
    }


def _try(uri: str) -> Clip | SerError:
    try:
        return scoring.hear(uri)
    except SerError as error:
        return error


def _again(heard: Clip | SerError) -> Clip:
    if isinstance(heard, SerError):
        raise heard
    return heard
