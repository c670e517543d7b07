"""Score a large collection, on one machine or on Ray, into Parquet shards.

The collection is divided into shards, and the rows of a shard are written to one file as soon as
all of them are scored. An interrupted run therefore continues where it stopped, and whichever
process dies, every recording is in the output exactly once.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet
from tqdm import tqdm

from ser import arrays, artifacts, folders
from ser import profile as profiles
from ser.batch.collection import find
from ser.batch.records import score_recordings
from ser.errors import SerError
from ser.labels import LABELS
from ser.models.classifier import EmotionClassifier
from ser.models.embedding_map import AXES
from ser.models.speaker import UNKNOWN_SPEAKER, Speaker, SpeakerAdaptation
from ser.recognizer import Recognizer

SHARD = 1000  # recordings
# Pandas, Spark and others ignore files whose names begin with an underscore or a dot.
COLLECTION = "_collection.json"
FORMER_COLLECTION = "collection.json"  # its name in earlier versions
SCHEMA = pa.schema(
    [
        ("uri", pa.string()),
        ("duration", pa.float64()),  # s
        *((label, pa.float32()) for label in LABELS),  # probabilities
        ("label", pa.string()),
        ("verdict", pa.string()),
        *((axis, pa.float32()) for axis in AXES),  # position on the map
        ("model", pa.string()),
        ("error", pa.string()),
    ]
)


def score(
    source: str,
    out: Path,
    folder: Path = artifacts.FOLDER,
    device: str | None = None,
    ray: str | None = None,
    profile: Path | None = None,
) -> tuple[int, int]:
    """Score every recording of a collection, each as an unknown speaker's or all as one's.

    Args:
        source: as `collection.find` takes it.
        out: folder for the Parquet shards, `part-00000.parquet` and so on, with the columns
            SCHEMA. A recording that cannot be read has its error there and nulls elsewhere.
        folder: with the artifacts, on every machine of a Ray cluster.
        device: as `Encoder` takes it.
        ray: address of a Ray cluster, such as "auto"; None for this machine alone.
        profile: of the speaker of all recordings, on this machine; None if they are unknown.

    Returns:
        numbers of recordings that were scored now, and that an earlier run had scored.

    Raises:
        SerError: there are no recordings or artifacts, the profile cannot be used, or `out` holds
            the scores of another collection, model or profile.
    """
    artifacts.verify(folder)
    version, speaker = artifacts.version_of(folder), UNKNOWN_SPEAKER
    made_with = {"model": version}
    if profile:
        # Here, so that an unusable profile is one error and not one of each machine.
        speaker = _known_speaker(profile, folder)
        made_with["profile"] = artifacts.sha256(profile)
    uris = find(source)
    shards = [uris[first : first + SHARD] for first in range(0, len(uris), SHARD)]
    remaining = [number for number in range(len(shards)) if not _path(out, number).exists()]
    if remaining:
        folders.make(out)
    _check_collection(out, uris, made_with)
    n_remaining = sum(len(shards[number]) for number in remaining)
    if n_remaining:
        if ray is None:
            records = _score_locally(shards, remaining, folder, device, speaker)
        else:
            from ser.batch.ray_cluster import score_on_ray

            records = score_on_ray(shards, remaining, folder, device, ray, speaker)
        with tqdm(total=n_remaining, desc="Scoring", unit="clip") as progress:
            for number, rows in _complete_shards(records, shards, progress):
                for row in rows:
                    row["model"] = version
                with artifacts.atomic_write(_path(out, number)) as file:
                    pa.parquet.write_table(pa.Table.from_pylist(rows, SCHEMA), file)
    return n_remaining, len(uris) - n_remaining


def _known_speaker(profile: Path, folder: Path) -> Speaker:
    """Read a profile without the encoder, which takes most of the time to load."""
    models = SimpleNamespace(
        version=artifacts.version_of(folder),
        adaptation=arrays.load(SpeakerAdaptation, folder / artifacts.ADAPTATION),
        classifier=arrays.load(EmotionClassifier, folder / artifacts.CLASSIFIER),
    )
    return profiles.load(profile, models)


def _score_locally(
    shards: list[list[str]],
    remaining: list[int],
    folder: Path,
    device: str | None,
    speaker: Speaker,
) -> Iterator[tuple[int, int, dict]]:
    """Yield (shard, row, record) of the recordings of the remaining shards, in order."""
    recognizer = Recognizer.load(folder, device)
    for number in remaining:
        for row, record in enumerate(score_recordings(recognizer, shards[number], speaker=speaker)):
            yield number, row, record


def _complete_shards(
    records: Iterable[tuple[int, int, dict]], shards: list[list[str]], progress: tqdm
) -> Iterator[tuple[int, list[dict]]]:
    """Collect records, which come in any order; yield the rows of each complete shard."""
    incomplete = {}
    for number, row, record in records:
        shard = incomplete.setdefault(number, {})
        shard[row] = {"uri": _as_text(shards[number][row])} | record
        progress.update()
        if len(shard) == len(shards[number]):
            yield number, [shard[row] for row in range(len(shard))]
            del incomplete[number]


def _check_collection(out: Path, uris: list[str], made_with: dict[str, str]) -> None:
    """Write what is scored in `out` to a file there; a SerError if `out` holds other scores.

    made_with: what identifies the model, and the voice profile if there is one.
    """
    digest = hashlib.sha256("\n".join(uris).encode(errors="surrogateescape")).hexdigest()
    collection = {"recordings": len(uris), "sha256": digest, **made_with, "shard": SHARD}
    path, former = out / COLLECTION, out / FORMER_COLLECTION
    if former.exists() and not path.exists():
        former.replace(path)
    if not path.exists():
        artifacts.write_json(path, collection)
    elif artifacts.read_json(path) != collection:
        raise SerError(
            f"{out} holds the scores of another collection, or by another model or voice profile. "
            "Choose an empty folder with --out, or the collection, artifacts and profile that it "
            "was begun with."
        )


def _as_text(uri: str) -> str:
    """Return a URI as Parquet can hold it: file names may contain bytes that are no text."""
    return uri.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _path(out: Path, number: int) -> Path:
    return out / f"part-{number:05}.parquet"
