"""List the recordings of a collection and load them from wherever fsspec reaches."""

from collections.abc import Iterator
from contextlib import contextmanager
from glob import has_magic
from pathlib import PurePosixPath
from tempfile import NamedTemporaryFile
from typing import BinaryIO

import fsspec
import pyarrow as pa
import pyarrow.json
import pyarrow.parquet
from fsspec.core import url_to_fs

from ser.audio import loading
from ser.audio.clip import Clip
from ser.audio.formats import SUFFIXES
from ser.errors import SerError


def find(source: str) -> list[str]:
    """List the recordings of a collection.

    Args:
        source: a folder or a glob pattern, both sorted; or a Parquet or JSONL file with a column
            `uri`. Each may lie, and each URI point, wherever fsspec reaches: local, s3://, gs://.

    Raises:
        SerError: there is no recording, or no such column.
    """
    try:
        files, path = url_to_fs(source)
        if path.endswith((".parquet", ".jsonl")):
            with files.open(path) as file:
                uris = _column(file, path.endswith(".parquet"))
        else:
            names = files.glob(path) if has_magic(path) else sorted(files.find(path))
            names = [name for name in names if name.lower().endswith(SUFFIXES)]
            uris = names if "file" in files.protocol else map(files.unstrip_protocol, names)
            uris = list(uris)
    except (OSError, ValueError, ImportError, KeyError, pa.ArrowException) as error:
        raise SerError(
            f"{source} cannot be read: {error}. Give a folder, a glob pattern, or a Parquet or "
            "JSONL file with a column `uri`."
        ) from error
    invalid = [row for row, uri in enumerate(uris) if not isinstance(uri, str) or not uri]
    if invalid:
        raise SerError(
            f"{source} names no recording in {len(invalid)} of its {len(uris)} rows, first in row "
            f"{invalid[0] + 1}: its `uri` is {uris[invalid[0]]!r}. Needed is a column `uri` with "
            "text in each row. Leave other rows out."
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
    options = pa.json.ParseOptions(
        # Without a schema, text that looks like a date would be parsed as one.
        explicit_schema=pa.schema([("uri", pa.string())]),
        unexpected_field_behavior="ignore",
    )
    return pa.json.read_json(file, parse_options=options).column("uri").to_pylist()


def load_uri(uri: str) -> Clip:
    """Load the recording at a URI; a SerError for whatever is wrong with it."""
    with _explained(uri), fsspec.open(uri) as file:
        return loading.load(file)


@contextmanager
def local_path(uri: str) -> Iterator[str]:
    """Yield the path of the recording at a URI, of a temporary copy if it is not on this machine.

    Whatever is wrong with the URI is a SerError, here and in the context.
    """
    with _explained(uri):
        files, path = url_to_fs(uri)
        if "file" in files.protocol:
            yield path
            return
        with NamedTemporaryFile(suffix=PurePosixPath(path).suffix) as copy:
            files.get_file(path, copy.name)
            yield copy.name


@contextmanager
def _explained(uri: str) -> Iterator[None]:
    try:
        yield
    except SerError:
        raise
    except Exception as error:
        # Every file system has its own errors; of a million files some will raise them.
        raise SerError(f"{uri} cannot be read: {type(error).__name__}: {error}") from error
