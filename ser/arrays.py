"""Read and write npz files of arrays, and of fitted models: dataclasses of arrays and numbers.

Nothing is pickled and no class is named in a file, so an artifact survives when code moves.
"""

import logging
import zipfile
import zlib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TypeVar, get_type_hints

import numpy as np

Model = TypeVar("Model")

log = logging.getLogger(__name__)


def save(model: object, path: Path) -> None:
    """Write a dataclass; fields of nested ones are named with dots."""
    np.savez_compressed(path, **_flat(model, ""))


def load(kind: type[Model], path: Path) -> Model:
    """Read what `save` wrote of a dataclass of this kind."""
    with np.load(path, allow_pickle=False) as arrays:
        return _nested(kind, dict(arrays), "")


def read_npz(path: Path) -> dict[str, np.ndarray] | None:
    """Read the arrays of a cached npz file; None if it is missing, or damaged by its checksums."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error):
        log.warning("%s in the cache is damaged and is computed again", path)
        return None


def _flat(model: object, prefix: str) -> dict[str, np.ndarray]:
    arrays = {}
    for field in fields(model):
        value = getattr(model, field.name)
        name = f"{prefix}{field.name}"
        arrays |= _flat(value, f"{name}.") if is_dataclass(value) else {name: np.asarray(value)}
    return arrays


def _nested(kind: type[Model], arrays: dict[str, np.ndarray], prefix: str) -> Model:
    values = {}
    for name, expected in get_type_hints(kind).items():
        if is_dataclass(expected):
            values[name] = _nested(expected, arrays, f"{prefix}{name}.")
        else:
            array = arrays[f"{prefix}{name}"]
            values[name] = array.item() if expected in (int, float) else array
    return kind(**values)
