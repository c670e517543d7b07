"""The recordings of RAVDESS, if they are on this machine; they are found by name only."""

import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ser.audio.decoding import open_recording
from ser.audio.formats import audio_files
from ser.errors import SerError

DOWNLOADED = "data/ravdess"  # where `python -m ser download` puts them


def folder() -> Path:
    """Return the folder that SER_RAVDESS names, else that of `download`; it may not exist."""
    return Path(os.environ.get("SER_RAVDESS") or DOWNLOADED)


def find(names: Iterable[str]) -> dict[str, Path]:
    """Return the paths of the recordings of these names in `folder()`, by name."""
    try:
        files = audio_files(folder())
    except SerError:
        return {}
    names = set(names)
    return {path.stem: path for path in files if path.stem in names}


def read(path: Path) -> tuple[int, np.ndarray]:
    """Return a recording's sampling rate in Hz and its mono samples, float32, shape (samples,).

    The page gets the samples and not the path, so that no folder has to be served to visitors.
    Raises the SerErrors of `open_recording`.
    """
    with open_recording(path) as sound:
        return sound.sampling_rate, np.concatenate(list(sound.blocks))
