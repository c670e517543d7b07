"""Sounds without a voice, generated: what the voice detector learns from beside the voices.

Nothing here is a recording, so recorded noise can test what was learned.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import librosa
import numpy as np
from scipy import signal
from tqdm import tqdm

from ser.audio import loading
from ser.audio.loading import SAMPLING_RATE
from ser.errors import SerError
from ser.models.encoder import Encoder
from ser.training import augmentation
from ser.training.embedding import Alteration

EACH = 30  # sounds of a kind
SHORTEST, LONGEST = 1.0, 4.0  # s
PEAK = 0.5  # full scale is 1
SEMITONE = 2 ** (1 / 12)

Random = np.random.Generator


@dataclass(frozen=True)
class Sounds:
    """Sounds as an encoder hears them.

    Attributes:
        embeddings: shape (n, ...).
        kinds: shape (n,), of KINDS.
    """

    embeddings: np.ndarray
    kinds: np.ndarray

    @classmethod
    def embed(cls, encoder: Encoder, seed: int) -> "Sounds":
        """Generate EACH sounds of each kind and embed them; too short ones are left out."""
        embeddings, kinds = [], []
        for kind, waveform in tqdm(list(generate(seed)), "Sounds", unit="sound"):
            try:
                clip = loading.load((SAMPLING_RATE, waveform))
            except SerError:
                continue
            embeddings.append(encoder.embed([clip])[0].astype(np.float16))
            kinds.append(kind)
        return cls(np.array(embeddings), np.array(kinds))

    def fold(self, number: int, folds: int) -> np.ndarray:
        """Tell which sounds are of the fold's kinds, no other fold's: bool, shape (n,)."""
        return np.isin(self.kinds, list(KINDS)[number::folds])


def in_noise(seed: int) -> Alteration:
    """Return what puts generated sounds, of all kinds and white noise, behind a voice.

    So a classifier learns from recordings of one quiet studio what a voice is like elsewhere.
    """
    behind = [sound for _, sound in generate(seed)]

    def change(waveform: np.ndarray, random: Random) -> np.ndarray:
        noise = augmentation.background(behind, len(waveform), random)
        return augmentation.add_noise(waveform, noise, random.uniform(*augmentation.SNR))

    return Alteration(f"in noise {seed}", change)


def generate(seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """Yield EACH sounds of each kind, with it: float32 mono at 16 kHz, 1 to 4 s long."""
    random = np.random.default_rng(seed)
    for kind, make in KINDS.items():
        for _ in range(EACH):
            sound = make(int(random.uniform(SHORTEST, LONGEST) * SAMPLING_RATE), random)
            yield kind, (PEAK * sound / np.abs(sound).max()).astype(np.float32)


def _noise(samples: int, random: Random) -> np.ndarray:
    """Noise whose power falls with frequency, from white over pink to brown."""
    spectrum = np.fft.rfft(random.standard_normal(samples))
    frequencies = np.maximum(np.fft.rfftfreq(samples), 1 / samples)
    return np.fft.irfft(spectrum * frequencies ** -random.uniform(0, 1), samples)


def _band(samples: int, random: Random) -> np.ndarray:
    low = random.uniform(60, 3000)
    band = signal.butter(2, (low, low * random.uniform(1.3, 2.5)), "band", fs=SAMPLING_RATE)
    return signal.lfilter(*band, _noise(samples, random))


def _gusts(samples: int, random: Random) -> np.ndarray:
    swell = np.sin(np.linspace(0, random.uniform(3, 60), samples))
    return _noise(samples, random) * (1 + random.uniform(0.3, 1) * swell)


def _crackle(samples: int, random: Random) -> np.ndarray:
    strikes = random.random(samples) < random.uniform(2, 60) / SAMPLING_RATE
    strikes[0] = True
    decay = np.exp(-np.arange(2000) / random.uniform(30, 600)) * random.standard_normal(2000)
    return signal.fftconvolve(strikes * random.standard_normal(samples), decay)[:samples]


def _tone(samples: int, random: Random) -> np.ndarray:
    return librosa.tone(random.uniform(50, 4000), sr=SAMPLING_RATE, length=samples)


def _hum(samples: int, random: Random) -> np.ndarray:
    return _harmonic(random.uniform(50, 500), samples, random.integers(3, 12))


def _beeps(samples: int, random: Random) -> np.ndarray:
    times = np.arange(0, samples / SAMPLING_RATE, random.uniform(0.15, 0.8))
    return librosa.clicks(
        times=times,
        sr=SAMPLING_RATE,
        click_freq=random.uniform(300, 3000),
        click_duration=random.uniform(0.05, 0.3),
        length=samples,
    )


def _siren(samples: int, random: Random) -> np.ndarray:
    low, high = random.uniform(100, 600), random.uniform(700, 6000)
    rising = librosa.chirp(fmin=low, fmax=high, sr=SAMPLING_RATE, length=samples)
    return rising[:: random.choice([-1, 1])]


def _chord(samples: int, random: Random) -> np.ndarray:
    root = random.uniform(80, 400)
    steps = random.choice(12, 3, replace=False)
    return sum(_harmonic(root * SEMITONE**step, samples, 6) for step in steps)


def _melody(samples: int, random: Random) -> np.ndarray:
    tune, begin = np.zeros(samples), 0
    while begin < samples:
        length = min(int(random.uniform(0.1, 0.5) * SAMPLING_RATE), samples - begin)
        note = _harmonic(110 * SEMITONE ** random.integers(36), length, 4)
        tune[begin : begin + length] = note * np.exp(-np.linspace(0, 3, length))
        begin += length
    return tune + 0.02 * _noise(samples, random)


def _harmonic(fundamental: float, samples: int, overtones: int) -> np.ndarray:
    tones = [
        librosa.tone(fundamental * order, sr=SAMPLING_RATE, length=samples) / order
        for order in range(1, overtones + 1)
        if fundamental * order < SAMPLING_RATE / 2
    ]
    return np.sum(tones, axis=0)


KINDS: dict[str, Callable[[int, Random], np.ndarray]] = {
    "noise": _noise,
    "band": _band,
    "gusts": _gusts,
    "crackle": _crackle,
    "tone": _tone,
    "hum": _hum,
    "beeps": _beeps,
    "siren": _siren,
    "chord": _chord,
    "melody": _melody,
}
