"""Short pieces of speech in rooms and noise, from which the voice detector learns.

Nothing else here is recorded, so recorded rooms and noise can serve as test data.
"""

from dataclasses import replace

import numpy as np

from ser.audio.clip import SAMPLING_RATE
from ser.training import augmentation, rooms
from ser.training.embedding import Augmentation
from ser.training.generated_sounds import generate

DURATION = (0.35, 1.5)  # s


def short_cuts(seed: int) -> Augmentation:
    """Return the augmentation that keeps DURATION around the peak, its channel changed."""
    noises = [sound for _, sound in generate(seed)]
    noise_bank = replace(rooms.training_noise_bank(None, seed), noises=noises)

    def change(waveform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        n_samples = int(rng.uniform(*DURATION) * SAMPLING_RATE)
        last = max(0, len(waveform) - n_samples)
        start = np.clip(np.abs(waveform).argmax() - rng.integers(n_samples), 0, last)
        cut = waveform[start : start + n_samples]
        return augmentation.change_channel(cut, rng, noise_bank)

    return Augmentation(f"short cuts {seed}", change)
