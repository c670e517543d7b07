"""Augmentation that preserves emotion."""

import numpy as np
import pytest
import soundfile

from ser.audio.clip import SAMPLING_RATE
from ser.audio.loading import load
from ser.errors import SerError
from ser.training import augmentation, effects


@pytest.fixture
def voice():
    """1.5 s of harmonics with varying pitch and level, float32, peak 0.5."""
    time = np.arange(int(1.5 * SAMPLING_RATE)) / SAMPLING_RATE
    pitch = 2 * np.pi * (150 * time + 8 * np.sin(2 * np.pi * time))
    tone = sum(np.sin(k * pitch) / k for k in range(1, 30)) * (1 + np.sin(2 * np.pi * 4 * time))
    return (0.5 * tone / np.abs(tone).max()).astype(np.float32)


@pytest.fixture
def noise_bank(tmp_path):
    """NoiseBank of one hum and one room impulse response, read from a folder."""
    (tmp_path / "rir").mkdir()
    response = np.zeros(4000)
    response[[100, 900, 2500]] = 0.5, -0.3, 0.1
    for name in ("a test sound", "hum"):
        soundfile.write(tmp_path / f"{name}.wav", 0.1 * np.sin(np.arange(8000) / 20), SAMPLING_RATE)
    soundfile.write(tmp_path / "rir" / "hall.wav", response, SAMPLING_RATE)
    return augmentation.load_noise_bank(tmp_path)


def test_a_third_of_the_files_is_kept_for_tests(tmp_path):
    (tmp_path / "rir").mkdir()
    for number in range(12):
        folder = tmp_path / "rir" if number > 6 else tmp_path
        click = np.eye(1, 8000 + number, number)[0]
        soundfile.write(folder / f"{number:02}.wav", click, SAMPLING_RATE)
    train, test = (augmentation.load_noise_bank(tmp_path, test=test) for test in (False, True))
    lengths = [{len(noise) - 8000 for noise in bank.noises} for bank in (train, test)]
    assert lengths == [{1, 2, 4, 5}, {0, 3, 6}]
    assert [len(bank.impulse_responses) for bank in (train, test)] == [4, 1]


def level(waveform):
    return 10 * np.log10(np.mean(np.square(waveform, dtype=np.float64)))


def band_level(waveform, low, high):
    spectrum = np.abs(np.fft.rfft(waveform)) ** 2
    frequencies = np.fft.rfftfreq(len(waveform), 1 / SAMPLING_RATE)
    return 10 * np.log10(spectrum[(frequencies >= low) & (frequencies < high)].sum())


def test_augmented_audio_keeps_length_and_type_and_stays_finite(voice, noise_bank):
    for seed in range(25):
        changed = augmentation.augment(voice, np.random.default_rng(seed), noise_bank)
        assert changed.shape == voice.shape
        assert changed.dtype == np.float32
        assert np.isfinite(changed).all()


def test_augmentation_depends_on_the_seed_alone(voice, noise_bank):
    first, again, other = (
        np.stack([augmentation.augment(voice, rng, noise_bank) for _ in range(8)])
        for rng in map(np.random.default_rng, (1, 1, 2))
    )
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


def test_augmentation_does_not_change_its_input(voice, noise_bank):
    before = voice.copy()
    for seed in range(10):
        augmentation.augment(voice, np.random.default_rng(seed), noise_bank)
    assert np.array_equal(voice, before)


def test_augmentation_works_without_a_noise_bank(voice):
    rng = np.random.default_rng(0)
    assert all(np.isfinite(augmentation.augment(voice, rng)).all() for _ in range(10))


def test_silence_stays_finite(noise_bank):
    silence = np.zeros(SAMPLING_RATE, np.float32)
    for seed in range(10):
        changed = augmentation.augment(silence, np.random.default_rng(seed), noise_bank)
        assert np.isfinite(changed).all()


@pytest.mark.parametrize("snr", [5.0, 20.0, 40.0])
def test_noise_is_added_at_the_given_signal_to_noise_ratio(voice, snr):
    noise = np.random.default_rng(0).standard_normal(len(voice)).astype(np.float32)
    added = effects.add_noise(voice, noise, snr) - voice
    assert level(voice) - level(added) == pytest.approx(snr, abs=0.1)


