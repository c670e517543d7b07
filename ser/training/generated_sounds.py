"""Sounds without a voice: negative examples for the voice detector, most of them generated."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import librosa
import numpy as np
from scipy import signal
from tqdm import tqdm

from ser.audio import loading
from ser.audio.clip import SAMPLING_RATE
from ser.errors import SerError
from ser.models.encoder import Encoder

SOUNDS_PER_KIND = 30
MIN_DURATION, MAX_DURATION = 1.0, 4.0  # s
PEAK = 0.5  # full scale is 1
RECORDED = "recorded"  # kind of the sounds that are not generated
PIECE = 4 * SAMPLING_RATE  # samples of a recorded sound that are embedded at a time
SEMITONE = 2 ** (1 / 12)  # ratio of frequencies

Rng = np.random.Generator


@dataclass(frozen=True)
class Sounds:
    """Embeddings that the voice detector is fitted to beside the clips of corpora.

    Attributes:
        embeddings: of generated and recorded sounds, shape (n, ...).
        kinds: keys of KINDS, or RECORDED, shape (n,).
        speech: of short pieces of unlabelled speech, shape (m, ...).
    """

    embeddings: np.ndarray
    kinds: np.ndarray
    speech: np.ndarray

    @classmethod
    def embed(
        cls,
        encoder: Encoder,
        speech: np.ndarray,
        seed: int,
        recorded: Sequence[np.ndarray] = (),
    ) -> "Sounds":
        """Embed SOUNDS_PER_KIND generated sounds of each kind, and pieces of recorded ones.

        Those that preprocessing rejects, as silent, are left out.

        Args:
            speech: see `Sounds`.
            recorded: waveforms at 16 kHz.
        """
        sounds = [
            *generate(seed),
            *((RECORDED, piece) for waveform in recorded for piece in pieces(waveform)),
        ]
        embeddings, kinds = [], []
        for kind, waveform in tqdm(sounds, "Sounds", unit="sound"):
            try:
                clip = loading.load((SAMPLING_RATE, waveform))
            except SerError:
                continue
            embeddings.append(encoder.embed([clip])[0].astype(np.float16))
            kinds.append(kind)
        return cls(np.array(embeddings), np.array(kinds), speech)

    def subset(self, rows: np.ndarray) -> "Sounds":
        """Return some of the sounds, by bool (n,)."""
        return Sounds(self.embeddings[rows], self.kinds[rows], self.speech)

    def select_layers(self, layers: Sequence[int]) -> "Sounds":
        """Return the embeddings of some of the layers."""
        return Sounds(self.embeddings[:, layers], self.kinds, self.speech[:, layers])

    def fold(self, number: int, folds: int) -> np.ndarray:
        """Return which sounds are in a fold, bool (n,); no kind is in two of the `folds` folds.

        Recorded sounds are in none.
        """
        return np.isin(self.kinds, list(KINDS)[number::folds])


def pieces(waveform: np.ndarray) -> list[np.ndarray]:
    """Split a waveform at 16 kHz into pieces of about 4 s."""
    return np.array_split(waveform, max(1, round(len(waveform) / PIECE)))


def generate(seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """Yield kind and waveform of SOUNDS_PER_KIND sounds of each kind.

    Waveforms are float32, mono, 16 kHz, 1 to 4 s long.
    """
    rng = np.random.default_rng(seed)
    for kind, make in KINDS.items():
        for _ in range(SOUNDS_PER_KIND):
            sound = make(int(rng.uniform(MIN_DURATION, MAX_DURATION) * SAMPLING_RATE), rng)
            yield kind, (PEAK * sound / np.abs(sound).max()).astype(np.float32)


def _noise(n_samples: int, rng: Rng) -> np.ndarray:
    """Generate noise between white and brown, by a random slope of its power spectrum."""
    spectrum = np.fft.rfft(rng.standard_normal(n_samples))
    frequencies = np.maximum(np.fft.rfftfreq(n_samples), 1 / n_samples)
    return np.fft.irfft(spectrum * frequencies ** -rng.uniform(0, 1), n_samples)


def _band(n_samples: int, rng: Rng) -> np.ndarray:
    low = rng.uniform(60, 3000)
    band = signal.butter(2, (low, low * rng.uniform(1.3, 2.5)), "band", fs=SAMPLING_RATE)
    return signal.lfilter(*band, _noise(n_samples, rng))


def _gusts(n_samples: int, rng: Rng) -> np.ndarray:
    swell = np.sin(np.linspace(0, rng.uniform(3, 60), n_samples))
    return _noise(n_samples, rng) * (1 + rng.uniform(0.3, 1) * swell)


def _crackle(n_samples: int, rng: Rng) -> np.ndarray:
    strikes = rng.random(n_samples) < rng.uniform(2, 60) / SAMPLING_RATE
    strikes[0] = True
    decay = np.exp(-np.arange(2000) / rng.uniform(30, 600)) * rng.standard_normal(2000)
    return signal.fftconvolve(strikes * rng.standard_normal(n_samples), decay)[:n_samples]


def _tone(n_samples: int, rng: Rng) -> np.ndarray:
    return librosa.tone(rng.uniform(50, 4000), sr=SAMPLING_RATE, length=n_samples)


def _hum(n_samples: int, rng: Rng) -> np.ndarray:
    return _harmonic(rng.uniform(50, 500), n_samples, rng.integers(3, 12))


def _beeps(n_samples: int, rng: Rng) -> np.ndarray:
    times = np.arange(0, n_samples / SAMPLING_RATE, rng.uniform(0.15, 0.8))
    return librosa.clicks(
        times=times,
        sr=SAMPLING_RATE,
        click_freq=rng.uniform(300, 3000),
        click_duration=rng.uniform(0.05, 0.3),
        length=n_samples,
    )


def _siren(n_samples: int, rng: Rng) -> np.ndarray:
    low, high = rng.uniform(100, 600), rng.uniform(700, 6000)
    rising = librosa.chirp(fmin=low, fmax=high, sr=SAMPLING_RATE, length=n_samples)
    return rising[:: rng.choice([-1, 1])]


def _chord(n_samples: int, rng: Rng) -> np.ndarray:
    root = rng.uniform(80, 400)
    steps = rng.choice(12, 3, replace=False)
    return sum(_harmonic(root * SEMITONE**step, n_samples, 6) for step in steps)


def _melody(n_samples: int, rng: Rng) -> np.ndarray:
    tune, begin = np.zeros(n_samples), 0
    while begin < n_samples:
        length = min(int(rng.uniform(0.1, 0.5) * SAMPLING_RATE), n_samples - begin)
        note = _harmonic(110 * SEMITONE ** rng.integers(36), length, 4)
        tune[begin : begin + length] = note * np.exp(-np.linspace(0, 3, length))
        begin += length
    return tune + 0.02 * _noise(n_samples, rng)


def _harmonic(fundamental: float, n_samples: int, overtones: int) -> np.ndarray:
    tones = [
        librosa.tone(fundamental * order, sr=SAMPLING_RATE, length=n_samples) / order
        for order in range(1, overtones + 1)
        if fundamental * order < SAMPLING_RATE / 2
    ]
    return np.sum(tones, axis=0)


KINDS: dict[str, Callable[[int, Rng], np.ndarray]] = {
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
