"""Pitch, level and rate of syllables of signals of which they are known."""

import numpy as np
import pytest

from ser.audio import loading, prosody

RATE = 16_000


def voice(pitch, syllables=6.0, seconds=2.0, amplitude=0.3):
    """A buzz of this pitch in Hz that swells once a syllable, by some 20 dB."""
    times = np.arange(int(seconds * RATE)) / RATE
    harmonics = range(1, int(3500 / pitch))
    buzz = sum(np.sin(2 * np.pi * pitch * n * times + n) / n for n in harmonics)
    swell = 0.1 + 0.9 * np.sin(np.pi * syllables / seconds * times) ** 2
    return amplitude * buzz / np.abs(buzz).max() * swell


def measured(waveform):
    return prosody.measure(loading.load((RATE, waveform)))


@pytest.mark.parametrize("pitch", [75, 110, 200, 333, 520])
def test_pitch(pitch):
    found = measured(voice(pitch)).pitch
    assert 12 * abs(np.log2(found / pitch)) < 0.1  # semitones


@pytest.mark.parametrize("sound", ["noise", "click"])
def test_what_is_not_voiced_has_no_pitch_and_no_syllables(sound):
    waveform = np.random.default_rng(0).normal(0, 0.1, RATE)
    if sound == "click":
        waveform *= 0.01
        waveform[8000:8020] = 0.9
    found = measured(waveform)
    assert found.pitch is None and found.rate == 0


@pytest.mark.parametrize(("syllables", "seconds"), [(3, 2.0), (6, 2.0), (8, 4.0), (10, 2.0)])
def test_rate_of_syllables(syllables, seconds):
    assert measured(voice(150, syllables, seconds)).rate == pytest.approx(
        syllables / seconds, rel=0.1
    )


def test_level_is_that_of_the_recording():
    loud, quiet = (measured(voice(150, amplitude=amplitude)) for amplitude in (0.4, 0.1))
    assert loud.level - quiet.level == pytest.approx(20 * np.log10(4), abs=0.01)
    assert loud.pitch == pytest.approx(quiet.pitch) and loud.rate == quiet.rate


def test_a_long_recording_is_measured_at_its_beginning():
    long = np.concatenate([voice(120, 30, prosody.MAX_DURATION), voice(240, 60, 20.0)])
    assert measured(long).pitch == pytest.approx(120, rel=0.01)


def test_the_shortest_recording_is_measured():
    assert measured(voice(200, 1, 0.31)).pitch == pytest.approx(200, rel=0.01)


def test_a_real_voice_is_in_the_range_of_voices(speech):
    found = prosody.measure(loading.load(speech))
    assert 80 < found.pitch < 500 and 1 < found.rate < 9
