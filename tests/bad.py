"""Recordings that cannot be analysed, for tests of the page, the command line and the API."""

import io
from pathlib import Path

import numpy as np
import soundfile


def silence(path: Path, seconds: float, rate: int = 8000, channels: int = 1) -> Path:
    """Write digital silence."""
    soundfile.write(path, np.zeros((int(seconds * rate), channels), np.int16), rate)
    return path


def bad_recordings(folder: Path) -> dict[Path, str]:
    """Write them to a folder; return them with a part of the error message of each."""
    text = folder / "it's <b>odd<b> голос.wav"
    text.write_bytes(b"this is no sound " * 40)
    empty = folder / "empty.wav"
    empty.touch()
    absurd = folder / "absurd.wav"
    content = io.BytesIO()
    soundfile.write(content, np.zeros(800, np.int16), 8000, format="WAV")
    changed = bytearray(content.getvalue())
    changed[24:28] = (2**31 - 1).to_bytes(4, "little")
    absurd.write_bytes(changed)
    return {
        text: "cannot be read as audio",
        empty: "empty",
        absurd: "2147483647 Hz",
        silence(folder / "hours.flac", 3 * 3600): "longer than",
        silence(folder / "many.wav", 1, channels=200): "200 channels",
        silence(folder / "silent.wav", 2): "silent",
    }