def test_reverberation_adds_reflections_without_delaying_the_voice(noise_bank):
    click = np.zeros(4000, np.float32)
    click[10] = 1.0
    reverberated = effects.reverberate(click, noise_bank.impulse_responses[0])
    assert reverberated[[10, 810, 2410]] == pytest.approx([1.0, -0.6, 0.2], abs=1e-3)


def test_equaliser_raises_the_chosen_band(voice):
    gains = [8.0 if band == 1000 else 0.0 for band in augmentation.EQUALISER_BANDS]
    raised = effects.equalise(voice, gains)
    assert band_level(raised, 950, 1050) - band_level(voice, 950, 1050) == pytest.approx(8, abs=1)
    assert band_level(raised, 3800, 5000) == pytest.approx(band_level(voice, 3800, 5000), abs=1)


def test_band_limit_removes_what_lies_outside_the_band(voice):
    limited = effects.limit_band(voice, 300, 3400)
    assert band_level(limited, 5000, 8000) < band_level(voice, 5000, 8000) - 20
    assert band_level(limited, 500, 3000) == pytest.approx(band_level(voice, 500, 3000), abs=1)


def test_gain_sets_the_peak_and_clips_above_full_scale(voice):
    assert np.abs(effects.amplify(voice, -20)).max() == pytest.approx(0.1, rel=1e-3)
    clipped = effects.amplify(voice, 9)
    assert np.abs(clipped).max() == 1.0
    assert (np.abs(clipped) == 1.0).mean() > 0.001


def test_compression_keeps_most_of_the_voice(voice):
    decoded = effects.compress(voice, 0.5)
    assert decoded.shape == voice.shape
    assert np.corrcoef(voice, decoded)[0, 1] > 0.9


@pytest.mark.parametrize("bit_rate", [8000, 16_000, 32_000])
def test_opus_keeps_length_and_timing(voice, bit_rate):
    decoded = effects.opus(voice, bit_rate)
    assert decoded.shape == voice.shape and decoded.dtype == np.float32
    assert np.corrcoef(voice, decoded)[0, 1] > 0.9


def test_opus_at_a_low_bit_rate_loses_more(voice):
    errors = [level(effects.opus(voice, rate) - voice) for rate in (8000, 64_000)]
    assert errors[0] > errors[1] + 3


def test_a_telephone_line_keeps_what_lies_below_4_khz_in_8_bits(voice):
    decoded = effects.mu_law(voice)
    assert decoded.shape == voice.shape and decoded.dtype == np.float32
    assert band_level(decoded, 4500, 8000) < band_level(voice, 4500, 8000) - 15
    narrow = effects.limit_band(voice, 50, 3400)
    error = level(effects.limit_band(decoded, 50, 3400) - narrow) - level(narrow)
    assert -50 < error < -25


def test_changing_the_voice_changes_pitch_or_tempo_and_keeps_the_length(voice):
    changed = [augmentation.change_voice(voice, np.random.default_rng(seed)) for seed in range(6)]
    assert all(c.shape == voice.shape and c.dtype == np.float32 for c in changed)
    assert not any(np.allclose(c, voice, atol=0.05) for c in changed)


def test_a_missing_or_empty_folder_is_an_error(tmp_path):
    with pytest.raises(SerError, match="no folder"):
        augmentation.load_noise_bank(tmp_path / "nowhere")
    with pytest.raises(SerError, match="no audio"):
        augmentation.load_noise_bank(tmp_path)


def test_a_clip_is_changed_at_full_scale_and_normalised_again(voice, tmp_path):
    soundfile.write(tmp_path / "voice.wav", voice, SAMPLING_RATE)
    clip, peaks = load(tmp_path / "voice.wav"), []

    def change(waveform):
        peaks.append(np.abs(waveform).max())
        return 0.1 * waveform

    augmented = augmentation.augment_clip(clip, change)
    assert peaks == [1.0]
    assert np.allclose(augmented.waveform, clip.waveform, atol=1e-5)
