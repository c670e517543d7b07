"""Scoring a large collection, on one machine or on Ray: Parquet shards that are written whole.

The collection is cut into shards, and a shard's rows lie in one file that appears when all of them
are known. So a run that was interrupted goes on where it stopped, and whatever dies on the way,
every recording is in the output exactly once.
"""

import hashlib
from collections.abc import Iterable, Iterator
from glob import has_magic
from pathlib import Path
from typing import BinaryIO

import fsspec
import pyarrow as pa
import pyarrow.json
import pyarrow.parquet
from fsspec.core import url_to_fs
from tqdm import tqdm

from ser import artifacts, folders
from ser.audio import loading
from ser.audio.formats import SUFFIXES
from ser.batch.embedding import embed_many
from ser.errors import SerError
from ser.labels import LABELS
from ser.models.embedding_map import AXES
from ser.recognizer import Recognizer

SHARD = 1000  # recordings
# What begins with an underscore or a dot is no part of the data to pandas, Spark and others.
COLLECTION = "_collection.json"
FORMER_COLLECTION = "collection.json"  # what runs of earlier versions called it
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
) -> tuple[int, int]:
    """Score every recording of a collection as a stranger's; go on where an earlier run stopped.

    Args:
        source: what `find` takes.
        out: folder for the Parquet shards, `part-00000.parquet` and so on, of the columns SCHEMA.
            A recording that cannot be read has its error there and nulls beside it.
        folder: with the artifacts, on every machine of a Ray cluster.
        device: as `Encoder` takes it.
        ray: address of a Ray cluster, such as "auto"; None for this machine alone.

    Returns:
        how many recordings were scored now, and how many an earlier run had scored.

    Raises:
        SerError: there are no recordings or artifacts, or `out` holds another collection's scores
            or another model's.
    """
    version = model_version(folder)
    uris = find(source)
    shards = [uris[first : first + SHARD] for first in range(0, len(uris), SHARD)]
    left = [number for number in range(len(shards)) if not _path(out, number).exists()]
    if left:
        folders.make(out)
    _describe(out, uris, version)
    todo = sum(len(shards[number]) for number in left)
    if todo:
        if ray is None:
            rows = _here(shards, left, folder, device)
        else:
            from ser.batch.ray_cluster import on_ray

            rows = on_ray(shards, left, folder, device, ray)
        with tqdm(total=todo, desc="Scoring", unit="clip") as progress:
            for number, found in _whole_shards(rows, shards, progress):
                for row in found:
                    row["model"] = version
                with artifacts.atomic_write(_path(out, number)) as file:
                    pa.parquet.write_table(pa.Table.from_pylist(found, SCHEMA), file)
    return todo, len(uris) - todo


def find(source: str) -> list[str]:
    """List the recordings of a collection.

    Args:
        source: a folder or a glob pattern, both sorted; or a Parquet or JSONL file with a column
            `uri`. Each may lie, and each URI point, wherever fsspec reaches: local, s3://, gs://.

    Raises:
        SerError: there is nothing, or no such column.
    """
    try:
        files, path = url_to_fs(source)
        if path.endswith((".parquet", ".jsonl")):
            with files.open(path) as file:
                uris = _column(file, path.endswith(".parquet"))
        else:
            listed = files.glob(path) if has_magic(path) else sorted(files.find(path))
            local = "file" in files.protocol
            uris = [
                each if local else files.unstrip_protocol(each)
                for each in listed
                if each.lower().endswith(SUFFIXES)
            ]
    except (OSError, ValueError, ImportError, KeyError, pa.ArrowException) as error:
        raise SerError(
            f"{source} cannot be read: {error}. Give a folder, a glob pattern, or a Parquet or "
            "JSONL file with a column `uri`."
        ) from error
    wrong = [row for row, uri in enumerate(uris) if not isinstance(uri, str) or not uri]
    if wrong:
        raise SerError(
            f"{source} names no recording in {len(wrong)} of its {len(uris)} rows, first in row "
            f"{wrong[0] + 1}: its `uri` is {uris[wrong[0]]!r}. Needed is a column `uri` with text "
            "in each row. Leave other rows out."
        )
    if not uris:
        raise SerError(
            f"{source} names no recording. Give a folder or pattern with "
            f"{', '.join(SUFFIXES)} files, or a table with a column `uri`."
        )
    return uris


