"""Decode any recording, an array or a file, to mono blocks of float32 samples within bounds.

Decoding goes block by block, so a recording that turns out too long is rejected before it fills
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
from ser.errors import ErrorKind, SerError

Recording = str | os.PathLike | BinaryIO | tuple[int, np.ndarray]

MAX_DURATION = 300.0  # s
SAMPLING_RATES = (1_000, 768_000)  # Hz, from the lowest that carries any speech to the highest used
MAX_CHANNELS = 32
MAX_SAMPLES = 32 * 48_000  # per second, of all channels together


@dataclass
class Sound:
    """A recording that is being decoded.

    Attributes:
        sampling_rate: in Hz.
        blocks: mono, float32, shape (samples,), about 10 s each.
        defects: of its file: "ends early", "damaged"; known after the last block.
    """

    sampling_rate: int
    blocks: Iterator[np.ndarray]
    defects: list[str] = field(default_factory=list)


@contextmanager
def open_recording(recording: Recording, max_duration: float = MAX_DURATION) -> Iterator[Sound]:
    """Open a recording; its blocks can be read as long as the context lasts.

    Raises:
        SerError: there is no such file, it is empty, damaged or no audio, or the array has no
            samples of one or more channels; while blocks are read: there are more than
            `max_duration` seconds, or values that are not numbers.
    """
    if isinstance(recording, tuple):
        yield _open_array(*recording, max_duration)
    elif isinstance(recording, (str, os.PathLike)):
        path = Path(recording)
        # Unlike pathlib's, these take names that are too long for a file.
        if os.path.isdir(path):  # noqa: PTH112
            raise SerError(f"{path} is a folder. Give an audio file.")
        if not os.path.isfile(path):  # noqa: PTH113
            raise SerError(f"There is no file {path}. Check the name, or record again.")
        with path.open("rb") as file, _open_file(file, path.name, max_duration) as sound:
            yield sound
    else:
        with _open_file(recording, "the recording", max_duration) as sound:
            yield sound


def _check_duration(duration: float, max_duration: float) -> None:
    if duration > max_duration:
        hint = ", a few seconds are enough" if max_duration == MAX_DURATION else ""
        raise SerError(
            f"The recording is longer than {max_duration / 60:.0f} minutes. Choose a shorter part"
            f"{hint}.",
            ErrorKind.TOO_LONG,
            minutes=max_duration / 60,
        )


def _open_array(sampling_rate: int, array: np.ndarray, max_duration: float) -> Sound:
    array = np.atleast_1d(np.asarray(array))
    if array.ndim > 2 or array.dtype.kind not in "iuf":
        raise SerError(
            f"The recording is an array of shape {array.shape} and type {array.dtype}; numbers of "
            "shape (samples,) or (samples, channels) are needed."
        )
    columns = array[:, None] if array.ndim == 1 else array
    _check_format(sampling_rate, columns.shape[1])
    step = max(1, int(BLOCK * sampling_rate))
    blocks = (ffmpeg.to_float32(columns[i : i + step]) for i in range(0, len(columns), step))
    blocks = _check_blocks(blocks, sampling_rate, max_duration)
    return Sound(sampling_rate, mix(blocks, sampling_rate))


@contextmanager
def _open_file(file: BinaryIO, name: str, max_duration: float) -> Iterator[Sound]:
    file.seek(0)  # A caller may have read it before.
    if not file.read(1):
        raise SerError(
            f"{name} is empty. Record again or choose another file.",
            ErrorKind.EMPTY_FILE,
            name=name,
        )
    with ffmpeg.decode(file, name) as decoded:
        rate = decoded.sampling_rate
        _check_format(rate, decoded.channels)
        blocks = mix(_check_blocks(decoded.blocks, rate, max_duration), rate)
        yield Sound(rate, blocks, decoded.defects)


def _check_blocks(
    blocks: Iterable[np.ndarray], sampling_rate: int, max_duration: float
) -> Iterator[np.ndarray]:
    """Yield blocks as they are; raise a SerError for too many samples or NaN or infinite ones."""
    n_samples = 0
    for block in blocks:
        n_samples += len(block)
        _check_duration(n_samples / sampling_rate, max_duration)
        if not np.isfinite(block).all():
            raise SerError(
                "The recording contains values that are not numbers (NaN or infinity). "
                "Export it again as ordinary audio.",
                ErrorKind.NOT_FINITE,
            )
        yield block


def _check_format(sampling_rate: int, channels: int) -> None:
    lowest, highest = SAMPLING_RATES
    supported = lowest <= sampling_rate <= highest and 1 <= channels <= MAX_CHANNELS
    if not supported or sampling_rate * channels > MAX_SAMPLES:
        raise SerError(
            f"The recording has {channels} channels at {sampling_rate} Hz; 1 to {MAX_CHANNELS} "
            f"channels at {lowest} to {highest} Hz are needed, {MAX_SAMPLES} samples a second in "
            "all at most. Export it again as ordinary audio.",
            ErrorKind.UNSUPPORTED_FORMAT,
            channels=channels,
            rate=sampling_rate,
        )
