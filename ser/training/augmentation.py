"""Random augmentation that preserves emotion: rooms, microphones, telephones, codecs and voices.

All functions take and return waveforms as those of effects.py do. All random values come from a
`numpy.random.Generator`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import librosa
import numpy as np

from ser.audio.clip import Clip, normalise
from ser.audio.formats import audio_files
from ser.audio.loading import decode
from ser.training import effects
from ser.training.effects import EQUALISER_BANDS, excerpt, from_direct_sound

SNR = (5.0, 40.0)  # dB, signal-to-noise ratio
GAIN = (-20.0, 9.0)  # dB, peak relative to full scale; above it the waveform is clipped
EQUALISER_GAIN = 8.0  # dB up or down at most
LOW_CUT, HIGH_CUT = (20.0, 300.0), (3400.0, 7500.0)  # Hz, down to a telephone's band
SPEED = (0.87, 1.15)  # factor for tempo and pitch together, as by resampling
TEMPO = (0.85, 1.15)  # factor, pitch unchanged
PITCH = (-2.5, 2.5)  # semitones, tempo unchanged
# libsndfile's scale from good to bad: MP3 of about 110 to 25 kbit/s at 16 kHz mono.
MP3_COMPRESSION = (0.3, 0.9)
WHITE_NOISE_PROBABILITY = 0.35  # instead of a recorded noise
IMPULSE_RESPONSES = "rir"  # the sub-folder that holds room impulse responses
TEST_EVERY = 3  # one file in so many, by name, is kept for tests and never trained with

# Probability of each change to an augmented recording, in the order in which they are made.
PROBABILITIES = {
    "reverberate": 0.5,
    "add_noise": 0.6,
    "equalise": 0.3,
    "limit_band": 0.2,
    "amplify": 0.3,
    "compress": 0.15,
}
VOICE_PROBABILITY = 0.3  # that the voice is changed before


@dataclass(frozen=True)
class NoiseBank:
    """Background sounds and room impulse responses to augment with.

    Attributes:
        noises: waveforms of any length and level.
        impulse_responses: waveforms that begin with the direct sound, at 1.
    """

    noises: Sequence[np.ndarray] = ()
    impulse_responses: Sequence[np.ndarray] = ()


def load_noise_bank(folder: Path, test: bool = False) -> NoiseBank:
    """Read background sounds from a folder, and impulse responses from its sub-folder `rir`.

    Args:
        test: read the files that are kept for tests (TEST_EVERY), instead of all others.

    Raises:
        SerError: the folder does not exist or holds no audio.
    """
    noises, impulse_responses = [], []
    for number, path in enumerate(sorted(audio_files(folder))):
        if (number % TEST_EVERY == 0) != test:
            continue
        if IMPULSE_RESPONSES in path.relative_to(folder).parts:
            impulse_responses.append(from_direct_sound(decode(path)))
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
    """Change the voice, with VOICE_PROBABILITY, then what lies between it and the recording."""
    if rng.random() < VOICE_PROBABILITY:
        waveform = change_voice(waveform, rng)
    return change_channel(waveform, rng, noise_bank)


def change_channel(
    waveform: np.ndarray, rng: np.random.Generator, noise_bank: NoiseBank = NoiseBank()
) -> np.ndarray:
    """Apply each change of PROBABILITIES with its probability, from room to codec."""
    steps = {
        "reverberate": lambda w: effects.reverberate(w, _choose(noise_bank.impulse_responses, rng)),
        "add_noise": lambda w: effects.add_noise(
            w, background(noise_bank.noises, len(w), rng), rng.uniform(*SNR)
        ),
        "equalise": lambda w: effects.equalise(
            w, rng.uniform(-EQUALISER_GAIN, EQUALISER_GAIN, len(EQUALISER_BANDS))
        ),
        "limit_band": lambda w: effects.limit_band(
            w, rng.uniform(*LOW_CUT), rng.uniform(*HIGH_CUT)
        ),
        "amplify": lambda w: effects.amplify(w, rng.uniform(*GAIN)),
        "compress": lambda w: effects.compress(w, rng.uniform(*MP3_COMPRESSION)),
    }
    for name, probability in PROBABILITIES.items():
        if rng.random() < probability:
            waveform = steps[name](waveform)
    return waveform


def change_voice(waveform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Change tempo and pitch together, tempo alone or pitch alone, by a random amount."""
    change, amounts = [
        (effects.speed, SPEED),
        (effects.tempo, TEMPO),
        (effects.pitch, PITCH),
    ][rng.integers(3)]
    changed = change(waveform, rng.uniform(*amounts))
    return librosa.util.fix_length(changed, size=len(waveform))


def _choose(sounds: Sequence[np.ndarray], rng: np.random.Generator) -> np.ndarray | None:
    return sounds[rng.integers(len(sounds))] if sounds else None


def background(
    sounds: Sequence[np.ndarray], n_samples: int, rng: np.random.Generator
) -> np.ndarray:
    """Return n_samples of a random sound, repeated where it is short, or of white noise."""
    if not sounds or rng.random() < WHITE_NOISE_PROBABILITY:
        return rng.standard_normal(n_samples, dtype=np.float32)
    return excerpt(_choose(sounds, rng), n_samples, rng)
