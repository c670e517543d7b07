"""Score recordings on a Ray cluster: decode on any machine, with a recognizer in each actor.

Decoding is a stage of its own so that processors anywhere can feed a GPU. Classifying and placing
take a fiftieth of the encoder's time and stay with it. The records return to the machine of the
command, which alone writes them; Ray repeats elsewhere what a machine that dies was working on.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import ray
from ray.data import ActorPoolStrategy, DataContext

from ser.audio.clip import Clip
from ser.batch.collection import load_uri
from ser.batch.embedding import load_or_error
from ser.batch.records import score_recordings
from ser.errors import SerError
from ser.models.speaker import Speaker
from ser.recognizer import Recognizer

BATCH = 32  # recordings
# More than decoding wav takes, which is far below a fifth of a core; compressed files take more.
DECODING_CPUS, SCORING_CPUS = 0.2, 0.8  # cores


class Scorer:
    """An actor that holds a recognizer, and the speaker of all recordings."""

    def __init__(self, folder: Path, device: str | None, speaker: Speaker):
        self.recognizer, self.speaker = Recognizer.load(folder, device), speaker

    def __call__(self, batch: dict) -> dict:
        """Score a batch of decoded recordings."""
        clips = batch.pop("clip")
        records = score_recordings(self.recognizer, clips, _raise_if_error, self.speaker)
        # As text, since Arrow wants the same fields in all rows.
        return batch | {"record": [json.dumps(record) for record in records]}


def score_on_ray(
    shards: list[list[str]],
    remaining: list[int],
    folder: Path,
    device: str | None,
    address: str,
    speaker: Speaker,
) -> Iterator[tuple[int, int, dict]]:
    """Yield (shard, row, record) of the recordings of the remaining shards, in any order.

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
    max_actors = max(1, int(resources["GPU" if on_gpu else "CPU"]))
    blocks = [
        pa.table({"shard": [n] * len(shards[n]), "row": range(len(shards[n])), "uri": shards[n]})
        for n in remaining
    ]
    scored = (
        ray.data.from_arrow(blocks)
        .map_batches(_decode, batch_size=BATCH, num_cpus=DECODING_CPUS)
        .map_batches(
            Scorer,
            batch_size=BATCH,
            fn_constructor_args=(folder, device, speaker),
            compute=ActorPoolStrategy(min_size=1, max_size=max_actors),
            num_cpus=SCORING_CPUS,
            num_gpus=1 if on_gpu else 0,
        )
    )
    for batch in scored.iter_batches(batch_size=None):
        records = map(json.loads, batch["record"])
        yield from zip(batch["shard"].tolist(), batch["row"].tolist(), records, strict=True)


def _decode(batch: dict) -> dict:
    clips = [load_or_error(load_uri, uri) for uri in batch["uri"]]
    return {"shard": batch["shard"], "row": batch["row"], "clip": clips}


def _raise_if_error(clip: Clip | SerError) -> Clip:
    if isinstance(clip, SerError):
        raise clip
    return clip
