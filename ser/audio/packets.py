"""Decode the packets of audio files one after the other, skipping those that are damaged."""

import io
import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import pairwise
from typing import BinaryIO

import av

from ser.audio import truncation
from ser.audio.formats import DEMUXERS
from ser.errors import ErrorKind, SerError

MAX_LOST = 0.5  # fraction of undecodable packets above which a file is rejected
SOME_LOST = 0.05  # fraction of undecodable packets above which a recording is called damaged
TOLERANCE = 0.1  # s by which a file may be shorter than its header says
DECODERS = {"amrnb": "libopencore_amrnb"}  # FFmpeg's own does not decode pauses (DTX)
PAGE = re.compile(rb"OggS\0(.)", re.DOTALL)  # the head of an Ogg page, and its flags
BEGINNING_OF_STREAM = 2  # flag of an Ogg page
ENDS_EARLY = {  # by demuxer; for others the last packet is incomplete
    **{name: partial(truncation.data_ends_early, name) for name in truncation.CHUNKS},
    "ogg": truncation.ogg_ends_early,
    "matroska,webm": truncation.matroska_ends_early,
    "mov,mp4,m4a,3gp,3g2,mj2": truncation.mp4_ends_early,
}


class Packets:
    """The packets of a recording, and how many of them cannot be decoded.

    Attributes:
        name: of the recording, for messages.
        demuxer: of the latest file, as FFmpeg calls it.
        sampling_rate, channels: of the latest file by its header, in Hz and in number.
        header_duration: seconds that it lasts by its header; 0 if unknown.
        count, lost: numbers of packets, and of those that could not be decoded.
        last: the latest packet.
        truncated: whether it is incomplete.
    """

    def __init__(self, name: str):
        self.name = name
        self.demuxer, self.header_duration = "", 0.0
        self.sampling_rate, self.channels = 0, 0
        self.count, self.lost = 0, 0
        self.last: av.Packet | None = None
        self.truncated = False

    def frames(self, files: Iterable[BinaryIO]) -> Iterator[av.AudioFrame]:
        """Decode files one after the other, skipping packets that cannot be decoded.

        Raises:
            SerError: the first one holds no sound.
            FFmpegError, IndexError: it cannot be opened or decoded.
        """
        for file in files:
            try:
                # Titles are often in no encoding that a container allows.
                with av.open(
                    _File(file), options={"format_whitelist": DEMUXERS}, metadata_errors="replace"
                ) as container:
                    if not container.streams.audio:
                        raise SerError(
                            f"{self.name} holds no sound, only pictures or text. Record it again "
                            "with the microphone on, or choose a recording with sound.",
                            ErrorKind.NO_AUDIO_TRACK,
                            name=self.name,
                        )
                    # Without a context, its codec is unknown; an IndexError if all are.
                    stream = [one for one in container.streams.audio if one.codec_context][0]
                    context = stream.codec_context
                    # Attributes of a stream must not be read once its container is closed.
                    self.demuxer = container.format.name
                    self.sampling_rate, self.channels = context.sample_rate, context.channels
                    self.header_duration = float((stream.duration or 0) * (stream.time_base or 0))
                    yield from self._decode_stream(container, stream)
            except (av.FFmpegError, IndexError):
                if not self.count:
                    raise
                self.truncated = True

    def _decode_stream(
        self, container: av.container.InputContainer, stream: av.AudioStream
    ) -> Iterator[av.AudioFrame]:
        context = stream.codec_context
        if decoder := DECODERS.get(context.name):
            context = av.CodecContext.create(decoder, "r")
        for packet in container.demux(stream):
            if packet.size:
                self.count += 1
                self.last, self.truncated = packet, packet.is_corrupt
                yield from self._decode_packet(context, packet)
        yield from self._decode_packet(context, None)

    def _decode_packet(
        self, context: av.AudioCodecContext, packet: av.Packet | None
    ) -> list[av.AudioFrame]:
        try:
            return context.decode(packet)
        except av.EOFError:
            return []
        except av.FFmpegError:
            self.lost += 1
            self.truncated = True
            return []

    def check(self) -> None:
        """Raise a SerError if most packets could not be decoded."""
        if self.lost > MAX_LOST * self.count:
            raise damaged_error(self.name)

    def defects(self, file: BinaryIO, seconds: float) -> list[str]:
        """Return the defects of the file once it is read: "ends early", "damaged".

        seconds: of sound that was decoded.
        """
        early = ["ends early"] * self._ends_early(file, seconds)
        return early + ["damaged"] * (self.lost - self.truncated > SOME_LOST * self.count)

    def _ends_early(self, file: BinaryIO, seconds: float) -> bool:
        if self.demuxer in ENDS_EARLY:
            return ENDS_EARLY[self.demuxer](file, file.seek(0, io.SEEK_END))
        if self.demuxer == "mp3":
            return truncation.mp3_ends_early(self.last)
        duration = self.header_duration if self.demuxer in ("au", "flac") else 0.0
        return self.truncated or duration - seconds > TOLERANCE


def damaged_error(name: str) -> SerError:
    """Return the error for a recording of this name that cannot be decoded."""
    return SerError(
        f"{name} cannot be read: it is damaged, or takes far too long to decode. Export it again "
        "as ordinary audio.",
        ErrorKind.DAMAGED,
        name=name,
    )


class _File:
    """A file that FFmpeg cannot seek beyond, wherever a damaged header points."""

    def __init__(self, file: BinaryIO):
        self._file = file
        self.read, self.tell = file.read, file.tell

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Set the position; return it."""
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError, OverflowError):
            return self._file.seek(0, io.SEEK_END)


def chained_streams(file: BinaryIO) -> Iterator[BinaryIO]:
    """Yield the streams that are chained in one Ogg file, each as a file.

    FFmpeg itself reads on only where the next one has the same sampling rate and channels.
    """
    content, starts, beginning = file.read(), [], True
    for page in PAGE.finditer(content):
        if page[1][0] & BEGINNING_OF_STREAM and not beginning:
            starts.append(page.start())
        beginning = bool(page[1][0] & BEGINNING_OF_STREAM)
    for start, end in pairwise([0, *starts, len(content)]):
        yield io.BytesIO(content[start:end])
