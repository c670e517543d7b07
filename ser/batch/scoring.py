"""Score a large collection, whole recordings or their turns, into Parquet shards.

The collection is divided into shards, and the rows of a shard are written to one file as soon as
all of them are scored. An interrupted run therefore continues where it stopped, and whichever
process dies, every recording is in the output exactly once.
"""

import hashlib
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet
from tqdm import tqdm

from ser import arrays, artifacts, folders
from ser import profile as profiles
from ser.batch.collection import find
from ser.batch.records import ScoreUris, score_recordings, score_turns
from ser.errors import SerError
from ser.labels import LABELS
from ser.models.classifier import EmotionClassifier
from ser.models.embedding_map import AXES
from ser.models.speaker import UNKNOWN_SPEAKER, Speaker, SpeakerAdaptation
from ser.recognizer import Recognizer
from ser.timeline import speakers

SHARD = 1000  # recordings
TURNS_SHARD = 8  # recordings whose turns are scored, which may take minutes each
BATCH = 64  # recordings that a machine of a Ray cluster scores at a time
# Pandas, Spark and others ignore files whose names begin with an underscore or a dot.
COLLECTION = "_collection.json"
FORMER_COLLECTION = "collection.json"  # its name in earlier versions
PREDICTION = [
    *((label, pa.float32()) for label in LABELS),  # probabilities
    ("label", pa.string()),
    ("verdict", pa.string()),
]
SCHEMA = pa.schema(
    [
        ("uri", pa.string()),
        ("duration", pa.float64()),  # s
        *PREDICTION,
        *((axis, pa.float32()) for axis in AXES),  # position on the map
        ("model", pa.string()),
        ("error", pa.string()),
    ]
)
TURNS_SCHEMA = pa.schema(
    [
        ("uri", pa.string()),
        ("start", pa.float64()),  # s
        ("end", pa.float64()),  # s
        ("speaker", pa.int32()),  # from 1 on, in order of appearance in the recording
        *PREDICTION,
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
    turns: bool = False,
    n_speakers: int | None = None,
) -> tuple[int, int]:
    """Score every recording of a collection, each as an unknown speaker's or all as one's.

    Args:
        source: as `collection.find` takes it.
        out: folder for the Parquet shards, `part-00000.parquet` and so on, with the columns
            SCHEMA or TURNS_SCHEMA. A recording that cannot be read has its error there and nulls
            elsewhere.
        folder: with the artifacts, on every machine of a Ray cluster.
        device: as `Encoder` takes it.
        ray: address of a Ray cluster, such as "auto"; None for this machine alone.
        profile: of the speaker of all recordings, on this machine; None if they are unknown.
        turns: a row for each turn of recordings of up to four hours, whose speakers are told apart.
        n_speakers: number of people who speak in each recording, for turns; found by default.

    Returns:
        numbers of recordings that were scored now, and that an earlier run had scored.

    Raises:
        SerError: there are no recordings or artifacts, the profile cannot be used, or `out` holds
            other scores.
    """
    speakers.check(n_speakers)
    if turns and profile:
        raise SerError(
            "A voice profile is of one person, and --turns tells several apart. Leave one of both "
            "out."
        )
    if n_speakers and not turns:
        raise SerError("--speakers is for conversations. Give --turns too, or leave it out.")
    artifacts.verify(folder)
    version, speaker = artifacts.version_of(folder), UNKNOWN_SPEAKER
    made_with = {"model": version}
    if profile:
        # Here, so that an unusable profile is one error and not one of each machine.
        speaker = _known_speaker(profile, folder)
        made_with["profile"] = artifacts.sha256(profile)
    if turns:
        score_uris, schema = partial(score_turns, n_speakers=n_speakers), TURNS_SCHEMA
        made_with["turns"] = n_speakers or "any number of speakers"
        size, batch = TURNS_SHARD, 1
    else:
        score_uris, schema = partial(score_recordings, speaker=speaker), SCHEMA
        size, batch = SHARD, BATCH
    uris = find(source)
    shards = [uris[first : first + size] for first in range(0, len(uris), size)]
    remaining = [number for number in range(len(shards)) if not _path(out, number).exists()]
    if remaining:
        folders.make(out)
    _check_collection(out, uris, made_with | {"shard": size})
    n_remaining = sum(len(shards[number]) for number in remaining)
    if n_remaining:
        if ray is None:
            scored = _score_locally(shards, remaining, folder, device, score_uris)
        else:
            from ser.batch.ray_cluster import score_on_ray

            scored = score_on_ray(shards, remaining, folder, device, ray, score_uris, batch)
        with tqdm(total=n_remaining, desc="Scoring", unit="clip") as progress:
            for number, rows in _complete_shards(scored, shards, progress):
                for row in rows:
                    row["model"] = version
                table = pa.Table.from_pylist(rows, schema)
                with artifacts.atomic_write(_path(out, number)) as file:
                    pa.parquet.write_table(table, file)
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
    score_uris: ScoreUris,
) -> Iterator[tuple[int, int, list[dict]]]:
    """Yield shard, number in it and rows of each recording of the remaining shards, in order."""
    recognizer = Recognizer.load(folder, device)
    for shard in remaining:
        for number, rows in enumerate(score_uris(recognizer, shards[shard])):
            yield shard, number, rows


def _complete_shards(
    scored: Iterable[tuple[int, int, list[dict]]], shards: list[list[str]], progress: tqdm
) -> Iterator[tuple[int, list[dict]]]:
    """Collect recordings, which come in any order; yield the rows of each complete shard."""
    incomplete = {}
    for number, recording, rows in scored:
        shard = incomplete.setdefault(number, {})
        uri = _as_text(shards[number][recording])
        shard[recording] = [{"uri": uri} | row for row in rows]
        progress.update()
        if len(shard) == len(shards[number]):
            yield number, [row for recording in sorted(shard) for row in shard[recording]]
            del incomplete[number]


def _check_collection(out: Path, uris: list[str], made_with: dict[str, str | int]) -> None:
    """Write what is scored in `out` to a file there; a SerError if `out` holds other scores.

    made_with: what identifies the model, the options and the size of the shards.
    """
    digest = hashlib.sha256("\n".join(uris).encode(errors="surrogateescape")).hexdigest()
    collection = {"recordings": len(uris), "sha256": digest, **made_with}
    path, former = out / COLLECTION, out / FORMER_COLLECTION
    if former.exists() and not path.exists():
        former.replace(path)
    if not path.exists():
        artifacts.write_json(path, collection)
    elif artifacts.read_json(path) != collection:
        raise SerError(
            f"{out} holds the scores of another collection, or by another model, voice profile or "
            "kind of scoring. Choose an empty folder with --out, or the collection, artifacts and "
            "options that it was begun with."
        )


def _as_text(uri: str) -> str:
    """Return a URI as Parquet can hold it: file names may contain bytes that are no text."""
    return uri.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _path(out: Path, number: int) -> Path:
    return out / f"part-{number:05}.parquet"
