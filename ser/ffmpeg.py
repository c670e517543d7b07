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

from ser import truncation
from ser.errors import SerError
from ser.formats import DEMUXERS, NAMES

BLOCK = 10.0  # s decoded at a time
MAX_LOST = 0.5  # share of packets that may be damaged in what is still a recording
SOME_LOST = 0.05  # share of them from which on it is told
TOLERANCE = 0.1  # s that may be missing at the end of what a header promises
DECODERS = {"amrnb": "libopencore_amrnb"}  # FFmpeg's own does not decode pauses (DTX)
ENDS_EARLY = {  # by demuxer; of others a packet that is cut off tells
    "wav": truncation.wav_ends_early,
    "ogg": truncation.ogg_ends_early,
    "matroska,webm": truncation.matroska_ends_early,
}


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
    try:
        with av.open(file, options={"format_whitelist": DEMUXERS}) as container:
            # A stream whose codec is unknown has none.
            stream = [each for each in container.streams.audio if each.codec_context][0]
            packets = _Packets(container, stream)
            frames = packets.frames()
            first = next(frames, None)
            if first is None:
                packets.check(name)
                # What a file without samples says of them is all there is to know.
                context = stream.codec_context
                yield Decoded(context.sample_rate, context.channels, iter(()))
                return
            # Of a sampling rate the decoder knows more than the header.
            decoded = Decoded(first.sample_rate, len(first.layout.channels), iter(()))
            decoded.blocks = _blocks(chain([first], frames), packets, decoded, file, name)
            yield decoded
    except (av.FFmpegError, IndexError) as error:
        if head[4:8] == b"ftyp" or head[:4] == b"caff":
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


class _Packets:
    """The packets of a stream, and which of them cannot be decoded."""

    def __init__(self, container: av.container.InputContainer, stream: av.AudioStream):
        self._container, self.stream = container, stream
        self._context = stream.codec_context
        if decoder := DECODERS.get(self._context.name):
            self._context = av.CodecContext.create(decoder, "r")
        self.demuxer, self.count, self.lost = container.format.name, 0, 0
        self.last: av.Packet | None = None
        self.cut = False  # whether the last one is cut off

    def frames(self) -> Iterator[av.AudioFrame]:
        """Decode one packet after the other, passing over those that cannot be decoded."""
        try:
            for packet in self._container.demux(self.stream):
                if packet.size:
                    if self.count and packet.has_sidedata("strings_metadata"):
                        self._context.flush_buffers()  # Another Ogg stream begins, joined to this.
                    self.count += 1
                    self.last, self.cut = packet, packet.is_corrupt
                    yield from self._decoded(packet)
        except av.FFmpegError:
            self.cut = True  # The container breaks off.
        yield from self._decoded(None)

    def _decoded(self, packet: av.Packet | None) -> list[av.AudioFrame]:
        try:
            return self._context.decode(packet)
        except av.EOFError:
            return []
        except av.FFmpegError:
            self.lost += 1
            self.cut = True
            return []

    def check(self, name: str) -> None:
        """Raise a SerError if most packets were lost."""
        if self.lost > MAX_LOST * self.count:
            raise SerError(
                f"{name} cannot be read: it is damaged, or takes far too long to decode. "
                "Export it again as ordinary audio.",
                "damaged",
                name=name,
            )

    def end_early(self, file: BinaryIO, seconds: float) -> bool:
        """Tell whether the file ends before its container says so.

        seconds: of sound that was decoded.
        """
        if self.demuxer in ENDS_EARLY:
            return ENDS_EARLY[self.demuxer](file, file.seek(0, io.SEEK_END))
        if self.demuxer == "mp3":
            return truncation.mp3_ends_early(self.last)
        promised = 0.0
        if self.demuxer in ("aiff", "au", "flac") and self.stream.duration:
            promised = float(self.stream.duration * self.stream.time_base)
        return self.cut or promised - seconds > TOLERANCE


def _blocks(
    frames: Iterable[av.AudioFrame],
    packets: _Packets,
    decoded: Decoded,
    file: BinaryIO,
    name: str,
) -> Iterator[np.ndarray]:
    """Yield the samples of frames, BLOCK seconds at a time; then note the file's defects."""
    gathered, waiting, samples = [], 0, 0
    for each in _uniform(frames):
        gathered.append(each)
        waiting += len(each)
        if waiting >= BLOCK * decoded.sampling_rate:
            yield np.concatenate(gathered)
            gathered, waiting, samples = [], 0, samples + waiting
    packets.check(name)
    if packets.end_early(file, (samples + waiting) / decoded.sampling_rate):
        decoded.defects.append("ends early")
    if packets.lost - packets.cut > SOME_LOST * packets.count:
        decoded.defects.append("damaged")
    if gathered:
        yield np.concatenate(gathered)


def _uniform(frames: Iterable[av.AudioFrame]) -> Iterator[np.ndarray]:
    """Yield frames as float32 of shape (samples, channels), all in the form of the first.

    Where files are joined, the second may have another sampling rate or other channels.
    """
    form, resampled, resampler = None, None, None
    for frame in frames:
        own = (frame.sample_rate, len(frame.layout.channels))
        form = form or (own, frame.layout)
        if own == form[0]:
            yield _samples(frame)
            continue
        if own != resampled:
            resampled = own
            resampler = av.AudioResampler("fltp", form[1], form[0][0])
        frame.pts = None
        yield from map(_samples, resampler.resample(frame))


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
