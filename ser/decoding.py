"""Any recording, opened: its sampling rate and its samples in blocks, whatever it came as.

Decoding goes block by block, so a recording that turns out too long is refused before it fills
the memory.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
import soundfile

from ser.errors import SerError

Recording = str | os.PathLike | BinaryIO | tuple[int, np.ndarray]

MAX_DURATION = 300.0  # s
BLOCK = 10.0  # s decoded at a time
SAMPLING_RATES = (1_000, 768_000)  # Hz, from the least with any speech in it to the most in use
MAX_CHANNELS = 32
MAX_SAMPLES = 32 * 48_000  # a second, of all channels
SUFFIXES = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a", ".mp4", ".webm", ".aac")
# What phones and browsers record. Playlist formats are left out: they name further files and
# addresses, which a decoder would open.
CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,aac,ogg,mp3,flac,wav"


def audio_files(folder: Path) -> list[Path]:
    """List the audio files at any depth of a folder, sorted.

    Raises:
        SerError: the folder does not exist or holds no audio.
    """
    if not folder.is_dir():
        raise SerError(f"There is no folder {folder}. Give a folder with recordings.")
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
    if not found:
        raise SerError(
            f"{folder} holds no audio. Give a folder with {', '.join(SUFFIXES)} files at any depth."
        )
    return found


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


@contextmanager
def open_recording(
    recording: Recording, longest: float = MAX_DURATION
) -> Iterator[tuple[int, Iterator[np.ndarray]]]:
    """Yield the sampling rate in Hz and an iterator of float32 blocks (samples, channels).

    Raises:
        SerError: there is no such file, it is empty, damaged, cut off, no audio or by its header
            of more than `longest` seconds, or the array has no samples of one or more channels.
    """
    if isinstance(recording, tuple):
        yield _open_array(*recording)
    elif isinstance(recording, (str, os.PathLike)):
        path = Path(recording)
        # Unlike pathlib's, this takes names that are too long for a file.
        if not os.path.isfile(path):  # noqa: PTH113
            raise SerError(f"There is no file {path}. Check the name, or record again.")
        with path.open("rb") as file, _open_file(file, path.name, longest) as opened:
            yield opened
    else:
        recording.seek(0)  # it may have been heard before
        with _open_file(recording, "the recording", longest) as opened:
            yield opened


def _open_array(sampling_rate: int, array: np.ndarray) -> tuple[int, Iterator[np.ndarray]]:
    array = np.atleast_1d(np.asarray(array))
    if array.ndim > 2 or array.dtype.kind not in "iuf":
        raise SerError(
            f"The recording is an array of shape {array.shape} and type {array.dtype}; numbers of "
            "shape (samples,) or (samples, channels) are needed."
        )
    scale, offset = 1.0, 0.0
    if array.dtype.kind in "iu":
        scale = 2.0 ** (array.dtype.itemsize * 8 - 1)
        offset = scale if array.dtype.kind == "u" else 0.0
    columns = array[:, None] if array.ndim == 1 else array
    _check_form(sampling_rate, columns.shape[1])
    step = max(1, int(BLOCK * sampling_rate))
    blocks = (
        ((columns[i : i + step] - offset) / scale).astype(np.float32)
        for i in range(0, len(columns), step)
    )
    return sampling_rate, blocks


@contextmanager
def _open_file(
    file: BinaryIO, name: str, longest: float
) -> Iterator[tuple[int, Iterator[np.ndarray]]]:
    """Try libsndfile (wav, flac, ogg, mp3), then FFmpeg (m4a, mp4, webm, aac, opus)."""
    if not file.read(1):
        raise SerError(f"{name} is empty. Record again or choose another file.", "empty", name=name)
    try:
        file.seek(0)
        sound = soundfile.SoundFile(file)
    except soundfile.LibsndfileError:
        sound = None
    try:
        if sound:
            with sound:
                _check_form(sound.samplerate, sound.channels)
                check_length(sound.frames / sound.samplerate, longest)
                _check_header(sound, name)
                yield sound.samplerate, _sound_blocks(sound, name)
        else:
            file.seek(0)
            with av.open(file, options={"format_whitelist": CONTAINERS}) as container:
                # A stream whose codec is unknown has none.
                stream = [each for each in container.streams.audio if each.codec_context][0]
                _check_form(stream.codec_context.sample_rate, stream.codec_context.channels)
                yield stream.codec_context.sample_rate, _stream_blocks(container, stream)
    except (soundfile.LibsndfileError, av.FFmpegError, IndexError) as error:
        raise SerError(
            f"{name} cannot be read as audio: it is damaged or of another kind. "
            "Use wav, flac, ogg, mp3, m4a, mp4, webm, aac or opus.",
            "no audio",
            name=name,
        ) from error


def _sound_blocks(sound: soundfile.SoundFile, name: str) -> Iterator[np.ndarray]:
    read = 0
    for block in sound.blocks(int(BLOCK * sound.samplerate), dtype="float32", always_2d=True):
        read += len(block)
        yield block
    if read < sound.frames:
        raise _cut_off(name, read / sound.frames)


def _stream_blocks(
    container: av.container.InputContainer, stream: av.AudioStream
) -> Iterator[np.ndarray]:
    resampler = av.AudioResampler(format="fltp", rate=stream.codec_context.sample_rate)
    for frame in container.decode(stream):
        for planes in resampler.resample(frame):
            yield planes.to_ndarray().T


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


def _check_header(sound: soundfile.SoundFile, name: str) -> None:
    """Refuse a truncated wav: libsndfile reads what is left of it and only its log tells."""
    found = re.search(r"^data\s*:\s*(\d+) \(should be (\d+)\)", sound.extra_info, re.MULTILINE)
    # Recorders that stream do not know the length when they write the header.
    if found and int(found[2]) < int(found[1]) < 2**31 - 2**16:
        raise _cut_off(name, int(found[2]) / int(found[1]))


def _cut_off(name: str, share: float) -> SerError:
    return SerError(
        f"{name} is cut off: only {share:.0%} of what its header promises is there. "
        "Copy or upload it again.",
        "cut off",
        name=name,
        share=share,
    )
