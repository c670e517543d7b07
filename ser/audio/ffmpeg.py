"""Decode an audio file with FFmpeg, frame by frame to its end.

Lengths in headers are not believed: what is there is decoded, and only samples that the decoder
says it wrote. Of a file that is cut off or damaged in places the rest is decoded.
"""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO

import av
import numpy as np
from av.audio.frame import format_dtypes

from ser.audio.formats import NAMES
from ser.audio.packets import Packets, links
from ser.errors import SerError

BLOCK = 10.0  # s decoded at a time
# The first boxes of MP4 and MOV files, which are not decoded without their index.
INDEXED = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")


@dataclass
class Decoded:
    """A file that is being decoded.

    Attributes:
        sampling_rate: in Hz.
        channels: how many.
        blocks: float32, shape (samples, channels), about BLOCK seconds each.
        defects: what is wrong with the file: "ends early", "damaged"; known after the last block.
    """

    sampling_rate: int
    channels: int
    blocks: Iterator[np.ndarray]
    defects: list[str] = field(default_factory=list)


@contextmanager
def decode(file: BinaryIO, name: str) -> Iterator[Decoded]:
    """Open an audio file; its blocks can be read as long as the context lasts.

    Args:
        file: seekable, at any position.
        name: of the recording, for messages.

    Raises:
        SerError: it is not audio or, while blocks are read too, most of it is damaged.
    """
    file, head = _without_id3(file)
    packets = Packets(name)
    frames = packets.frames(links(file) if head[:4] == b"OggS" else [file])
    try:
        first = next(frames, None)
    except (av.FFmpegError, IndexError) as error:
        if isinstance(error, av.FFmpegError) and (head[4:8] in INDEXED or head[:4] == b"caff"):
            raise SerError(
                f"{name} is cut off or damaged: the part that says where its sound lies is "
                "missing. Copy or upload it again.",
                "cut off",
                name=name,
            ) from error
        raise SerError(
            f"{name} cannot be read as audio: it is damaged or of another kind. Use {NAMES}.",
            "no audio",
            name=name,
        ) from error
    if first is None:
        packets.check()
        # What a file without samples says of them is all there is to know.
        yield Decoded(*packets.form, iter(()))
        return
    # Of a sampling rate the decoder knows more than the header.
    decoded = Decoded(first.sample_rate, len(first.layout.channels), iter(()))
    decoded.blocks = _blocks(chain([first], frames), packets, decoded, file)
    try:
        yield decoded
    finally:
        frames.close()


def _blocks(
    frames: Iterable[av.AudioFrame],
    packets: Packets,
    decoded: Decoded,
    file: BinaryIO,
) -> Iterator[np.ndarray]:
    """Yield the samples of frames, BLOCK seconds at a time; then note the file's defects."""
    gathered, waiting, samples = [], 0, 0
    for each in _uniform(frames):
        gathered.append(each)
        waiting += len(each)
        if waiting >= BLOCK * decoded.sampling_rate:
            yield np.concatenate(gathered)
            gathered, waiting, samples = [], 0, samples + waiting
    packets.check()
    decoded.defects += packets.defects(file, (samples + waiting) / decoded.sampling_rate)
    if gathered:
        yield np.concatenate(gathered)


def _uniform(frames: Iterable[av.AudioFrame]) -> Iterator[np.ndarray]:
    """Yield frames as float32 of shape (samples, channels), all in the form of the first.

    Where files are joined, the second may have another sampling rate or other channels.
    """
    first, form, resampler = None, None, None
    for frame in frames:
        first = first or frame
        own = (frame.sample_rate, frame.layout.name, frame.format.name)
        same = own[:2] == (first.sample_rate, first.layout.name)
        if resampler and own != form:
            yield from map(_samples, resampler.resample(None))
            resampler = None
        if same and frame.format.name in format_dtypes:
            yield _samples(frame)
            continue
        if not resampler:
            form, resampler = own, av.AudioResampler("fltp", first.layout, first.sample_rate)
        frame.pts = None
        yield from map(_samples, resampler.resample(frame))
    if resampler:
        yield from map(_samples, resampler.resample(None))


def _samples(frame: av.AudioFrame) -> np.ndarray:
    array = frame.to_ndarray()
    array = array.T if frame.format.is_planar else array.reshape(-1, len(frame.layout.channels))
    return scaled(array)


def scaled(samples: np.ndarray) -> np.ndarray:
    """Return samples of any real type as float32, integers scaled to -1..1 by their range."""
    if samples.dtype.kind == "f":
        return samples.astype(np.float32)
    scale = 2.0 ** (samples.dtype.itemsize * 8 - 1)
    offset = scale if samples.dtype.kind == "u" else 0.0
    return ((samples - offset) / scale).astype(np.float32)


def _without_id3(file: BinaryIO) -> tuple[BinaryIO, bytes]:
    """Return a file without ID3v2 tags in front, which not every demuxer skips, and its head."""
    position = 0
    while True:
        file.seek(position)
        head = file.read(12)
        if head[:3] != b"ID3" or len(head) < 10:
            break
        length = 0
        for seven_bits in head[6:10]:
            length = length << 7 | seven_bits & 0x7F
        position += 10 + length
    file.seek(position)
    if position:
        file = io.BytesIO(file.read())
    return file, head
