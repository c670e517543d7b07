"""Detect files that end before their container says so, where FFmpeg does not report it.

Each function reads headers only, and searches them for a length that reaches beyond the file's end.
"""

from dataclasses import dataclass
from typing import BinaryIO

import av

TOLERANCE = 64  # bytes that may be missing: recorders' headers are off by some
# A length of so much or more means "unknown", as recorders that stream write it.
PLACEHOLDER = 2**30 - 1  # bytes
RF64_DATA = 28  # bytes before the length of the data in an RF64, whose data chunk has a placeholder
SEGMENT, CLUSTER = 0x18538067, 0x1F43B675  # EBML elements that contain others
# All elements on the levels of those and of a cluster's children: headers, indexes, tags, blocks.
EBML_IDS = {
    *(SEGMENT, CLUSTER),
    *(0x1A45DFA3, 0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1C53BB6B, 0x1941A469, 0x1043A770),
    *(0x1254C367, 0xEC, 0xBF, 0xE7, 0xA3, 0xA0, 0xAB, 0xA7, 0x5854, 0xAF),
}
OGG_HEADER = 27  # bytes of a page before its table of segments, the last of them its length
OGG_PAGE = OGG_HEADER + 255 + 255 * 255  # bytes at most
# Bit rates of MPEG audio layer III in kbit/s by index; index 0 means any.
MPEG1_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
MPEG2_RATES = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
MPEG1_SAMPLING_RATES = (44_100, 48_000, 32_000, 0)  # Hz, by index
MPEG_VERSIONS = {3: 1, 2: 2, 0: 4}  # bits -> divisor of the sampling rates: MPEG 1, 2 and 2.5
MPEG1_FRAME, MPEG2_FRAME = 1152, 576  # samples of a frame of layer III


@dataclass(frozen=True)
class _Chunks:
    """The layout of a container of chunks, each with a name, a size and a content.

    Attributes:
        start: bytes before the first chunk.
        data: name of the chunk with the samples.
        size: bytes of a size field.
        byteorder: of size fields.
        size_includes_header: whether a size counts the name and the size field, too.
        alignment: bytes, to a multiple of which chunks are padded.
    """

    start: int
    data: bytes
    size: int
    byteorder: str
    size_includes_header: bool = False
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
    """Return whether the data chunk in a container of CHUNKS is shorter than its size field.

    size: of the file in bytes.
    """
    chunks = CHUNKS[container]
    position, header_size = chunks.start, len(chunks.data) + chunks.size
    while position + header_size <= size:
        head = _read_at(file, position, header_size)
        length = int.from_bytes(head[len(chunks.data) :], chunks.byteorder)
        length -= header_size * chunks.size_includes_header
        if head.startswith(chunks.data):
            if _read_at(file, 0, 4) in (b"RF64", b"BW64"):
                length = int.from_bytes(_read_at(file, RF64_DATA, 8), "little")
            return length < PLACEHOLDER and position + header_size + length - size > TOLERANCE
        position += header_size + max(0, length) + -length % chunks.alignment
    return False


def ogg_ends_early(file: BinaryIO, size: int) -> bool:
    """Return whether the last page of an Ogg file is incomplete."""
    first = max(0, size - OGG_PAGE)
    tail = _read_at(file, first, OGG_PAGE)
    page = tail.rfind(b"OggS")
    if page < 0 or page + OGG_HEADER > len(tail):
        return True
    table = page + OGG_HEADER
    n_segments = tail[table - 1]
    segment_sizes = tail[table : table + n_segments]
    return len(segment_sizes) < n_segments or table + n_segments + sum(segment_sizes) > len(tail)


def matroska_ends_early(file: BinaryIO, size: int) -> bool:
    """Return whether an element of a Matroska or WebM file is incomplete."""
    position = 0
    while position < size:
        head = _read_at(file, position, 12)
        id_length = _vint_length(head)
        element = int.from_bytes(head[:id_length])
        if element not in EBML_IDS:
            return False  # What follows is not EBML.
        size_length = _vint_length(head[id_length:])
        position += id_length + size_length
        if not size_length or position > size:
            return True
        unknown = (1 << 7 * size_length) - 1
        length = int.from_bytes(head[id_length : id_length + size_length]) & unknown
        if length == unknown and element in (SEGMENT, CLUSTER):
            continue  # Streamed: the size is unknown, and the children follow.
        position += length
    return position > size


def mp4_ends_early(file: BinaryIO, size: int) -> bool:
    """Return whether the samples or a fragment's index are incomplete in an MP4 or MOV file."""
    position = 0
    while position + 8 <= size:
        head = _read_at(file, position, 16)
        length = int.from_bytes(head[:4])
        if length == 1:
            length = int.from_bytes(head[8:])
        if length < 8:
            return False  # The box reaches to the end of the file, or is none.
        position += length
        if position > size:
            return head[4:8] in (b"mdat", b"moof")
    return False


def mp3_ends_early(last: av.Packet) -> bool:
    """Return whether the last frame of an MP3 is shorter than its header says."""
    head = bytes(last)[:4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False  # It does not begin with the sync word and layer III.
    divisor = MPEG_VERSIONS.get(head[1] >> 3 & 3)
    sampling_rate = MPEG1_SAMPLING_RATES[head[2] >> 2 & 3] // (divisor or 1)
    rates, frame = (MPEG1_RATES, MPEG1_FRAME) if divisor == 1 else (MPEG2_RATES, MPEG2_FRAME)
    rate = rates[head[2] >> 4]
    if not (divisor and sampling_rate and rate):
        return False
    padding = head[2] >> 1 & 1  # bytes
    return last.size < frame // 8 * rate * 1000 // sampling_rate + padding


def _read_at(file: BinaryIO, position: int, length: int) -> bytes:
    file.seek(position)
    return file.read(length)


def _vint_length(head: bytes) -> int:
    """Return the number of bytes of an EBML variable-length integer, 0 if there is none."""
    return 9 - head[0].bit_length() if head and head[0] else 0
