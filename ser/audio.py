"""The only door for sound: any recording becomes a `Clip` that the encoder understands.

Every part of the project that hears anything, in training, on the page or in the CLI, hears it
through `load` (or `decode` and `normalise`, its two halves), so there is one preprocessing.
"""

from dataclasses import dataclass

import librosa
import numpy as np
import soxr

from ser.decoding import Recording, check_length, open_recording
from ser.errors import SerError

PREPROCESSING = 1  # version; raise it when the same recording would give another waveform
SAMPLING_RATE = 16_000  # Hz
MIN_DURATION = 0.3  # s, after trimming
TRIM_DB = 40  # dB below the loudest frame
TRIM_FRAME, TRIM_HOP = 1024, 256  # samples at SAMPLING_RATE
SILENCE = 1e-4  # peak, full scale is 1: below this only dither is left
VERY_QUIET = -56.0  # dBFS; the calmest recordings of RAVDESS lie just above
FULL_SCALE = 0.999  # from here on a sample counts as clipped


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
            f"Only {len(trimmed) / SAMPLING_RATE:.2f} s of sound was found; at least "
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
    with open_recording(recording) as (sampling_rate, blocks):
        resampler = soxr.ResampleStream(sampling_rate, SAMPLING_RATE, 1, dtype="float32")
        resampled, peak, clipped, samples, seconds = [], 0.0, 0, 0, 0.0
        for block in blocks:
            if not np.isfinite(block).all():
                raise SerError(
                    "The recording contains values that are not numbers (NaN or infinity). "
                    "Export it again as ordinary audio."
                )
            seconds += len(block) / sampling_rate
            check_length(seconds)
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
