"""The data set's own recordings, where this machine has them: found by name, nothing else is."""

import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ser.audio.decoding import open_recording
from ser.audio.formats import audio_files
from ser.errors import SerError

DOWNLOADED = "data/ravdess"  # where `python -m ser download` puts them


def folder() -> Path:
    """Return where they lie if they are here."""
    return Path(os.environ.get("SER_RAVDESS") or DOWNLOADED)


def find(names: Iterable[str]) -> dict[str, Path]:
    """Return the recordings of these names, {name: path}; none where there is no such folder.

    They are looked for in the folder that SER_RAVDESS names, else where `download` puts them.
    """
    try:
        files = audio_files(folder())
    except SerError:
        return {}
    wanted = set(names)
    return {path.stem: path for path in files if path.stem in wanted}


def read(path: Path) -> tuple[int, np.ndarray]:
    """Return a recording's sampling rate in Hz and its samples, mono, float32 (samples,).

    The page is given the sound and not the path, so no folder has to be opened to visitors.
    Raises the SerErrors of `open_recording`.
    """
    with open_recording(path) as sound:
        return sound.sampling_rate, np.concatenate(list(sound.blocks))
