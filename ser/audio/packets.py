"""Read the packets of audio files one after the other, passing over those that are damaged."""

import io
import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import pairwise
from typing import BinaryIO

import av

from ser.audio import truncation
from ser.audio.formats import DEMUXERS
from ser.errors import SerError

MAX_LOST = 0.5  # share of packets that may be damaged in what is still a recording
SOME_LOST = 0.05  # share of them above which a recording is called damaged
TOLERANCE = 0.1  # s that may be missing at the end of what a header promises
DECODERS = {"amrnb": "libopencore_amrnb"}  # FFmpeg's own does not decode pauses (DTX)
PAGE = re.compile(rb"OggS\0(.)", re.DOTALL)  # the head of an Ogg page, and its flags
BEGINS = 2  # flag of an Ogg page with which a stream begins
ENDS_EARLY = {  # by demuxer; of others a packet that is cut off tells
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
        form: its sampling rate in Hz and its number of channels, as its header has them.
        promised: seconds that it should last by its header, where its demuxer tells.
        count, lost: how many packets there were, and could not be decoded.
        last: the latest packet.
        cut: whether it is cut off.
    """

    def __init__(self, name: str):
        self.name = name
        self.demuxer, self.form, self.promised = "", (0, 0), 0.0
        self.count, self.lost = 0, 0
        self.last: av.Packet | None = None
        self.cut = False

    def frames(self, files: Iterable[BinaryIO]) -> Iterator[av.AudioFrame]:
        """Decode files one after the other, passing over packets that cannot be decoded.

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
                            "no track",
                            name=self.name,
                        )
                    # A stream whose codec is unknown has none.
                    stream = [x for x in container.streams.audio if x.codec_context][0]
                    context = stream.codec_context
                    # Nothing of a stream may be asked for once its container is closed.
                    self.demuxer = container.format.name
                    self.form = context.sample_rate, context.channels
                    self.promised = float((stream.duration or 0) * (stream.time_base or 0))
                    yield from self._of(container, stream)
            except (av.FFmpegError, IndexError):
                if not self.count:
                    raise
                self.cut = True  # It breaks off.

    def _of(
        self, container: av.container.InputContainer, stream: av.AudioStream
    ) -> Iterator[av.AudioFrame]:
        context = stream.codec_context
        if decoder := DECODERS.get(context.name):
            context = av.CodecContext.create(decoder, "r")
        for packet in container.demux(stream):
            if packet.size:
                self.count += 1
                self.last, self.cut = packet, packet.is_corrupt
                yield from self._decoded(context, packet)
        yield from self._decoded(context, None)

    def _decoded(
        self, context: av.AudioCodecContext, packet: av.Packet | None
    ) -> list[av.AudioFrame]:
        try:
            return context.decode(packet)
        except av.EOFError:
            return []
        except av.FFmpegError:
            self.lost += 1
            self.cut = True
            return []

    def check(self) -> None:
        """Raise a SerError if most packets were lost."""
        if self.lost > MAX_LOST * self.count:
            raise SerError(
                f"{self.name} cannot be read: it is damaged, or takes far too long to decode. "
                "Export it again as ordinary audio.",
                "damaged",
                name=self.name,
            )

    def defects(self, file: BinaryIO, seconds: float) -> list[str]:
        """Return what is wrong with the file, once it is read: "ends early", "damaged".

        seconds: of sound that was decoded.
        """
        found = ["ends early"] if self._end_early(file, seconds) else []
        return found + ["damaged"] * (self.lost - self.cut > SOME_LOST * self.count)

    def _end_early(self, file: BinaryIO, seconds: float) -> bool:
        if self.demuxer in ENDS_EARLY:
            return ENDS_EARLY[self.demuxer](file, file.seek(0, io.SEEK_END))
        if self.demuxer == "mp3":
            return truncation.mp3_ends_early(self.last)
        promised = self.promised if self.demuxer in ("au", "flac") else 0.0
        return self.cut or promised - seconds > TOLERANCE


class _File:
    """A file for FFmpeg, which seeks wherever a damaged header says: at most to the end."""

    def __init__(self, file: BinaryIO):
        self._file = file
        self.read, self.tell = file.read, file.tell

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Set the position; return it."""
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError, OverflowError):
            return self._file.seek(0, io.SEEK_END)


def links(file: BinaryIO) -> Iterator[BinaryIO]:
    """Yield the files that were joined to one Ogg file.

    FFmpeg itself reads on only where the next one has the same sampling rate and channels.
    """
    content, starts, begins = file.read(), [], True
    for page in PAGE.finditer(content):
        if page[1][0] & BEGINS and not begins:
            starts.append(page.start())
        begins = bool(page[1][0] & BEGINS)
    for first, end in pairwise([0, *starts, len(content)]):
        yield io.BytesIO(content[first:end])
