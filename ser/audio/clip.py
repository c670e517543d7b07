"""A decoded waveform -> `Clip`: trimmed, normalised and checked for the encoder."""

from dataclasses import dataclass

import numpy as np

from ser.audio import frames
from ser.audio.channels import SPEECH_RANGE
from ser.errors import ErrorKind, SerError

SAMPLING_RATE = 16_000  # Hz
MIN_DURATION = 0.3  # s, after trimming
TRIM_DB = 40  # dB below the loudest frame
TRIM_FRAME, TRIM_HOP = 1024, 256  # samples at SAMPLING_RATE
SILENCE = 1e-4  # peak, full scale is 1: below this only dither is left
VERY_QUIET = -56.0  # dBFS; the calmest recordings of RAVDESS lie just above
FULL_SCALE = 0.999  # absolute value from which a sample counts as clipped
MAX_CLIPPED = 0.001  # fraction of clipped samples above which a recording is called clipped
LITTLE_SPEECH = 1.0  # s of speech below which a recording is called short
OUTLINE = 400  # columns of the waveform's outline
# Notes on the quality of a recording with `speech` seconds of speech, or on its file.
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
    """The encoder's input and the quality of the recording that it was made from.

    Attributes:
        waveform: float32, shape (samples,), mono 16 kHz, silence trimmed at both ends,
            zero mean and unit variance.
        duration: seconds of the whole recording.
        start, end: seconds into the recording at which `waveform` begins and ends.
        peak: largest absolute sample of the recording in mono, full scale is 1.
        rms_dbfs: level of the trimmed part in dB relative to full scale.
        clipped_fraction: fraction of samples at full scale, 0-1.
        speech_fraction: fraction of the recording within 40 dB of its loudest part, 0-1.
        notes: on the quality and on the file, keys of NOTES.
        outline: float32, shape (OUTLINE, 2), the lowest and the highest sample in each of as many
            equal stretches of the whole recording, full scale is 1.
    """

    waveform: np.ndarray
    duration: float
    start: float
    end: float
    peak: float
    rms_dbfs: float
    clipped_fraction: float
    speech_fraction: float
    notes: tuple[str, ...]
    outline: np.ndarray

    @property
    def speech(self) -> float:
        """Seconds of the recording within 40 dB of its loudest part."""
        return self.duration * self.speech_fraction


def to_clip(waveform: np.ndarray) -> Clip:
    """Trim, normalise and check a part of a recording, as `loading.load` does with a whole one.

    Args:
        waveform: float32, shape (samples,), mono 16 kHz, as `loading.blocks` yields it.

    Raises:
        SerError: it is silent or holds less than 0.3 s of sound.
    """
    magnitude = np.abs(waveform)
    clipped_fraction = float((magnitude >= FULL_SCALE).mean())
    return trimmed_clip(remove_dc(waveform), float(magnitude.max()), clipped_fraction)


def trimmed_clip(
    waveform: np.ndarray, peak: float, clipped_fraction: float, defects: tuple[str, ...] = ()
) -> Clip:
    """Trim, normalise and check a waveform whose other arguments were measured before resampling.

    Args:
        waveform: float32, shape (samples,), mono 16 kHz, zero mean.
        peak, clipped_fraction: as `Clip` has them.
        defects: of the recording's file, keys of NOTES.

    Raises:
        SerError: it is silent or holds less than 0.3 s of sound.
    """
    duration = len(waveform) / SAMPLING_RATE
    if peak < SILENCE or np.abs(waveform).max() < SILENCE:
        raise SerError(
            f"The recording ({duration:.1f} s) is silent. Check that the right microphone is "
            "chosen and not muted, then record again.",
            ErrorKind.SILENT,
            duration=duration,
        )
    levels = frames.rms(waveform, TRIM_FRAME, TRIM_HOP)
    starts = TRIM_HOP * frames.loud(levels, TRIM_DB)
    ends = np.minimum(starts + TRIM_HOP, len(waveform))
    # Nothing is loud where samples are so large that their squares overflow.
    start, end = (starts[0], ends[-1]) if len(starts) else (0, 0)
    trimmed, loud = waveform[start:end], np.sum(ends - starts)
    if len(trimmed) < MIN_DURATION * SAMPLING_RATE:
        trimmed_duration = len(trimmed) / SAMPLING_RATE
        raise SerError(
            f"Only {trimmed_duration:.2f} s of sound was found; at least {MIN_DURATION} s of voice "
            "is needed. Speak a whole sentence and try again.",
            ErrorKind.TOO_SHORT,
            found=trimmed_duration,
            needed=MIN_DURATION,
        )
    rms_dbfs = 20 * np.log10(np.sqrt(np.mean(np.square(trimmed, dtype=np.float64))))
    speech = loud / SAMPLING_RATE
    return Clip(
        waveform=normalise(trimmed),
        duration=duration,
        start=float(start / SAMPLING_RATE),
        end=float(end / SAMPLING_RATE),
        peak=peak,
        rms_dbfs=float(rms_dbfs),
        clipped_fraction=clipped_fraction,
        speech_fraction=float(loud / len(waveform)),
        notes=_notes(rms_dbfs, clipped_fraction, _dynamic_range(levels), speech) + defects,
        outline=outline(waveform),
    )


def normalise(waveform: np.ndarray) -> np.ndarray:
    """Scale a waveform to zero mean and unit variance, as Wav2Vec2 expects it; float32."""
    centred = waveform - waveform.mean(dtype=np.float64)
    return (centred / np.sqrt(centred.var() + 1e-12)).astype(np.float32)


def remove_dc(waveform: np.ndarray) -> np.ndarray:
    """Subtract a float32 waveform's mean."""
    return waveform - waveform.mean(dtype=np.float64).astype(np.float32)


def outline(waveform: np.ndarray) -> np.ndarray:
    """Return a waveform's lowest and highest samples, as `Clip.outline` has them."""
    starts = np.arange(OUTLINE) * len(waveform) // OUTLINE
    return np.stack(
        [np.minimum.reduceat(waveform, starts), np.maximum.reduceat(waveform, starts)], axis=1
    )


def _dynamic_range(levels: np.ndarray) -> float:
    """Return the dB between the 95th and the 5th percentile of the frames' levels."""
    quiet, loud = np.percentile(frames.to_db(levels, SILENCE), [5, 95])
    return float(loud - quiet)


def _notes(
    rms_dbfs: float, clipped_fraction: float, dynamic_range: float, speech: float
) -> tuple[str, ...]:
    applies = {
        "quiet": rms_dbfs < VERY_QUIET,
        "noisy": rms_dbfs >= VERY_QUIET and dynamic_range < SPEECH_RANGE,
        "clipped": clipped_fraction > MAX_CLIPPED,
        "short": speech < LITTLE_SPEECH,
    }
    return tuple(note for note, applicable in applies.items() if applicable)
