"""Decode an audio file with FFmpeg, frame by frame to its end.

Lengths in headers are not relied on: all packets are decoded, and only samples that the decoder
reports are used. Of a file that is cut off or damaged in places the rest is decoded.
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
from ser.audio.packets import Packets, chained_streams
from ser.errors import ErrorKind, SerError

BLOCK = 10.0  # s decoded at a time
# The first boxes of MP4 and MOV files, which are not decoded without their index.
INDEXED_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")


@dataclass
class Decoded:
    """A file that is being decoded.

    Attributes:
        sampling_rate: in Hz.
        channels: number of channels.
        blocks: float32, shape (samples, channels), about BLOCK seconds each.
        defects: of the file: "ends early", "damaged"; known after the last block.
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
    file, head = _skip_id3(file)
    packets = Packets(name)
    frames = packets.frames(chained_streams(file) if head[:4] == b"OggS" else [file])
    try:
        first = next(frames, None)
    except (av.FFmpegError, IndexError) as error:
        indexed = head[4:8] in INDEXED_BOXES or head[:4] == b"caff"
        if indexed and isinstance(error, av.FFmpegError):
            raise SerError(
                f"{name} is cut off or damaged: the part that says where its sound lies is "
                "missing. Copy or upload it again.",
                ErrorKind.CUT_OFF,
                name=name,
            ) from error
        raise SerError(
            f"{name} cannot be read as audio: it is damaged or of another kind. Use {NAMES}.",
            ErrorKind.NO_AUDIO,
            name=name,
        ) from error
    if first is None:
        packets.check()
        # Without samples, the header is the only source of their format.
        yield Decoded(packets.sampling_rate, packets.channels, iter(()))
        return
    # Where the decoder's sampling rate differs from the header's, it is the right one.
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
    buffer, n_buffered, n_yielded = [], 0, 0
    for samples in _convert(frames):
        buffer.append(samples)
        n_buffered += len(samples)
        if n_buffered >= BLOCK * decoded.sampling_rate:
            yield np.concatenate(buffer)
            buffer, n_buffered, n_yielded = [], 0, n_yielded + n_buffered
    packets.check()
    decoded.defects += packets.defects(file, (n_yielded + n_buffered) / decoded.sampling_rate)
    if buffer:
        yield np.concatenate(buffer)


def _convert(frames: Iterable[av.AudioFrame]) -> Iterator[np.ndarray]:
    """Yield frames as float32 of shape (samples, channels), at the sampling rate of the first.

    Where files are concatenated, the second may have another sampling rate or other channels.
    """
    first, source_format, resampler = None, None, None
    for frame in frames:
        first = first or frame
        frame_format = (frame.sample_rate, frame.layout.name, frame.format.name)
        same_rate_and_layout = frame_format[:2] == (first.sample_rate, first.layout.name)
        if resampler and frame_format != source_format:
            yield from map(_samples, resampler.resample(None))
            resampler = None
        if same_rate_and_layout and frame.format.name in format_dtypes:
            yield _samples(frame)
            continue
        if not resampler:
            source_format = frame_format
            resampler = av.AudioResampler("fltp", first.layout, first.sample_rate)
        frame.pts = None
        yield from map(_samples, resampler.resample(frame))
    if resampler:
        yield from map(_samples, resampler.resample(None))


def _samples(frame: av.AudioFrame) -> np.ndarray:
    array = frame.to_ndarray()
    array = array.T if frame.format.is_planar else array.reshape(-1, len(frame.layout.channels))
    return to_float32(array)


def to_float32(samples: np.ndarray) -> np.ndarray:
    """Convert samples of any real dtype to float32, integers scaled to -1..1 by their range."""
    if samples.dtype.kind == "f":
        return samples.astype(np.float32)
    scale = 2.0 ** (samples.dtype.itemsize * 8 - 1)
    offset = scale if samples.dtype.kind == "u" else 0.0
    return ((samples - offset) / scale).astype(np.float32)


def _skip_id3(file: BinaryIO) -> tuple[BinaryIO, bytes]:
    """Return a file without leading ID3v2 tags, which not every demuxer skips, and its head."""
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