def _column(file: BinaryIO, parquet: bool) -> list:
    """Read the column `uri` of a table."""
    if parquet:
        return pa.parquet.read_table(file, columns=["uri"]).column("uri").to_pylist()
    only = pa.json.ParseOptions(
        # Without it, text that looks like a date would be one.
        explicit_schema=pa.schema([("uri", pa.string())]),
        unexpected_field_behavior="ignore",
    )
    return pa.json.read_json(file, parse_options=only).column("uri").to_pylist()


def hear(uri: str) -> loading.Clip:
    """Return the recording at a URI as a Clip; a SerError for whatever is wrong with it."""
    try:
        with fsspec.open(uri) as file:
            return loading.load(file)
    except SerError:
        raise
    except Exception as error:
        # Every store has errors of its own; of a million files some will raise them.
        raise SerError(f"{uri} cannot be read: {type(error).__name__}: {error}") from error


def rows(recognizer: Recognizer, heard: Iterable, load=hear) -> Iterator[dict]:
    """Yield for each of what `embed_many` takes the columns SCHEMA but uri and model."""
    for found in embed_many(recognizer.encoder, heard, load):
        if isinstance(found, SerError):
            yield {"error": str(found)}
            continue
        analysis = recognizer.analyse_embedding(*found)
        yield {
            "duration": analysis.clip.duration,
            **analysis.probabilities,
            "label": analysis.label,
            "verdict": analysis.verdict,
            **dict(zip(AXES, analysis.place.position.tolist(), strict=True)),
        }


def model_version(folder: Path) -> str:
    """Return what tells these artifacts from any others: the start of their manifest's SHA-256."""
    artifacts.verify(folder)
    return artifacts.sha256(folder / artifacts.MANIFEST)[:12]


def _here(
    shards: list[list[str]], left: list[int], folder: Path, device: str | None
) -> Iterator[tuple[int, int, dict]]:
    recognizer = Recognizer.load(folder, device)
    for number in left:
        for row, found in enumerate(rows(recognizer, shards[number])):
            yield number, row, found


def _whole_shards(
    rows: Iterable[tuple[int, int, dict]], shards: list[list[str]], progress: tqdm
) -> Iterator[tuple[int, list[dict]]]:
    """Gather rows, which come in any order, until a shard has all of its own."""
    begun = {}
    for number, row, found in rows:
        shard = begun.setdefault(number, {})
        shard[row] = {"uri": _as_text(shards[number][row])} | found
        progress.update()
        if len(shard) == len(shards[number]):
            yield number, [shard[row] for row in range(len(shard))]
            del begun[number]


def _describe(out: Path, uris: list[str], version: str) -> None:
    """Say in `out` what is scored there; refuse to mix it with what was scored before."""
    content = hashlib.sha256("\n".join(uris).encode(errors="surrogateescape")).hexdigest()
    described = {"recordings": len(uris), "sha256": content, "model": version, "shard": SHARD}
    path, former = out / COLLECTION, out / FORMER_COLLECTION
    if former.exists() and not path.exists():
        former.replace(path)
    if not path.exists():
        artifacts.write_json(path, described)
    elif artifacts.read_json(path) != described:
        raise SerError(
            f"{out} holds the scores of another collection, or by another model. Choose an empty "
            "folder with --out, or the collection and artifacts that it was begun with."
        )


def _as_text(uri: str) -> str:
    """Return a URI as Parquet can hold it; names of files may hold what is no text."""
    return uri.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _path(out: Path, number: int) -> Path:
    return out / f"part-{number:05}.parquet"
