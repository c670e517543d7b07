"""Augmentation that preserves emotion: rooms, microphones, telephone lines, codecs and voices.

Every change takes and returns a waveform, float32, shape (samples,), mono 16 kHz, full scale 1, of
the same length unless its docstring says otherwise. All random values come from a
`numpy.random.Generator`. SciPy, soxr, librosa and libsndfile process the sound.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import librosa
import numpy as np
import soundfile
import soxr
from scipy import signal

from ser.audio.clip import SAMPLING_RATE, Clip, normalise
from ser.audio.formats import audio_files
from ser.audio.loading import decode

SNR = (5.0, 40.0)  # dB, signal-to-noise ratio
GAIN = (-20.0, 9.0)  # dB, peak relative to full scale; above it the waveform is clipped
EQUALISER_BANDS = (125, 250, 500, 1000, 2000, 4000)  # Hz
EQUALISER_GAIN = 8.0  # dB up or down at most
EQUALISER_TAPS = 257  # samples
LOW_CUT, HIGH_CUT = (20.0, 300.0), (3400.0, 7500.0)  # Hz, down to a telephone's band
FILTER_ORDER = 6
SPEED = (0.87, 1.15)  # factor for tempo and pitch together, as by resampling
TEMPO = (0.85, 1.15)  # factor, pitch unchanged
PITCH = (-2.5, 2.5)  # semitones, tempo unchanged
STRETCH_FRAME = 512  # samples of the phase vocoder; longer frames blur consonants
# libsndfile's scale from good to bad: MP3 of about 110 to 25 kbit/s at 16 kHz mono.
MP3_COMPRESSION = (0.3, 0.9)
WHITE_NOISE_PROBABILITY = 0.35  # instead of a recorded noise
IMPULSE_RESPONSES = "rir"  # the sub-folder that holds room impulse responses

# Probability of each change to an augmented recording, in the order in which they are made.
PROBABILITIES = {
    "voice": 0.3,
    "reverberate": 0.35,
    "add_noise": 0.6,
    "equalise": 0.3,
    "limit_band": 0.15,
    "amplify": 0.3,
    "compress": 0.15,
}


@dataclass(frozen=True)
class NoiseBank:
    """Background sounds and room impulse responses to augment with.

    Attributes:
        noises: waveforms of any length and level.
        impulse_responses: waveforms that begin with the direct sound, at 1.
    """

    noises: Sequence[np.ndarray] = ()
    impulse_responses: Sequence[np.ndarray] = ()


def load_noise_bank(folder: Path) -> NoiseBank:
    """Read background sounds from a folder, and impulse responses from its sub-folder `rir`.

    Raises:
        SerError: the folder does not exist or holds no audio.
    """
    noises, impulse_responses = [], []
    for path in audio_files(folder):
        if IMPULSE_RESPONSES in path.relative_to(folder).parts:
            impulse_responses.append(_from_direct_sound(decode(path)))
        else:
            noises.append(decode(path))
    return NoiseBank(noises, impulse_responses)


def augment_clip(clip: Clip, change: Callable[[np.ndarray], np.ndarray]) -> Clip:
    """Apply a change to a clip: scaled to full scale before it, normalised after it."""
    waveform = clip.waveform / np.abs(clip.waveform).max()
    return replace(clip, waveform=normalise(change(waveform)))


def augment(
    waveform: np.ndarray, rng: np.random.Generator, noise_bank: NoiseBank = NoiseBank()
) -> np.ndarray:
    """Apply each change of PROBABILITIES with its probability, from voice to room to codec."""
    steps = {
        "voice": lambda w: change_voice(w, rng),
        "reverberate": lambda w: reverberate(w, _choose(noise_bank.impulse_responses, rng)),
        "add_noise": lambda w: add_noise(
            w, background(noise_bank.noises, len(w), rng), rng.uniform(*SNR)
        ),
        "equalise": lambda w: equalise(
            w, rng.uniform(-EQUALISER_GAIN, EQUALISER_GAIN, len(EQUALISER_BANDS))
        ),
        "limit_band": lambda w: limit_band(w, rng.uniform(*LOW_CUT), rng.uniform(*HIGH_CUT)),
        "amplify": lambda w: amplify(w, rng.uniform(*GAIN)),
        "compress": lambda w: compress(w, rng.uniform(*MP3_COMPRESSION)),
    }
    for name, probability in PROBABILITIES.items():
        if rng.random() < probability:
            waveform = steps[name](waveform)
    return waveform


def change_voice(waveform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Change tempo and pitch together, tempo alone or pitch alone, by a random amount."""
    change, amounts = [(speed, SPEED), (tempo, TEMPO), (pitch, PITCH)][rng.integers(3)]
    changed = change(waveform, rng.uniform(*amounts))
    return librosa.util.fix_length(changed, size=len(waveform))


