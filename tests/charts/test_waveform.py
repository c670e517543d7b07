"""The figures of a recording: which part was analysed, and its spectrogram."""

import numpy as np
import pytest

from ser.audio import loading
from ser.audio.clip import OUTLINE, outline
from ser.charts import waveform
from ser.page.text import ENGLISH as words


@pytest.fixture
def clip():
    """A second of tone between a second and half a second of silence."""
    tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000)
    return loading.load((16_000, np.concatenate([np.zeros(16_000), tone, np.zeros(8_000)])))


def test_the_analysed_part_is_marked(clip):
    low, high = waveform.outline(words, clip).data[::2], waveform.outline(words, clip).data[1::2]
    for lower, upper in zip(low, high, strict=True):
        assert (lower.x0, lower.dx, lower.name) == (upper.x0, upper.dx, upper.name)
        assert (lower.y <= upper.y).all() and upper.fill == "tonexty"
    before, speech, after = high
    assert speech.name == words.SPEECH_PART and speech.fillcolor != before.fillcolor
    assert before.fillcolor == after.fillcolor
    (start, end), (first, _), (_, last) = [
        (trace.x0, trace.x0 + trace.dx * (len(trace.y) - 1)) for trace in (speech, before, after)
    ]
    assert (start, end) == pytest.approx((clip.start, clip.end), abs=0.01)
    assert first == 0 and last == pytest.approx(clip.duration, abs=0.001)
    assert max(high[1].y.max(), -low[1].y.min()) == waveform.MAX_LEVEL
    assert np.abs(before.y[5:-5]).max() < 0.05 * waveform.MAX_LEVEL


def test_a_recording_without_silence_is_all_marked():
    noise = np.random.default_rng(0).normal(0, 0.1, 32_000)
    clip = loading.load((16_000, noise))
    assert (clip.start, clip.end) == (0, clip.duration)
    figure = waveform.outline(words, clip)
    assert figure.layout.xaxis.range == (0, 2)


def test_empty_figures_have_the_same_height(clip):
    for draw, drawn in ((waveform.outline, clip), (waveform.spectrogram, clip.waveform)):
        assert draw(words).layout.height == draw(words, drawn).layout.height


def test_the_spectrogram_shows_a_tone_at_its_pitch(clip):
    figure = waveform.spectrogram(words, clip.waveform)
    loudest = int(figure.data[0].z.mean(axis=1).argmax())
    named = dict(zip(figure.layout.yaxis.ticktext, figure.layout.yaxis.tickvals, strict=True))
    assert loudest == pytest.approx(named["1,000 Hz"], abs=1)
    assert figure.data[0].dx * figure.data[0].z.shape[1] == pytest.approx(len(clip.waveform) / 16e3)


def test_a_long_recording_is_drawn_as_coarsely_as_a_short_one():
    noise = np.random.default_rng(0).normal(0, 0.1, 16_000 * 120).astype(np.float32)
    assert waveform.mel_spectrograms([noise])[0].shape[1] <= 1.1 * waveform.MAX_FRAMES
    assert outline(noise).shape == (OUTLINE, 2)
