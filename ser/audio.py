"""The only door for sound: any recording becomes a `Clip` that the encoder understands.

Every part of the project that hears anything, in training, on the page or in the CLI, hears it
through `load` (or `decode` and `normalise`, its two halves), so there is one preprocessing.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import av
import librosa
import numpy as np
import soundfile
import soxr

from ser.errors import SerError

Recording = str | os.PathLike | BinaryIO | tuple[int, np.ndarray]

PREPROCESSING = 1  # version; raise it when the same recording would give another waveform
SAMPLING_RATE = 16_000  # Hz
MAX_DURATION = 300.0  # s
MIN_DURATION = 0.3  # s, after trimming
TRIM_DB = 40  # dB below the loudest frame
TRIM_FRAME, TRIM_HOP = 1024, 256  # samples at SAMPLING_RATE
BLOCK = 10.0  # s decoded at a time
SILENCE = 1e-4  # peak, full scale is 1: below this only dither is left
VERY_QUIET = -56.0  # dBFS; the calmest recordings of RAVDESS lie just above
FULL_SCALE = 0.999  # from here on a sample counts as clipped
# What phones and browsers record. Playlist formats are left out: they name further files and
# addresses, which a decoder would open.
CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,aac,ogg,mp3,flac,wav"


@dataclass(frozen=True)
class Clip:
    """What the encoder hears of a recording, and what can be said about its quality.

    Attributes:
        waveform: float32, shape (samples,), mono 16 kHz, silence trimmed at both ends,
            zero mean and unit variance.
        duration: seconds of the whole recording.
        start: seconds into the recording at which `waveform` begins.
        peak: largest absolute sample of the recording, full scale is 1.
        rms_dbfs: level of the trimmed part in dB relative to full scale.
        clipped_fraction: share of samples at full scale, 0-1.
        speech_fraction: share of the recording within 40 dB of its loudest part, 0-1.
        notes: remarks on the quality, in plain words.
    """

    waveform: np.ndarray
    duration: float
    start: float
    peak: float
    rms_dbfs: float
    clipped_fraction: float
    speech_fraction: float
    notes: tuple[str, ...]


def load(recording: Recording) -> Clip:
    """Turn a recording into a `Clip`.

    Args:
        recording: path of an audio file, binary file-like object, or `(sampling_rate, array)`
            with an array of shape (samples,) or (samples, channels) of any real dtype;
            integers are scaled by their dtype's range.

    Raises:
        SerError: nothing was recorded, it cannot be decoded, it is silent, shorter than 0.3 s
            or longer than 5 minutes.
    """
    waveform, peak, clipped_fraction = _decode(recording)
    duration = len(waveform) / SAMPLING_RATE
    if peak < SILENCE or np.abs(waveform).max() < SILENCE:
        raise SerError(
            f"The recording ({duration:.1f} s) is silent. Check that the right microphone is "
            "chosen and not muted, then record again."
        )
    framing = {"top_db": TRIM_DB, "frame_length": TRIM_FRAME, "hop_length": TRIM_HOP}
    trimmed, (start, _) = librosa.effects.trim(waveform, **framing)
    voiced = sum(end - begin for begin, end in librosa.effects.split(waveform, **framing))
    if len(trimmed) < MIN_DURATION * SAMPLING_RATE:
        raise SerError(
            f"Only {len(trimmed) / SAMPLING_RATE:.1f} s of sound was found; at least "
            f"{MIN_DURATION} s of voice is needed. Speak a whole sentence and try again."
        )
    rms_dbfs = 20 * np.log10(np.sqrt(np.mean(np.square(trimmed, dtype=np.float64))))
    speech = voiced / SAMPLING_RATE
    return Clip(
        waveform=normalise(trimmed),
        duration=duration,
        start=float(start / SAMPLING_RATE),
        peak=peak,
        rms_dbfs=float(rms_dbfs),
        clipped_fraction=clipped_fraction,
        speech_fraction=float(voiced / len(waveform)),
        notes=_notes(rms_dbfs, clipped_fraction, speech),
    )


def decode(recording: Recording) -> np.ndarray:
    """Decode a whole recording to a float32 mono waveform at 16 kHz, DC removed, shape (samples,).

    Takes and raises what `load` does, except that silence and short recordings pass.
    """
    return _decode(recording)[0]


def normalise(waveform: np.ndarray) -> np.ndarray:
    """Scale a waveform to zero mean and unit variance, as Wav2Vec2 expects it; float32."""
    centred = waveform - waveform.mean(dtype=np.float64)
    return (centred / np.sqrt(centred.var() + 1e-12)).astype(np.float32)


def _notes(rms_dbfs: float, clipped_fraction: float, speech: float) -> tuple[str, ...]:
    remarks = (
        (rms_dbfs < VERY_QUIET, "very quiet"),
        (clipped_fraction > 0.001, "clipped: too loud for the microphone"),
        (speech < 1.0, f"only {speech:.1f} s of speech"),
    )
    return tuple(remark for applies, remark in remarks if applies)


def _decode(recording: Recording) -> tuple[np.ndarray, float, float]:
    """Return the waveform as `decode` does, its peak and its clipped fraction."""
    if recording is None:
        raise SerError("There is no recording. Record your voice or choose an audio file.")
    with _open(recording) as (sampling_rate, blocks):
        resampler = soxr.ResampleStream(sampling_rate, SAMPLING_RATE, 1, dtype="float32")
        resampled, peak, clipped, samples, seconds = [], 0.0, 0, 0, 0.0
        for block in blocks:
            if not np.isfinite(block).all():
                raise SerError(
                    "The recording contains values that are not numbers (NaN or infinity). "
                    "Export it again as ordinary audio."
                )
            seconds += len(block) / sampling_rate
            _check_length(seconds)
            magnitude = np.abs(block)
            peak = max(peak, float(magnitude.max(initial=0)))
            clipped += int((magnitude >= FULL_SCALE).sum())
            samples += magnitude.size
            resampled.append(resampler.resample_chunk(block.mean(axis=1)))
        resampled.append(resampler.resample_chunk(np.zeros(0, np.float32), last=True))
    waveform = np.concatenate(resampled)
    if not len(waveform):
        raise SerError("The recording holds no sound at all. Record or export it again.")
    return waveform - waveform.mean(dtype=np.float64).astype(np.float32), peak, clipped / samples


def _check_length(seconds: float) -> None:
    if seconds > MAX_DURATION:
        raise SerError(
            f"The recording is longer than {MAX_DURATION / 60:.0f} minutes. Choose a shorter part, "
            "a few seconds are enough."
        )


@contextmanager
def _open(recording: Recording) -> Iterator[tuple[int, Iterator[np.ndarray]]]:
    """Yield the sampling rate in Hz and an iterator of float32 blocks (samples, channels)."""
    if isinstance(recording, tuple):
        yield _open_array(*recording)
    elif isinstance(recording, (str, os.PathLike)):
        path = Path(recording)
        if not path.is_file():
            raise SerError(f"There is no file {path}. Check the name, or record again.")
        with path.open("rb") as file, _open_file(file, path.name) as opened:
            yield opened
    else:
        with _open_file(recording, "the recording") as opened:
            yield opened


def _open_array(sampling_rate: int, array: np.ndarray) -> tuple[int, Iterator[np.ndarray]]:
    array = np.atleast_1d(np.asarray(array))
    if array.ndim > 2 or array.dtype.kind not in "iuf" or sampling_rate <= 0:
        raise SerError(
            f"The recording is an array of shape {array.shape} and type {array.dtype} at "
            f"{sampling_rate} Hz; numbers of shape (samples,) or (samples, channels) at a positive "
            "sampling rate are needed."
        )
    scale, offset = 1.0, 0.0
    if array.dtype.kind in "iu":
        scale = 2.0 ** (array.dtype.itemsize * 8 - 1)
        offset = scale if array.dtype.kind == "u" else 0.0
    columns = array[:, None] if array.ndim == 1 else array
    step = max(1, int(BLOCK * sampling_rate))
    blocks = (
        ((columns[i : i + step] - offset) / scale).astype(np.float32)
        for i in range(0, len(columns), step)
    )
    return sampling_rate, blocks


@contextmanager
def _open_file(file: BinaryIO, name: str) -> Iterator[tuple[int, Iterator[np.ndarray]]]:
    """Try libsndfile (wav, flac, ogg, mp3), then FFmpeg (m4a, mp4, webm, aac, opus)."""
    if not file.read(1):
        raise SerError(f"{name} is empty. Record again or choose another file.")
    try:
        file.seek(0)
        sound = soundfile.SoundFile(file)
    except soundfile.LibsndfileError:
        sound = None
    try:
        if sound:
            with sound:
                _check_length(sound.frames / sound.samplerate)
                _check_header(sound, name)
                yield sound.samplerate, _sound_blocks(sound, name)
        else:
            file.seek(0)
            with av.open(file, options={"format_whitelist": CONTAINERS}) as container:
                stream = container.streams.audio[0]
                yield stream.codec_context.sample_rate, _stream_blocks(container, stream)
    except (soundfile.LibsndfileError, av.FFmpegError, IndexError) as error:
        raise SerError(
            f"{name} cannot be read as audio: it is damaged or of another kind. "
            "Use wav, flac, ogg, mp3, m4a, mp4, webm, aac or opus."
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


def _check_header(sound: soundfile.SoundFile, name: str) -> None:
    """Refuse a truncated wav: libsndfile reads what is left of it and only its log tells."""
    found = re.search(r"^data\s*:\s*(\d+) \(should be (\d+)\)", sound.extra_info, re.MULTILINE)
    # Recorders that stream do not know the length when they write the header.
    if found and int(found[2]) < int(found[1]) < 2**31 - 2**16:
        raise _cut_off(name, int(found[2]) / int(found[1]))


def _cut_off(name: str, share: float) -> SerError:
    return SerError(
        f"{name} is cut off: only {share:.0%} of what its header promises is there. "
        "Copy or upload it again."
    )
