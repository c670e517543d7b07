"""The only door for sound: any recording becomes a `Clip` that the encoder understands.

Every part of the project that hears anything, in training, on the page or in the CLI, hears it
through `load` (or `decode` and `normalise`, its two halves; or, where a recording is long, `blocks`
and `cut`), so there is one preprocessing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import librosa
import numpy as np
import soxr

from ser.audio.channels import SPEECH_RANGE
from ser.audio.decoding import MAX_DURATION, Recording
from ser.audio.sandbox import open_recording
from ser.errors import SerError

PREPROCESSING = 2  # version; raise it when the same recording would give another waveform
SAMPLING_RATE = 16_000  # Hz
MIN_DURATION = 0.3  # s, after trimming
TRIM_DB = 40  # dB below the loudest frame
TRIM_FRAME, TRIM_HOP = 1024, 256  # samples at SAMPLING_RATE
SILENCE = 1e-4  # peak, full scale is 1: below this only dither is left
VERY_QUIET = -56.0  # dBFS; the calmest recordings of RAVDESS lie just above
FULL_SCALE = 0.999  # from here on a sample counts as clipped
OUTLINE = 400  # stretches that a recording is drawn with
# What can be remarked on a recording with `speech` seconds of speech, or on its file.
NOTES = {
    "quiet": "very quiet",
    "noisy": "noisy",
    "clipped": "clipped: too loud for the microphone",
    "short": "only {speech:.1f} s of speech",
    "ends early": "incomplete: the file ends early",
    "damaged": "damaged in places",
}


@dataclass(frozen=True)
class Clip:
    """What the encoder hears of a recording, and what can be said about its quality.

    Attributes:
        waveform: float32, shape (samples,), mono 16 kHz, silence trimmed at both ends,
            zero mean and unit variance.
        duration: seconds of the whole recording.
        start: seconds into the recording at which `waveform` begins.
        peak: largest absolute sample of the recording in mono, full scale is 1.
        rms_dbfs: level of the trimmed part in dB relative to full scale.
        clipped_fraction: share of samples at full scale, 0-1.
        speech_fraction: share of the recording within 40 dB of its loudest part, 0-1.
        notes: remarks on the quality and on the file, keys of NOTES.
        outline: float32, shape (OUTLINE, 2), the lowest and the highest sample in each of as many
            equal stretches of the whole recording, full scale is 1.
    """

    waveform: np.ndarray
    duration: float
    start: float
    peak: float
    rms_dbfs: float
    clipped_fraction: float
    speech_fraction: float
    notes: tuple[str, ...]
    outline: np.ndarray

    @property
    def end(self) -> float:
        """Seconds into the recording at which `waveform` ends."""
        return self.start + len(self.waveform) / SAMPLING_RATE

    @property
    def speech(self) -> float:
        """Seconds of the recording within 40 dB of its loudest part."""
        return self.duration * self.speech_fraction


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
    return _clip(*_decode(recording))


def cut(waveform: np.ndarray) -> Clip:
    """Turn a part of a recording into a `Clip`, as `load` does with the whole.

    Args:
        waveform: float32, shape (samples,), mono 16 kHz, as `blocks` yields it.

    Raises:
        SerError: it is silent or holds less than 0.3 s of sound.
    """
    magnitude = np.abs(waveform)
    clipped_fraction = float((magnitude >= FULL_SCALE).mean())
    return _clip(_centred(waveform), float(magnitude.max()), clipped_fraction)


def _clip(
    waveform: np.ndarray, peak: float, clipped_fraction: float, defects: tuple[str, ...] = ()
) -> Clip:
    duration = len(waveform) / SAMPLING_RATE
    if peak < SILENCE or np.abs(waveform).max() < SILENCE:
        raise SerError(
            f"The recording ({duration:.1f} s) is silent. Check that the right microphone is "
            "chosen and not muted, then record again.",
            "silent",
            duration=duration,
        )
    framing = {"top_db": TRIM_DB, "frame_length": TRIM_FRAME, "hop_length": TRIM_HOP}
    trimmed, (start, _) = librosa.effects.trim(waveform, **framing)
    voiced = sum(end - begin for begin, end in librosa.effects.split(waveform, **framing))
    if len(trimmed) < MIN_DURATION * SAMPLING_RATE:
        found = len(trimmed) / SAMPLING_RATE
        raise SerError(
            f"Only {found:.2f} s of sound was found; at least {MIN_DURATION} s of voice is needed. "
            "Speak a whole sentence and try again.",
            "short",
            found=found,
            needed=MIN_DURATION,
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
        notes=_notes(rms_dbfs, clipped_fraction, _range(waveform), speech) + defects,
        outline=outline(waveform),
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


def outline(waveform: np.ndarray) -> np.ndarray:
    """Return a waveform's lowest and highest samples, as `Clip.outline` has them."""
    starts = np.arange(OUTLINE) * len(waveform) // OUTLINE
    return np.stack(
        [np.minimum.reduceat(waveform, starts), np.maximum.reduceat(waveform, starts)], axis=1
    )


