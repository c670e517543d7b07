"""Find out whether a file ends before its container says so, where FFmpeg does not tell.

Each function reads headers only and believes none: a length that reaches beyond the end of the file
is what it looks for.
"""

from dataclasses import dataclass
from typing import BinaryIO

import av

TOLERANCE = 64  # bytes that may be missing: recorders' headers are off by some
# From here on a length in a header stands for "not known", as recorders that stream write it.
PLACEHOLDER = 100 * 2**20  # bytes
EBML_PARENTS = (0x18538067, 0x1F43B675)  # Segment and Cluster, whose elements hold the sound
OGG_HEADER = 27  # bytes of a page before its table of segments
OGG_PAGE = OGG_HEADER + 255 + 255 * 255  # bytes at most
# Bit rates of MPEG audio layer III in kbit/s by index; index 0 means any.
MPEG1_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
MPEG2_RATES = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
MPEG1_SAMPLING_RATES = (44_100, 48_000, 32_000, 0)  # Hz, by index
MPEG_VERSIONS = {3: 1, 2: 2, 0: 4}  # bits -> divisor of the sampling rates


@dataclass(frozen=True)
class _Chunks:
    """How a container of chunks is built: each has a name, a size and a content.

    Attributes:
        start: bytes before the first chunk.
        data: name of the chunk that holds the sound.
        size: bytes of a size.
        byteorder: of sizes.
        header_counts: whether a size includes name and size.
        alignment: bytes, to a multiple of which chunks are filled up.
    """

    start: int
    data: bytes
    size: int
    byteorder: str
    header_counts: bool = False
    alignment: int = 1


CHUNKS = {  # by FFmpeg's name of the container
    "wav": _Chunks(12, b"data", 4, "little", alignment=2),
    "aiff": _Chunks(12, b"SSND", 4, "big", alignment=2),
    "caf": _Chunks(8, b"data", 8, "big"),
    "w64": _Chunks(
        40, bytes.fromhex("64617461f3acd3118cd100c04f8edb8a"), 8, "little", True, alignment=8
    ),
}


def data_ends_early(container: str, file: BinaryIO, size: int) -> bool:
    """Tell whether the sound in a container of CHUNKS is shorter than its chunk's size.

    size: of the file in bytes.
    """
    chunks = CHUNKS[container]
    position, header = chunks.start, len(chunks.data) + chunks.size
    while position + header <= size:
        head = _at(file, position, header)
        length = int.from_bytes(head[len(chunks.data) :], chunks.byteorder)
        length -= header * chunks.header_counts
        if head.startswith(chunks.data):
            return length < PLACEHOLDER and position + header + length - size > TOLERANCE
        position += header + max(0, length) + -length % chunks.alignment
    return False


def ogg_ends_early(file: BinaryIO, size: int) -> bool:
    """Tell whether the last page of an Ogg file is incomplete."""
    first = max(0, size - OGG_PAGE)
    tail = _at(file, first, OGG_PAGE)
    page = tail.rfind(b"OggS")
    if page < 0 or page + OGG_HEADER > len(tail):
        return True
    segments = tail[page + OGG_HEADER :][: tail[page + 26]]
    return len(segments) < tail[page + 26] or page + OGG_HEADER + len(segments) + sum(
        segments
    ) > len(tail)


def matroska_ends_early(file: BinaryIO, size: int) -> bool:
    """Tell whether the last element of a Matroska or WebM file is incomplete."""
    position = 0
    while position < size:
        head = _at(file, position, 12)
        id_length = _vint_length(head)
        size_length = _vint_length(head[id_length:])
        content = position + id_length + size_length
        if not id_length or not size_length or content > size:
            return True
        if int.from_bytes(head[:id_length]) in EBML_PARENTS:
            position = content
        else:
            length = int.from_bytes(head[id_length : id_length + size_length])
            position = content + (length & ((1 << 7 * size_length) - 1))
    return position > size


def mp3_ends_early(last: av.Packet) -> bool:
    """Tell whether the last frame of an MP3 is shorter than its header says."""
    head = bytes(last)[:4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    divisor = MPEG_VERSIONS.get(head[1] >> 3 & 3)
    sampling_rate = MPEG1_SAMPLING_RATES[head[2] >> 2 & 3] // (divisor or 1)
    rate = (MPEG1_RATES if divisor == 1 else MPEG2_RATES)[head[2] >> 4]
    if not (divisor and sampling_rate and rate):
        return False
    bytes_needed = (144 if divisor == 1 else 72) * rate * 1000 // sampling_rate
    return last.size < bytes_needed + (head[2] >> 1 & 1)


def _at(file: BinaryIO, position: int, length: int) -> bytes:
    file.seek(position)
    return file.read(length)


def _vint_length(head: bytes) -> int:
    """Return the bytes of an EBML variable-length integer, 0 if there is none."""
    return 9 - head[0].bit_length() if head and head[0] else 0
