"""What training made and the app loads: written whole, verified before anything is unpickled.

Whatever ends a process that writes artifacts, and whenever, those before or those after are there,
complete: all new files, the manifest among them, are written and named as ready in one step, then
take their places one by one. Who finds some that are ready finishes that.
"""

import errno
import hashlib
import json
import logging
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ser.errors import SerError

FOLDER = Path(__file__).parents[1] / "artifacts"
MANIFEST = "manifest.json"
CLASSIFIER = "classifier.joblib"  # for people in general, and for known ones
DETECTOR = "detector.joblib"
MAP = "atlas.npz"
ADAPTATION = "adaptation.npz"
EMBEDDINGS = "embeddings.npz"
METRICS = "metrics.json"
COMPARISON = "comparison.svg"
UNSEEN = "unseen.npy"  # probabilities of the map's clips by a classifier without their speaker
READY = ".ready"  # folder with files that only have to take their places
NEEDED = (CLASSIFIER, DETECTOR, MAP, ADAPTATION, METRICS, UNSEEN)
LIBRARIES = ("numpy", "scikit-learn", "torch", "transformers", "librosa", "soxr", "umap-learn")
REPAIR = (
    "Restore the bundled ones with: git checkout artifacts — or make them anew with: "
    "python -m ser train --data FOLDER"
)

log = logging.getLogger(__name__)


def verify(folder: Path) -> dict:
    """Return the manifest after checking that every file is the one that it lists.

    Raises:
        SerError: the manifest or a file is missing or changed, a file that this version needs
            is not listed, or another scikit-learn than the installed one pickled the classifier.
    """
    _commit(folder)
    manifest = read_json(folder / MANIFEST)
    for name in dict.fromkeys([*manifest["files"], *NEEDED]):
        path = folder / name
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise SerError(f"The artifact {name} lies outside {folder}. {REPAIR}")
        if not path.is_file():
            raise SerError(f"The artifact {path} is missing. {REPAIR}")
        if sha256(path) != manifest["files"].get(name):
            raise SerError(f"The artifact {path} is not the one that training wrote. {REPAIR}")
    made, installed = manifest["versions"]["scikit-learn"], version("scikit-learn")
    if made != installed:
        raise SerError(
            f"The classifier in {folder} was made with scikit-learn {made}; {installed} is "
            "installed. Install the versions in requirements.txt, or make it anew with: "
            "python -m ser train --data FOLDER"
        )
    return manifest


def read_json(path: Path) -> dict:
    """Read one of the artifacts' JSON files; a SerError names the repair if it cannot be read."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise SerError(f"The artifact {path} is missing or broken. {REPAIR}") from error


def read_arrays(path: Path) -> dict[str, np.ndarray] | None:
    """Read the arrays of a cached npz file; None if there is none, or none that is whole.

    The checksums in it tell of damage.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error):
        log.warning("%s in the cache is damaged and is made anew", path)
        return None


def write_json(path: Path, content: dict) -> None:
    """Write JSON as people can read it."""
    path.write_text(json.dumps(content, indent=1) + "\n")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that takes its name only when it is whole, replacing what was there.

    A broken one under that name would be believed later.
    """
    # Hidden, so that whoever reads all files of a folder does not take it for one of them.
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with explaining_full_disk(path.parent), unfinished.open("wb") as file:
            yield file
            _to_disk(file)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def explaining_full_disk(folder: Path) -> Iterator[None]:
    """Turn the error of a full disk into a SerError."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        free = shutil.disk_usage(folder).free / 2**20
        raise SerError(
            f"The disk of {folder} is full, {free:.0f} MB are free. What was there is unchanged. "
            "Make room and start again; it goes on from what was finished."
        ) from error


def write_metrics(folder: Path, metrics: dict) -> None:
    """Replace the metrics among the artifacts in `folder`; all else stays as it is."""
    with replacing(folder, read_json(folder / MANIFEST)) as fresh:
        write_json(fresh / METRICS, metrics)


@contextmanager
def replacing(folder: Path, description: dict) -> Iterator[Path]:
    """Yield an empty folder; when all is written into it, its files replace those in `folder`.

    The manifest is `description` with the library versions and the hash of every file in `folder`.

    Raises:
        SerError: the disk is full; nothing has changed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _commit(folder)
    fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
    try:
        with explaining_full_disk(folder):
            yield fresh
            write_json(fresh / MANIFEST, description | _contents(folder, fresh))
            for path in fresh.iterdir():
                with path.open("rb") as file:
                    _to_disk(file)
        fresh.replace(folder / READY)
        _commit(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _contents(folder: Path, fresh: Path) -> dict:
    """Return what the manifest says of a folder whose files those in `fresh` will replace."""
    paths = {
        path.relative_to(place).as_posix(): path
        for place in (folder, fresh)
        for path in place.rglob("*")
        if path.is_file() and not any(part[0] == "." for part in path.relative_to(place).parts)
    }
    return {
        "versions": {library: version(library) for library in LIBRARIES},
        "files": {
            name: sha256(paths[name])
            for name in sorted(paths)
            if name != MANIFEST and not name.endswith(".md")
        },
    }


def _commit(folder: Path) -> None:
    """Move files that are ready to where they belong, the manifest last."""
    ready = folder / READY
    if not ready.is_dir():
        return
    for path in sorted(ready.iterdir(), key=lambda path: path.name == MANIFEST):
        # Another process may be finishing it too.
        with suppress(FileNotFoundError):
            path.replace(folder / path.name)
    shutil.rmtree(ready, ignore_errors=True)


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
