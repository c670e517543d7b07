"""The files that training writes and the app loads, with a manifest that describes them.

They are replaced in one step: all new files, the manifest among them, are written to a folder, the
folder is renamed to READY, and then its files are renamed one by one. Whatever interrupts that, old
or new artifacts are there and complete, since every reader first finishes such renaming.
"""

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from ser.errors import SerError

FOLDER = Path(__file__).parents[1] / "artifacts"
FORMAT = 2  # of the files below; raise it with a change that makes older files unreadable
MANIFEST = "manifest.json"
CLASSIFIER = "classifier.npz"
ADAPTATION = "speaker_adaptation.npz"
SPEAKER_PROJECTION = "speaker_projection.npz"
MAP = "embedding_map.npz"
OUT_OF_FOLD = "out_of_fold_probabilities.npy"  # of the clips on the map
METRICS = "metrics.json"
EMBEDDINGS = "embeddings.npz"
OTHER_CORPORA = "other_corpora.npz"
COMPARISON = "comparison.svg"
READY = ".ready"  # folder with complete files that only have to be renamed
PREDICTING = (CLASSIFIER, ADAPTATION, SPEAKER_PROJECTION, MAP)
NEEDED = (*PREDICTING, OUT_OF_FOLD, METRICS)
# Training and evaluation read these, the page does not.
OPTIONAL = (EMBEDDINGS, OTHER_CORPORA, COMPARISON)
LIBRARIES = ("numpy", "scikit-learn", "torch", "transformers", "librosa", "soxr", "umap-learn")
REPAIR = (
    "Restore the bundled ones with: git checkout artifacts — or make them anew with: "
    "python -m ser train --data FOLDER"
)


def verify(folder: Path) -> dict:
    """Return the manifest after checking that every file is the one that it lists.

    Raises:
        SerError: the manifest or a file is missing or changed, a file that this version needs
            is not listed, or the files are of another format.
    """
    _commit(folder)
    manifest = read_json(folder / MANIFEST)
    if manifest.get("format") != FORMAT:
        raise SerError(
            f"The artifacts in {folder} are of format {manifest.get('format', 0)}; this version "
            f"reads format {FORMAT}. {REPAIR}"
        )
    for name in dict.fromkeys([*manifest["files"], *NEEDED]):
        path = folder / name
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise SerError(f"The artifact {name} lies outside {folder}. {REPAIR}")
        if not path.is_file():
            if name in OPTIONAL:
                continue
            raise SerError(f"The artifact {path} is missing. {REPAIR}")
        if sha256(path) != manifest["files"].get(name):
            raise SerError(f"The artifact {path} is not the one that training wrote. {REPAIR}")
    return manifest


def checkpoint_of(folder: Path, manifest: dict) -> str | Path:
    """Return the encoder's checkpoint: its folder among the artifacts, else what training got."""
    checkpoint = manifest["encoder"]["checkpoint"]
    bundled = folder / checkpoint
    return bundled if bundled.is_dir() else checkpoint


def version_of(folder: Path) -> str:
    """Return what distinguishes this model from all others, 12 hexadecimal digits.

    Scores do not count: voice profiles and figures stay those of the model when one is added.
    """
    manifest = read_json(folder / MANIFEST)
    described = {key: manifest.get(key) for key in ("encoder", "preprocessing", "labels")}
    files = manifest.get("files", {})
    described["files"] = {name: files.get(name) for name in PREDICTING}
    content = json.dumps(described, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def read_json(path: Path) -> dict:
    """Read one of the artifacts' JSON files; a SerError names the repair if it cannot be read."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise SerError(f"The artifact {path} is missing or broken. {REPAIR}") from error


def write_json(path: Path, content: dict) -> None:
    """Write indented JSON."""
    path.write_text(json.dumps(content, indent=1) + "\n")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that gets its name, replacing an older file, when it is complete."""
    # Hidden, so that whoever reads all files of a folder does not take it for one of them.
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with explaining_full_disk(path.parent), unfinished.open("wb") as file:
            yield file
            _sync(file)
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
                    _sync(file)
        fresh.replace(folder / READY)
        _commit(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _contents(folder: Path, fresh: Path) -> dict:
    """Return what the manifest says of a folder whose files those in `fresh` will replace."""
    paths = {
        path.relative_to(root).as_posix(): path
        for root in (folder, fresh)
        for path in root.rglob("*")
        if path.is_file() and not any(part[0] == "." for part in path.relative_to(root).parts)
    }
    return {
        "format": FORMAT,
        "versions": {library: version(library) for library in LIBRARIES},
        "files": {
            name: sha256(paths[name])
            for name in sorted(paths)
            if name != MANIFEST and not name.endswith(".md")
        },
    }


def _commit(folder: Path) -> None:
    """Rename files that are READY to their final names, the manifest last."""
    ready = folder / READY
    if not ready.is_dir():
        return
    for path in sorted(ready.iterdir(), key=lambda path: path.name == MANIFEST):
        # Another process may be finishing it too.
        with suppress(FileNotFoundError):
            path.replace(folder / path.name)
    shutil.rmtree(ready, ignore_errors=True)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
