"""Changes to a recording that keep its emotion."""

import numpy as np
import pytest
import soundfile

from ser.audio.loading import SAMPLING_RATE
from ser.errors import SerError
from ser.training import augmentation


@pytest.fixture
def voice():
    """A second and a half of something between a vowel and a siren, float32, peak 0.5."""
    time = np.arange(int(1.5 * SAMPLING_RATE)) / SAMPLING_RATE
    pitch = 2 * np.pi * (150 * time + 8 * np.sin(2 * np.pi * time))
    tone = sum(np.sin(k * pitch) / k for k in range(1, 30)) * (1 + np.sin(2 * np.pi * 4 * time))
    return (0.5 * tone / np.abs(tone).max()).astype(np.float32)


@pytest.fixture
def around(tmp_path, voice):
    """NoiseBank of one hum and one room, read from a folder."""
    (tmp_path / "rir").mkdir()
    response = np.zeros(4000)
    response[[100, 900, 2500]] = 0.5, -0.3, 0.1
    soundfile.write(tmp_path / "hum.wav", 0.1 * np.sin(np.arange(8000) / 20), SAMPLING_RATE)
    soundfile.write(tmp_path / "rir" / "hall.wav", response, SAMPLING_RATE)
    return augmentation.load_noise_bank(tmp_path)


def level(waveform):
    return 10 * np.log10(np.mean(np.square(waveform, dtype=np.float64)))


def band_level(waveform, low, high):
    spectrum = np.abs(np.fft.rfft(waveform)) ** 2
    frequencies = np.fft.rfftfreq(len(waveform), 1 / SAMPLING_RATE)
    return 10 * np.log10(spectrum[(frequencies >= low) & (frequencies < high)].sum())


def test_augmented_audio_keeps_length_and_type_and_stays_finite(voice, around):
    for seed in range(25):
        changed = augmentation.augment(voice, np.random.default_rng(seed), around)
        assert changed.shape == voice.shape
        assert changed.dtype == np.float32
        assert np.isfinite(changed).all()


def test_a_seed_repeats_the_augmentation_and_another_changes_it(voice, around):
    first, again, other = (
        np.stack([augmentation.augment(voice, rng, around) for _ in range(8)])
        for rng in map(np.random.default_rng, (1, 1, 2))
    )
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


def test_augmentation_leaves_its_input_as_it_was(voice, around):
    before = voice.copy()
    for seed in range(10):
        augmentation.augment(voice, np.random.default_rng(seed), around)
    assert np.array_equal(voice, before)


def test_augmentation_works_without_recorded_surroundings(voice):
    rng = np.random.default_rng(0)
    assert all(np.isfinite(augmentation.augment(voice, rng)).all() for _ in range(10))


def test_silence_stays_finite(around):
    silence = np.zeros(SAMPLING_RATE, np.float32)
    for seed in range(10):
        changed = augmentation.augment(silence, np.random.default_rng(seed), around)
        assert np.isfinite(changed).all()


@pytest.mark.parametrize("snr", [5.0, 20.0, 40.0])
def test_noise_is_added_at_the_ratio_asked(voice, snr):
    noise = np.random.default_rng(0).standard_normal(len(voice)).astype(np.float32)
    added = augmentation.add_noise(voice, noise, snr) - voice
    assert level(voice) - level(added) == pytest.approx(snr, abs=0.1)


def test_a_room_adds_its_echoes_without_delaying_the_voice(around):
    click = np.zeros(4000, np.float32)
    click[10] = 1.0
    heard = augmentation.reverberate(click, around.impulse_responses[0])
    assert heard[[10, 810, 2410]] == pytest.approx([1.0, -0.6, 0.2], abs=1e-3)


def test_an_equaliser_raises_the_band_it_is_asked_to(voice):
    gains = [8.0 if band == 1000 else 0.0 for band in augmentation.EQUALISER_BANDS]
    raised = augmentation.equalise(voice, gains)
    assert band_level(raised, 950, 1050) - band_level(voice, 950, 1050) == pytest.approx(8, abs=1)
    assert band_level(raised, 3800, 5000) == pytest.approx(band_level(voice, 3800, 5000), abs=1)


def test_a_telephone_loses_what_lies_outside_its_band(voice):
    telephone = augmentation.limit_band(voice, 300, 3400)
    assert band_level(telephone, 5000, 8000) < band_level(voice, 5000, 8000) - 20
    assert band_level(telephone, 500, 3000) == pytest.approx(band_level(voice, 500, 3000), abs=1)


def test_gain_sets_the_peak_and_clips_above_full_scale(voice):
    assert np.abs(augmentation.amplify(voice, -20)).max() == pytest.approx(0.1, rel=1e-3)
    loud = augmentation.amplify(voice, 9)
    assert np.abs(loud).max() == 1.0
    assert (np.abs(loud) == 1.0).mean() > 0.001


def test_a_codec_keeps_most_of_the_voice(voice):
    decoded = augmentation.compress(voice, 0.5)
    assert decoded.shape == voice.shape
    assert np.corrcoef(voice, decoded)[0, 1] > 0.9


def test_changing_the_voice_moves_its_pitch_or_tempo_and_keeps_its_length(voice):
    changed = [augmentation.change_voice(voice, np.random.default_rng(seed)) for seed in range(6)]
    assert all(c.shape == voice.shape and c.dtype == np.float32 for c in changed)
    assert not any(np.allclose(c, voice, atol=0.05) for c in changed)


def test_a_folder_that_is_missing_or_empty_says_what_to_do(tmp_path):
    with pytest.raises(SerError, match="no folder"):
        augmentation.load_noise_bank(tmp_path / "nowhere")
    with pytest.raises(SerError, match="no audio"):
        augmentation.load_noise_bank(tmp_path)
