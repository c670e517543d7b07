"""Simulated rooms: what is reverberant, how far away, and repeatable."""

import itertools

import numpy as np
import pytest

from ser.audio.clip import SAMPLING_RATE
from ser.training import rooms
from ser.training.augmentation import NoiseBank


def simulated(seed, reverberation_time, distance, number=6):
    rng = np.random.default_rng(seed)
    return list(itertools.islice(rooms.simulate(rng, reverberation_time, distance), number))


def decay_time(response):
    """Seconds until the energy still to come has fallen by 60 dB, from -5 to -25 dB (ISO 3382)."""
    remaining = np.cumsum(response[::-1].astype(float) ** 2)[::-1]
    level = 10 * np.log10(remaining / remaining[0])
    return 3 * (np.argmax(level < -25) - np.argmax(level < -5)) / SAMPLING_RATE


def direct_to_reverberant(response):
    """Energy of the first 5 ms over that of the rest, dB."""
    early = SAMPLING_RATE // 200
    energy = response.astype(float) ** 2
    return 10 * np.log10(energy[:early].sum() / energy[early:].sum())


def test_responses_begin_with_the_direct_sound():
    for response in simulated(0, (0.15, 0.9), (0.3, 3.0)):
        assert response.dtype == np.float32 and np.isfinite(response).all()
        assert response[0] == 1 and np.abs(response).max() == 1


@pytest.mark.parametrize("time", [0.3, 0.6])
def test_reverberation_is_near_that_asked_for(time):
    times = [decay_time(response) for response in simulated(1, (time, time), (0.5, 2.0))]
    assert 0.7 * time < np.median(times) < 1.7 * time


def test_what_is_further_away_is_more_reverberant():
    near, far = (
        np.median([direct_to_reverberant(r) for r in simulated(2, (0.5, 0.5), (d, d))])
        for d in (0.3, 2.0)
    )
    assert near > far + 5


def test_the_same_seed_gives_the_same_rooms():
    first, again = (simulated(3, (0.2, 0.6), (0.5, 2.0), 3) for _ in range(2))
    other = simulated(4, (0.2, 0.6), (0.5, 2.0), 3)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_simulated_rooms_are_added_to_recorded_ones(tmp_path, monkeypatch):
    monkeypatch.setattr(rooms, "N_ROOMS", 3)
    recorded = np.ones(1, np.float32)
    recorded_bank = NoiseBank([recorded], [recorded])
    monkeypatch.setattr(rooms, "load_noise_bank", {tmp_path: recorded_bank}.get)
    bank = rooms.training_noise_bank(tmp_path, 0)
    assert len(bank.noises) == 1 and len(bank.impulse_responses) == 4
    assert len(rooms.training_noise_bank(None, 0).impulse_responses) == 3
