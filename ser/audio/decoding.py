"""Any recording, an array or a file, as mono blocks of float32 samples within bounds.

Decoding goes block by block, so a recording that turns out too long is refused before it fills
the memory.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ser.audio import ffmpeg
from ser.audio.channels import mix
from ser.audio.ffmpeg import BLOCK
from ser.errors import SerError

Recording = str | os.PathLike | BinaryIO | tuple[int, np.ndarray]

MAX_DURATION = 300.0  # s
SAMPLING_RATES = (1_000, 768_000)  # Hz, from the least with any speech in it to the most in use
MAX_CHANNELS = 32
MAX_SAMPLES = 32 * 48_000  # a second, of all channels


@dataclass
class Sound:
    """A recording that is being decoded.

    Attributes:
        sampling_rate: in Hz.
        blocks: mono, float32, shape (samples,), about 10 s each.
        defects: what is wrong with its file: "ends early", "damaged"; known after the last block.
    """

    sampling_rate: int
    blocks: Iterator[np.ndarray]
    defects: list[str] = field(default_factory=list)


@contextmanager
def open_recording(recording: Recording, longest: float = MAX_DURATION) -> Iterator[Sound]:
    """Open a recording; its blocks can be read as long as the context lasts.

    Raises:
        SerError: there is no such file, it is empty, damaged or no audio, or the array has no
            samples of one or more channels; while blocks are read: there are more than `longest`
            seconds, or values that are not numbers.
    """
    if isinstance(recording, tuple):
        yield _open_array(*recording, longest)
    elif isinstance(recording, (str, os.PathLike)):
        path = Path(recording)
        # Unlike pathlib's, these take names that are too long for a file.
        if os.path.isdir(path):  # noqa: PTH112
            raise SerError(f"{path} is a folder. Give an audio file.")
        if not os.path.isfile(path):  # noqa: PTH113
            raise SerError(f"There is no file {path}. Check the name, or record again.")
        with path.open("rb") as file, _open_file(file, path.name, longest) as sound:
            yield sound
    else:
        with _open_file(recording, "the recording", longest) as sound:
            yield sound


def check_length(seconds: float, longest: float) -> None:
    """Raise a SerError for a recording of more than `longest` seconds."""
    if seconds > longest:
        enough = ", a few seconds are enough" if longest == MAX_DURATION else ""
        raise SerError(
            f"The recording is longer than {longest / 60:.0f} minutes. Choose a shorter part"
            f"{enough}.",
            "long",
            minutes=longest / 60,
        )


def _open_array(sampling_rate: int, array: np.ndarray, longest: float) -> Sound:
    array = np.atleast_1d(np.asarray(array))
    if array.ndim > 2 or array.dtype.kind not in "iuf":
        raise SerError(
            f"The recording is an array of shape {array.shape} and type {array.dtype}; numbers of "
            "shape (samples,) or (samples, channels) are needed."
        )
    columns = array[:, None] if array.ndim == 1 else array
    _check_form(sampling_rate, columns.shape[1])
    step = max(1, int(BLOCK * sampling_rate))
    blocks = (ffmpeg.scaled(columns[i : i + step]) for i in range(0, len(columns), step))
    return Sound(sampling_rate, mix(_checked(blocks, sampling_rate, longest), sampling_rate))


@contextmanager
def _open_file(file: BinaryIO, name: str, longest: float) -> Iterator[Sound]:
    file.seek(0)  # it may have been read before
    if not file.read(1):
        raise SerError(f"{name} is empty. Record again or choose another file.", "empty", name=name)
    with ffmpeg.decode(file, name) as decoded:
        rate = decoded.sampling_rate
        _check_form(rate, decoded.channels)
        blocks = mix(_checked(decoded.blocks, rate, longest), rate)
        yield Sound(rate, blocks, decoded.defects)


def _checked(
    blocks: Iterable[np.ndarray], sampling_rate: int, longest: float
) -> Iterator[np.ndarray]:
    samples = 0
    for block in blocks:
        samples += len(block)
        check_length(samples / sampling_rate, longest)
        if not np.isfinite(block).all():
            raise SerError(
                "The recording contains values that are not numbers (NaN or infinity). "
                "Export it again as ordinary audio.",
                "no numbers",
            )
        yield block


def _check_form(sampling_rate: int, channels: int) -> None:
    lowest, highest = SAMPLING_RATES
    usual = lowest <= sampling_rate <= highest and 1 <= channels <= MAX_CHANNELS
    if not usual or sampling_rate * channels > MAX_SAMPLES:
        raise SerError(
            f"The recording has {channels} channels at {sampling_rate} Hz; 1 to {MAX_CHANNELS} "
            f"channels at {lowest} to {highest} Hz are needed, {MAX_SAMPLES} samples a second in "
            "all at most. Export it again as ordinary audio.",
            "form",
            channels=channels,
            rate=sampling_rate,
        )
