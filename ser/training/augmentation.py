"""Changes to a recording that keep its emotion: other rooms, microphones, lines and voices.

Every change takes and returns a waveform of float32, shape (samples,), mono 16 kHz, full scale 1,
and keeps its length where it does not say otherwise. Chance comes from a `numpy.random.Generator`
alone, so a seed repeats it. The sound processing itself is left to SciPy, soxr, librosa and
libsndfile.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import librosa
import numpy as np
import soundfile
import soxr
from scipy import signal

from ser.audio.formats import audio_files
from ser.audio.loading import SAMPLING_RATE, decode

SNR = (5.0, 40.0)  # dB, speech against noise
GAIN = (-20.0, 9.0)  # dB, peak against full scale; what rises above it is clipped
EQUALISER_BANDS = (125, 250, 500, 1000, 2000, 4000)  # Hz
EQUALISER_GAIN = 8.0  # dB up or down at most
EQUALISER_TAPS = 257  # samples
LOW_CUT, HIGH_CUT = (20.0, 300.0), (3400.0, 7500.0)  # Hz, from a telephone's band to nearly all
FILTER_ORDER = 6
SPEED = (0.87, 1.15)  # tempo and pitch together, as a tape would
TEMPO = (0.85, 1.15)  # pitch kept
PITCH = (-2.5, 2.5)  # semitones, tempo kept
STRETCH_FRAME = 512  # samples; short frames keep consonants sharp
# libsndfile's scale from good to bad: MP3 of about 110 to 25 kbit/s at 16 kHz mono.
MP3_COMPRESSION = (0.3, 0.9)
WHITE_SHARE = 0.35  # of the noises are white rather than recorded
RESPONSES = "rir"  # the sub-folder that holds room responses

# How often each change is made to an augmented recording, in this order.
CHANCES = {
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
    """Where a voice may be heard: background sounds and room responses, waveforms as above."""

    noises: Sequence[np.ndarray] = ()
    impulse_responses: Sequence[np.ndarray] = ()


def load_noise_bank(folder: Path) -> NoiseBank:
    """Read background sounds from a folder, and room responses from its sub-folder `rir`.

    Raises:
        SerError: the folder does not exist or holds no audio.
    """
    sounds = audio_files(folder)
    in_room = [RESPONSES in path.relative_to(folder).parts for path in sounds]
    return NoiseBank(
        noises=[decode(p) for p, room in zip(sounds, in_room, strict=True) if not room],
        impulse_responses=[
            _from_direct_sound(decode(p)) for p, r in zip(sounds, in_room, strict=True) if r
        ],
    )


def augment(
    waveform: np.ndarray, rng: np.random.Generator, around: NoiseBank = NoiseBank()
) -> np.ndarray:
    """Make each change of CHANCES with its chance, in the order sound takes to a listener."""
    steps = {
        "voice": lambda w: change_voice(w, rng),
        "reverberate": lambda w: reverberate(w, _pick(around.impulse_responses, rng)),
        "add_noise": lambda w: add_noise(
            w, background(around.noises, len(w), rng), rng.uniform(*SNR)
        ),
        "equalise": lambda w: equalise(
            w, rng.uniform(-EQUALISER_GAIN, EQUALISER_GAIN, len(EQUALISER_BANDS))
        ),
        "limit_band": lambda w: limit_band(w, rng.uniform(*LOW_CUT), rng.uniform(*HIGH_CUT)),
        "amplify": lambda w: amplify(w, rng.uniform(*GAIN)),
        "compress": lambda w: compress(w, rng.uniform(*MP3_COMPRESSION)),
    }
    for name, chance in CHANCES.items():
        if rng.random() < chance:
            waveform = steps[name](waveform)
    return waveform


def change_voice(waveform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Change tempo and pitch together, tempo alone or pitch alone, by a random amount."""
    change, amounts = [(speed, SPEED), (tempo, TEMPO), (pitch, PITCH)][rng.integers(3)]
    changed = change(waveform, rng.uniform(*amounts))
    return librosa.util.fix_length(changed, size=len(waveform))


def speed(waveform: np.ndarray, factor: float) -> np.ndarray:
    """Play faster (above 1) or slower, pitch and all; the length changes."""
    rate = round(SAMPLING_RATE / factor)
    return soxr.resample(waveform, SAMPLING_RATE, rate).astype(np.float32)


def tempo(waveform: np.ndarray, factor: float) -> np.ndarray:
    """Speak faster (above 1) or slower at the same pitch; the length changes."""
    changed = librosa.effects.time_stretch(waveform, rate=factor, n_fft=STRETCH_FRAME)
    return changed.astype(np.float32)


def pitch(waveform: np.ndarray, semitones: float) -> np.ndarray:
    """Raise or lower the pitch at the same tempo."""
    changed = librosa.effects.pitch_shift(
        waveform, sr=SAMPLING_RATE, n_steps=semitones, n_fft=STRETCH_FRAME
    )
    return changed.astype(np.float32)


def reverberate(waveform: np.ndarray, response: np.ndarray | None) -> np.ndarray:
    """Put the voice in the room whose response is given; None is a room without echo."""
    if response is None:
        return waveform
    return signal.oaconvolve(waveform, response)[: len(waveform)].astype(np.float32)


def add_noise(waveform: np.ndarray, noise: np.ndarray, snr: float) -> np.ndarray:
    """Add noise of the waveform's length at a signal-to-noise ratio in dB, by their powers."""
    power, noise_power = np.mean(np.square(waveform)), np.mean(np.square(noise))
    scale = np.sqrt(power / max(noise_power, np.finfo(np.float32).tiny)) * 10 ** (-snr / 20)
    return (waveform + scale * noise).astype(np.float32)


def equalise(waveform: np.ndarray, gains: Sequence[float]) -> np.ndarray:
    """Raise or lower each of EQUALISER_BANDS by a gain in dB, smoothly between them."""
    nyquist = SAMPLING_RATE / 2
    frequencies = np.concatenate([[0], EQUALISER_BANDS, [nyquist]]) / nyquist
    magnitudes = 10 ** (np.concatenate([gains[:1], gains, gains[-1:]]) / 20)
    taps = signal.firwin2(EQUALISER_TAPS, frequencies, magnitudes)
    return signal.oaconvolve(waveform, taps, mode="same").astype(np.float32)


def limit_band(waveform: np.ndarray, low: float, high: float) -> np.ndarray:
    """Keep only what lies between two frequencies in Hz."""
    band = signal.butter(FILTER_ORDER, (low, high), "bandpass", fs=SAMPLING_RATE, output="sos")
    return signal.sosfilt(band, waveform).astype(np.float32)


def amplify(waveform: np.ndarray, gain: float) -> np.ndarray:
    """Bring the peak to a gain in dB against full scale; above 0 a microphone clips."""
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


def _pick(sounds: Sequence[np.ndarray], rng: np.random.Generator) -> np.ndarray | None:
    return sounds[rng.integers(len(sounds))] if sounds else None


def background(sounds: Sequence[np.ndarray], samples: int, rng: np.random.Generator) -> np.ndarray:
    """Return so much of one of the sounds, repeated where it is short, or white noise."""
    if not sounds or rng.random() < WHITE_SHARE:
        return rng.standard_normal(samples, dtype=np.float32)
    sound = _pick(sounds, rng)
    return sound.take(np.arange(samples) + rng.integers(len(sound)), mode="wrap")


def _from_direct_sound(response: np.ndarray) -> np.ndarray:
    """Cut what precedes the direct sound, so that speech is not delayed, and set its peak to 1."""
    direct = int(np.abs(response).argmax())
    return response[direct:] / response[direct]