def speed(waveform: np.ndarray, factor: float) -> np.ndarray:
    """Change tempo and pitch by a factor, above 1 is faster and higher; the length changes."""
    rate = round(SAMPLING_RATE / factor)
    return soxr.resample(waveform, SAMPLING_RATE, rate).astype(np.float32)


def tempo(waveform: np.ndarray, factor: float) -> np.ndarray:
    """Change the tempo by a factor, above 1 is faster, at the same pitch; the length changes."""
    changed = librosa.effects.time_stretch(waveform, rate=factor, n_fft=STRETCH_FRAME)
    return changed.astype(np.float32)


def pitch(waveform: np.ndarray, semitones: float) -> np.ndarray:
    """Raise or lower the pitch at the same tempo."""
    changed = librosa.effects.pitch_shift(
        waveform, sr=SAMPLING_RATE, n_steps=semitones, n_fft=STRETCH_FRAME
    )
    return changed.astype(np.float32)


def reverberate(waveform: np.ndarray, impulse_response: np.ndarray | None) -> np.ndarray:
    """Convolve with a room's impulse response; None leaves the waveform unchanged."""
    if impulse_response is None:
        return waveform
    return signal.oaconvolve(waveform, impulse_response)[: len(waveform)].astype(np.float32)


def add_noise(waveform: np.ndarray, noise: np.ndarray, snr: float) -> np.ndarray:
    """Add noise of the waveform's length at a signal-to-noise ratio in dB."""
    power, noise_power = np.mean(np.square(waveform)), np.mean(np.square(noise))
    scale = np.sqrt(power / max(noise_power, np.finfo(np.float32).tiny)) * 10 ** (-snr / 20)
    return (waveform + scale * noise).astype(np.float32)


def equalise(waveform: np.ndarray, gains: Sequence[float]) -> np.ndarray:
    """Change each of EQUALISER_BANDS by a gain in dB, interpolated between them."""
    nyquist = SAMPLING_RATE / 2
    frequencies = np.concatenate([[0], EQUALISER_BANDS, [nyquist]]) / nyquist
    magnitudes = 10 ** (np.concatenate([gains[:1], gains, gains[-1:]]) / 20)
    taps = signal.firwin2(EQUALISER_TAPS, frequencies, magnitudes)
    return signal.oaconvolve(waveform, taps, mode="same").astype(np.float32)


def limit_band(waveform: np.ndarray, low: float, high: float) -> np.ndarray:
    """Apply a band-pass filter between two frequencies in Hz."""
    band = signal.butter(FILTER_ORDER, (low, high), "bandpass", fs=SAMPLING_RATE, output="sos")
    return signal.sosfilt(band, waveform).astype(np.float32)


def amplify(waveform: np.ndarray, gain: float) -> np.ndarray:
    """Scale the peak to a gain in dB relative to full scale; above 0 the waveform is clipped."""
    peak = max(float(np.abs(waveform).max()), np.finfo(np.float32).tiny)
    return np.clip(waveform * (10 ** (gain / 20) / peak), -1, 1).astype(np.float32)


def compress(waveform: np.ndarray, compression: float) -> np.ndarray:
    """Encode as MP3 and decode again; compression 0 (best) to 1, libsndfile's scale."""
    file = io.BytesIO()
    soundfile.write(
        file,
        np.clip(waveform, -1, 1),
        SAMPLING_RATE,
        format="MP3",
        bitrate_mode="CONSTANT",
        compression_level=compression,
    )
    file.seek(0)
    decoded, _ = soundfile.read(file, dtype="float32")
    return librosa.util.fix_length(decoded, size=len(waveform))


def _choose(sounds: Sequence[np.ndarray], rng: np.random.Generator) -> np.ndarray | None:
    return sounds[rng.integers(len(sounds))] if sounds else None


def background(
    sounds: Sequence[np.ndarray], n_samples: int, rng: np.random.Generator
) -> np.ndarray:
    """Return n_samples of a random sound, repeated where it is short, or of white noise."""
    if not sounds or rng.random() < WHITE_NOISE_PROBABILITY:
        return rng.standard_normal(n_samples, dtype=np.float32)
    sound = _choose(sounds, rng)
    return sound.take(np.arange(n_samples) + rng.integers(len(sound)), mode="wrap")


def _from_direct_sound(response: np.ndarray) -> np.ndarray:
    """Cut off what precedes the direct sound, so that speech is not delayed; scale it to 1."""
    direct = int(np.abs(response).argmax())
    return response[direct:] / response[direct]
