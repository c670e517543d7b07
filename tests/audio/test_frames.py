"""Frames are measured and trimmed as librosa does it, by which the artifacts were made."""

import librosa
import numpy as np
import pytest

from ser.audio import frames, loading
from ser.audio.clip import TRIM_DB, TRIM_FRAME, TRIM_HOP, remove_dc, to_clip

FRAMING = {"frame_length": TRIM_FRAME, "hop_length": TRIM_HOP}
LENGTHS = [4801, 5119, 5120, 5121, 16_000, 16_127]  # samples


@pytest.fixture(scope="module")
def waveforms(clips):
    """Real recordings, and noise of lengths that are no multiple of a frame."""
    rng = np.random.default_rng(0)
    noise = [rng.normal(0, 0.1, length).astype(np.float32) for length in LENGTHS]
    return [*map(loading.decode, clips), *noise]


def test_levels_are_those_of_librosa(waveforms):
    short = [np.ones(length, np.float32) for length in (1, 255, 256, 1025)]
    for waveform in waveforms + short:
        ours = frames.rms(waveform, TRIM_FRAME, TRIM_HOP)
        [expected] = librosa.feature.rms(y=waveform, **FRAMING)
        assert ours.dtype == expected.dtype and np.array_equal(ours, expected)
        in_db = librosa.amplitude_to_db(expected, amin=1e-4, top_db=None)
        assert np.array_equal(frames.to_db(ours, 1e-4), in_db)


def test_clips_are_trimmed_as_by_librosa(waveforms):
    for waveform in waveforms:
        clip, waveform = to_clip(waveform), remove_dc(waveform)
        _, bounds = librosa.effects.trim(waveform, top_db=TRIM_DB, **FRAMING)
        assert (16_000 * clip.start, 16_000 * clip.end) == pytest.approx(bounds, abs=1e-6)
        assert len(clip.waveform) == np.diff(bounds)
        loud = np.diff(librosa.effects.split(waveform, top_db=TRIM_DB, **FRAMING)).sum()
        assert clip.speech_fraction == loud / len(waveform)


def test_mel_spectrograms_are_those_of_librosa(waveforms):
    assert np.allclose(
        frames.mel_frequencies(16_000, 64), librosa.mel_frequencies(66, fmax=8000)[1:-1]
    )
    for waveform in waveforms:
        expected = librosa.feature.melspectrogram(
            y=waveform, sr=16_000, n_fft=1024, hop_length=300, n_mels=64
        )
        power = frames.mel_spectrogram(waveform, 16_000, 1024, 300, 64)
        assert power.dtype == expected.dtype and power.shape == expected.shape
        assert np.allclose(power, expected, rtol=1e-3, atol=1e-7 * expected.max())
