"""What training made and the app loads: written whole, verified before anything is unpickled."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from ser.errors import SerError

FOLDER = Path(__file__).parents[1] / "artifacts"
MANIFEST = "manifest.json"
CLASSIFIER = "classifier.joblib"
ATLAS = "atlas.npz"
ADAPTATION = "adaptation.npz"
EMBEDDINGS = "embeddings.npz"
METRICS = "metrics.json"
NEEDED = (CLASSIFIER, ATLAS, ADAPTATION, METRICS)
LIBRARIES = ("numpy", "scikit-learn", "torch", "transformers", "librosa", "soxr", "umap-learn")
REPAIR = (
    "Restore the bundled ones with: git checkout artifacts — or make them anew with: "
    "python -m ser train --data FOLDER"
)


def verify(folder: Path) -> dict:
    """Return the manifest after checking that every file is the one that it lists.

    Raises:
        SerError: the manifest or a file is missing or changed, a file that this version needs
            is not listed, or another scikit-learn than the installed one pickled the classifier.
    """
    manifest = read_json(folder / MANIFEST)
    for name in dict.fromkeys([*manifest["files"], *NEEDED]):
        path = folder / name
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


def write_json(path: Path, content: dict) -> None:
    """Write JSON as people can read it."""
    path.write_text(json.dumps(content, indent=1) + "\n")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that takes its name only when it is whole, replacing what was there.

    A broken one under that name would be believed later.
    """
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        yield file
    unfinished.replace(path)


def write_metrics(folder: Path, metrics: dict) -> None:
    """Replace the metrics among the artifacts in `folder`; all else stays as it is."""
    with replacing(folder, read_json(folder / MANIFEST)) as fresh:
        write_json(fresh / METRICS, metrics)


@contextmanager
def replacing(folder: Path, description: dict) -> Iterator[Path]:
    """Yield an empty folder; when all is written into it, its files replace those in `folder`.

    The manifest, `description` with the library versions and the hash of every file in `folder`,
    comes last, so that a half-done replacement is noticed by `verify`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
    try:
        yield fresh
        for path in fresh.iterdir():
            path.replace(folder / path.name)
        files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name[0] != ".")
        manifest = description | {
            "versions": {library: version(library) for library in LIBRARIES},
            "files": {
                path.relative_to(folder).as_posix(): sha256(path)
                for path in files
                if path.name != MANIFEST and path.suffix != ".md"
            },
        }
        write_json(fresh / MANIFEST, manifest)
        (fresh / MANIFEST).replace(folder / MANIFEST)
    finally:
        shutil.rmtree(fresh)
