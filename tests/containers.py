"""Recordings in every supported container, and the damage that files suffer on their way.

Nothing but PyAV and soundfile writes them, so they are the same on every machine.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
import soundfile
import soxr

RATE = 48_000  # Hz, where the codec allows it
TITLE = "Privet"  # in the files, where the container has one


@dataclass(frozen=True)
class Length:
    """The length field of a container.

    Attributes:
        after: a byte string before the field.
        skipped: number of bytes between it and the field.
        size: of the field in bytes.
        byteorder: of the field.
    """

    after: bytes
    skipped: int
    size: int
    byteorder: str

    def replaced(self, content: bytes, change: Callable[[int], int]) -> bytes:
        """Return the file with its length replaced by `change` of it."""
        first = content.index(self.after) + len(self.after) + self.skipped
        field = slice(first, first + self.size)
        value = change(int.from_bytes(content[field], self.byteorder)) % 2 ** (8 * self.size)
        return (
            content[: field.start]
            + value.to_bytes(self.size, self.byteorder)
            + content[field.stop :]
        )


@dataclass(frozen=True)
class Kind:
    """A container and codec.

    Attributes:
        suffix: of such files.
        codec: FFmpeg's name of the codec, or soundfile's of a subtype of WAV.
        rate: in Hz.
        options: of FFmpeg's muxer.
        encoding: options of the encoder.
        length: the container's length field, if it has exactly one.
        index_at_end: whether a player needs the end of the file to find the sound.
    """

    suffix: str
    codec: str
    rate: int = RATE
    options: tuple[tuple[str, str], ...] = ()
    encoding: tuple[tuple[str, str], ...] = ()
    length: Length | None = None
    index_at_end: bool = False


RIFF = Length(b"data", 0, 4, "little")
XING = Length(b"Info", 4, 4, "big")
FRAGMENTED = (("movflags", "frag_keyframe+empty_moov+default_base_moof"),)
VBR = (("flags", "+qscale"), ("global_quality", "472"))
KINDS = {
    "wav, 16 bit": Kind(".wav", "pcm_s16le", length=RIFF),
    "wav, 24 bit": Kind(".wav", "pcm_s24le", length=RIFF),
    "wav, float": Kind(".wav", "pcm_f32le", length=RIFF),
    "wav, 8 bit": Kind(".wav", "pcm_u8", length=RIFF),
    "wav, mu-law": Kind(".wav", "pcm_mulaw", 8000, length=RIFF),
    "wav, ADPCM": Kind(".wav", "adpcm_ms", length=RIFF),
    "wav, GSM 6.10": Kind(".wav", "GSM610", 8000, length=RIFF),
    "flac": Kind(".flac", "flac", length=Length(b"fLaC", 18, 4, "big")),
    "ogg, Vorbis": Kind(".ogg", "VORBIS"),
    "ogg, Opus": Kind(".opus", "libopus"),
    "mp3": Kind(".mp3", "libmp3lame", length=XING),
    "mp3, no Xing header": Kind(".mp3", "libmp3lame", options=(("write_xing", "0"),)),
    "mp3, VBR, no Xing header": Kind(
        ".mp3", "libmp3lame", options=(("write_xing", "0"),), encoding=VBR
    ),
    "m4a, AAC": Kind(".m4a", "aac", index_at_end=True),
    "m4a, AAC, index in front": Kind(".m4a", "aac", options=(("movflags", "+faststart"),)),
    "m4a, ALAC": Kind(".m4a", "alac", index_at_end=True),
    "mp4, fragments": Kind(".mp4", "aac", options=FRAGMENTED),
    "mov, AAC": Kind(".mov", "aac", index_at_end=True),
    "3gp, AMR": Kind(".3gp", "libopencore_amrnb", 8000, index_at_end=True),
    "webm, Opus": Kind(".webm", "libopus"),
    "webm, Opus, streamed": Kind(".webm", "libopus", options=(("live", "1"),)),
    "mkv, AAC": Kind(".mkv", "aac"),
    "aac": Kind(".aac", "aac"),
    "caf, 16 bit": Kind(".caf", "pcm_s16be", length=Length(b"data", 0, 8, "big")),
    "caf, Opus": Kind(".caf", "libopus", index_at_end=True),
    "caf, ALAC": Kind(".caf", "alac", index_at_end=True),
    "caf, IMA 4:1": Kind(".caf", "adpcm_ima_qt", length=Length(b"data", 0, 8, "big")),
    "amr": Kind(".amr", "libopencore_amrnb", 8000),
    "aiff": Kind(".aiff", "pcm_s16be", length=Length(b"COMM", 6, 4, "big")),
    "w64": Kind(
        ".w64",
        "pcm_s16le",
        length=Length(bytes.fromhex("64617461f3acd3118cd100c04f8edb8a"), 0, 8, "little"),
    ),
    "au": Kind(".au", "pcm_s16be", length=Length(b".snd", 4, 4, "big")),
}


def write(kind: Kind, waveform: np.ndarray) -> bytes:
    """Return a recording, shape (samples,) or (samples, 2) at 48 kHz, as a file of a kind."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"voice{kind.suffix}"
        if kind.codec in ("GSM610", "VORBIS"):
            resampled = soxr.resample(waveform, RATE, kind.rate)
            soundfile.write(path, resampled, kind.rate, subtype=kind.codec)
            return path.read_bytes()
        if kind == KINDS["caf, Opus"]:
            return _opus_in_caf(waveform)
        layout = "mono" if waveform.ndim == 1 else "stereo"
        with av.open(str(path), "w", options=dict(kind.options)) as container:
            container.metadata["title"] = TITLE
            stream = container.add_stream(
                kind.codec, rate=kind.rate, layout=layout, options=dict(kind.encoding)
            )
            for frame in _frames(waveform, layout, stream.codec_context):
                container.mux(stream.encode(frame))
        return path.read_bytes()