def _range(waveform: np.ndarray) -> float:
    """Return the dB between the levels of the loudest and the quietest twentieth."""
    levels = librosa.feature.rms(y=waveform, frame_length=TRIM_FRAME, hop_length=TRIM_HOP)
    quiet, loud = np.percentile(librosa.amplitude_to_db(levels, amin=SILENCE, top_db=None), [5, 95])
    return float(loud - quiet)


def _notes(
    rms_dbfs: float, clipped_fraction: float, dynamic_range: float, speech: float
) -> tuple[str, ...]:
    applies = {
        "quiet": rms_dbfs < VERY_QUIET,
        "noisy": rms_dbfs >= VERY_QUIET and dynamic_range < SPEECH_RANGE,
        "clipped": clipped_fraction > 0.001,
        "short": speech < 1.0,
    }
    return tuple(note for note, found in applies.items() if found)


@dataclass(frozen=True)
class Block:
    """A part of a recording, mono, float32.

    Attributes:
        samples: as recorded, shape (samples,).
        waveform: at 16 kHz, shape (samples,); may end somewhat earlier than `samples`.
        defects: of the recording's file, keys of NOTES; known with the last block.
    """

    samples: np.ndarray
    waveform: np.ndarray
    defects: tuple[str, ...] = ()


def blocks(recording: Recording, longest: float = MAX_DURATION) -> Iterator[Block]:
    """Decode a recording block by block, so that memory does not grow with its length.

    Yields about 10 s at a time, and at last what the resampler held back.

    Raises:
        SerError: as `load`, but for more than `longest` seconds instead of 5 minutes; silence and
            short recordings pass.
    """
    if recording is None:
        raise SerError(
            "There is no recording. Record your voice or choose an audio file.", "nothing"
        )
    with open_recording(recording, longest) as sound:
        resampler = soxr.ResampleStream(sound.sampling_rate, SAMPLING_RATE, 1, dtype="float32")
        resampled = 0
        for samples in sound.blocks:
            block = Block(samples, resampler.resample_chunk(samples))
            resampled += len(block.waveform)
            yield block
        rest = resampler.resample_chunk(np.zeros(0, np.float32), last=True)
        if not resampled + len(rest):
            raise SerError(
                "The recording holds no sound at all. Record or export it again.", "no sound"
            )
        yield Block(np.zeros(0, np.float32), rest, tuple(sound.defects))


def _decode(recording: Recording) -> tuple[np.ndarray, float, float, tuple[str, ...]]:
    """Return the waveform as `decode` does, its peak, its clipped fraction and the defects."""
    resampled, peak, clipped, samples = [], 0.0, 0, 0
    for block in blocks(recording):
        magnitude = np.abs(block.samples)
        peak = max(peak, float(magnitude.max(initial=0)))
        clipped += int((magnitude >= FULL_SCALE).sum())
        samples += magnitude.size
        resampled.append(block.waveform)
    return _centred(np.concatenate(resampled)), peak, clipped / samples, block.defects


def _centred(waveform: np.ndarray) -> np.ndarray:
    return waveform - waveform.mean(dtype=np.float64).astype(np.float32)
