"""Short cuts of a voice: around its loudest part, repeatable, in generated rooms and noise."""

import numpy as np
import pytest
import soundfile
from voices import speech_like

from ser.audio.clip import SAMPLING_RATE
from ser.training import augmentation, generated_sounds, rooms, short_cuts

SHORTEST, LONGEST = (int(duration * SAMPLING_RATE) for duration in short_cuts.DURATION)
N_ROOMS = 3


@pytest.fixture(autouse=True)
def few_rooms(monkeypatch):
    monkeypatch.setattr(rooms, "N_ROOMS", N_ROOMS)
    monkeypatch.setattr(generated_sounds, "SOUNDS_PER_KIND", 2)


@pytest.fixture
def unchanged(monkeypatch):
    """Leave the channel as it is; return the noise banks that it would be changed with."""
    noise_banks = []

    def change_channel(waveform, rng, noise_bank):
        noise_banks.append(noise_bank)
        return waveform

    monkeypatch.setattr(augmentation, "change_channel", change_channel)
    return noise_banks


@pytest.fixture
def recordings(tmp_path):
    paths = [tmp_path / f"{seed}.wav" for seed in range(8)]
    for seed, path in enumerate(paths):
        soundfile.write(path, speech_like(2.0, seed, SAMPLING_RATE), SAMPLING_RATE)
    return paths


def test_a_recording_is_cut_in_the_same_way_each_time(recordings):
    first, again, other = (short_cuts.short_cuts(seed) for seed in (0, 0, 1))
    assert first.name == again.name != other.name
    waveforms = [
        [augmentation.load(path).waveform for path in recordings]
        for augmentation in (first, again, other)
    ]
    for cut, same, of_other in zip(*waveforms, strict=True):
        assert np.isfinite(cut).all() and cut.std() == pytest.approx(1, abs=1e-3)
        assert np.array_equal(cut, same)
        assert cut.shape != of_other.shape


def test_noise_and_rooms_are_generated(unchanged):
    for seed in (0, 0, 1):
        short_cuts.short_cuts(seed).change(np.ones(LONGEST), np.random.default_rng(0))
    first, again, other = unchanged
    generated = [sound for _, sound in generated_sounds.generate(0)]
    assert all(map(np.array_equal, first.noises, generated))
    assert len(first.noises) == len(generated) and len(first.impulse_responses) == N_ROOMS
    assert all(map(np.array_equal, first.impulse_responses, again.impulse_responses))
    assert not any(map(np.array_equal, first.impulse_responses, other.impulse_responses))


# Near the beginning, in the middle and near the end.
@pytest.mark.parametrize("peak", [0.02, 0.5, 0.999])
def test_short_cuts_are_of_the_loudest_part(unchanged, peak):
    rng = np.random.default_rng(0)
    waveform = 0.5 * rng.uniform(-1, 1, 3 * SAMPLING_RATE).astype(np.float32)
    waveform[int(peak * len(waveform))] = -1.0
    change, lengths, positions = short_cuts.short_cuts(0).change, [], set()
    for seed in range(40):
        cut = change(waveform, np.random.default_rng(seed))
        assert SHORTEST <= len(cut) <= LONGEST
        [position] = np.flatnonzero(cut == -1.0)
        start = int(peak * len(waveform)) - position
        assert np.array_equal(cut, waveform[start : start + len(cut)])
        lengths.append(len(cut))
        positions.add(int(position))
    assert max(lengths) - min(lengths) > (LONGEST - SHORTEST) / 2
    assert len(positions) > (10 if peak == 0.5 else 1)


def test_a_recording_shorter_than_a_cut_keeps_its_loudest_part(unchanged):
    waveform = np.full(SHORTEST - 100, 0.1, np.float32)
    waveform[10] = 1.0
    change = short_cuts.short_cuts(0).change
    for seed in range(10):
        cut = change(waveform, np.random.default_rng(seed))
        assert cut.max() == 1.0 and len(cut) <= len(waveform)
