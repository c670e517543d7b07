"""Simulated rooms: impulse responses by the image source method and ray tracing.

pyroomacoustics computes them (Scheibler et al. 2018, arXiv 1710.04196).
"""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyroomacoustics

from ser.audio.clip import SAMPLING_RATE
from ser.training.augmentation import NoiseBank, load_noise_bank
from ser.training.effects import from_direct_sound

N_ROOMS = 250  # that training draws from
REVERBERATION_TIME, DISTANCE = (0.15, 0.9), (0.3, 3.0)  # s and m, in training

SMALLEST, LARGEST = (2.5, 2.0, 2.2), (9.0, 7.0, 3.6)  # m: length, width, height
WALL_DISTANCE = 0.3  # m, of source and microphone from every wall, at least
MAX_IMAGE_ORDER = 8  # reflections by image sources; later ones by ray tracing

Bounds = tuple[float, float]


def training_noise_bank(folder: Path | None, seed: int) -> NoiseBank:
    """Return the noise bank of a folder, empty if None, and N_ROOMS simulated rooms."""
    noise_bank = load_noise_bank(folder) if folder else NoiseBank()
    rooms = simulate(np.random.default_rng(seed), REVERBERATION_TIME, DISTANCE)
    simulated = itertools.islice(rooms, N_ROOMS)
    return replace(noise_bank, impulse_responses=[*noise_bank.impulse_responses, *simulated])


def simulate(
    rng: np.random.Generator, reverberation_time: Bounds, distance: Bounds
) -> Iterator[np.ndarray]:
    """Yield impulse responses of random rooms, without end, as `NoiseBank` takes them.

    Args:
        reverberation_time: least and greatest RT60 by Sabine's formula, s.
        distance: the same of the source from the microphone, m.
    """
    while True:
        size = rng.uniform(SMALLEST, LARGEST)
        microphone, source = rng.uniform(WALL_DISTANCE, size - WALL_DISTANCE, (2, 3))
        direction = source - microphone
        source = microphone + direction * rng.uniform(*distance) / np.linalg.norm(direction)
        if not ((source > WALL_DISTANCE) & (source < size - WALL_DISTANCE)).all():
            continue
        try:
            absorption, order = pyroomacoustics.inverse_sabine(
                rng.uniform(*reverberation_time), size
            )
        except (
            ValueError
        ):  # even walls that absorb everything leave a room so large more reverberant
            continue
        pyroomacoustics.random.seed(int(rng.integers(2**31)))  # of the ray tracing
        room = pyroomacoustics.ShoeBox(
            size,
            fs=SAMPLING_RATE,
            materials=pyroomacoustics.Material(absorption),
            max_order=min(order, MAX_IMAGE_ORDER),
            ray_tracing=order > MAX_IMAGE_ORDER,
            air_absorption=True,
        )
        room.add_source(source)
        room.add_microphone(microphone)
        room.compute_rir()
        yield from_direct_sound(np.float32(room.rir[0][0]))