def _frames(waveform: np.ndarray, layout: str, context: av.AudioCodecContext):
    """Yield the recording as frames for the encoder, and None for its end."""
    planes = np.atleast_2d(waveform.T).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(planes), "fltp", layout)
    frame.sample_rate = RATE
    resampler = av.AudioResampler(
        context.format, layout, context.sample_rate, frame_size=context.frame_size or 1024
    )
    yield from resampler.resample(frame)
    yield from resampler.resample(None)
    yield None


def _opus_in_caf(waveform: np.ndarray) -> bytes:
    """Write packets of 20 ms and a table of their sizes, which FFmpeg reads but does not write."""
    context = av.CodecContext.create("libopus", "w")
    context.sample_rate, context.layout, context.format = RATE, "mono", "s16"
    packets = [
        bytes(packet)
        for frame in _frames(waveform, "mono", context)
        for packet in context.encode(frame)
    ]

    def chunk(name: bytes, content: bytes) -> bytes:
        return name + len(content).to_bytes(8) + content

    description = struct.pack(">d4s5I", RATE, b"opus", 0, 0, 960, 1, 0)
    sizes = b"".join(
        bytes([0x80 | len(packet) >> 7, len(packet) & 0x7F] if len(packet) > 127 else [len(packet)])
        for packet in packets
    )
    table = struct.pack(">qqii", len(packets), 960 * len(packets), 312, 0) + sizes
    data = bytes(4) + b"".join(packets)
    return (
        b"caff\0\1\0\0" + chunk(b"desc", description) + chunk(b"data", data) + chunk(b"pakt", table)
    )


def video(waveform: np.ndarray | None, seconds: float, suffix: str, codec: str) -> bytes:
    """Return a video of noise, with a recording at 48 kHz as its sound or without sound.

    codec: FFmpeg's name of the audio codec.
    """
    rng = np.random.default_rng(0)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"video{suffix}"
        with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
            pictures = container.add_stream("mpeg4", rate=10, width=64, height=64)
            sound = waveform is not None and container.add_stream(codec, rate=RATE, layout="mono")
            for _ in range(int(10 * seconds)):
                picture = rng.integers(0, 256, (64, 64, 3), np.uint8)
                container.mux(pictures.encode(av.VideoFrame.from_ndarray(picture)))
            container.mux(pictures.encode(None))
            if sound:
                for frame in _frames(waveform, "mono", sound.codec_context):
                    container.mux(sound.encode(frame))
        return path.read_bytes()


def cut(content: bytes, fraction: float) -> bytes:
    """Return the beginning of a file, as an interrupted upload leaves it."""
    return content[: int(fraction * len(content))]


def retitled(content: bytes) -> bytes | None:
    """Return a file with its title in an encoding of Windows.

    None if it has no title, or if checksums guard it, as in Ogg.
    """
    title = TITLE.encode()
    if title not in content or content.startswith(b"OggS"):
        return None
    return content.replace(title, "Привет".encode("cp1251"))


def tagged_behind(content: bytes) -> bytes:
    """Return a file with an ID3v1 tag behind."""
    return content + b"TAG" + b"a good song".ljust(125, b"\0")


def tagged(content: bytes) -> bytes:
    """Return a file with an ID3v2 tag in front."""
    frame = b"TIT2" + (12).to_bytes(4) + b"\0\0\3" + b"a good song"
    return b"ID3\4\0\0" + (len(frame)).to_bytes(4) + frame + content
