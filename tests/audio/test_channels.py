"""Mixing channels: a voice is neither cancelled by one of them nor masked by noise."""

import io

import numpy as np
import pytest
import soundfile
from containers import KINDS, RATE, write

from ser.audio import channels, loading
from ser.audio.clip import SAMPLING_RATE

STEREO = ("wav, 16 bit", "ogg, Opus", "m4a, AAC", "mp3", "webm, Opus")


@pytest.fixture(scope="module")
def voice(speech):
    """A voice at 48 kHz, float32."""
    return soundfile.read(speech, dtype="float32")[0]


def noise(kind: str, samples: int) -> np.ndarray:
    """Return hiss or hum of a tenth of full scale."""
    if kind == "hiss":
        return 0.1 * np.random.default_rng(0).uniform(-1, 1, samples).astype(np.float32)
    return (0.1 * np.sin(2 * np.pi * 100 * np.arange(samples) / RATE)).astype(np.float32)


def assert_same_answer(recognizer, recording, reference):
    """Check that two recordings get the same label and similar probabilities."""
    analysis, expected = recognizer.analyse(recording), recognizer.analyse(reference)
    assert analysis.label == expected.label
    for label, probability in expected.probabilities.items():
        assert abs(analysis.probabilities[label] - probability) < 0.15


@pytest.mark.parametrize("kind", STEREO)
def test_a_channel_with_inverted_polarity_does_not_cancel_the_other(recognizer, voice, kind):
    content = write(KINDS[kind], np.stack([voice, -voice], axis=1))
    assert_same_answer(recognizer, io.BytesIO(content), (RATE, voice))


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("kind", ["hiss", "hum", "silence"])
def test_a_channel_without_a_voice_is_left_out(recognizer, voice, kind, side):
    no_voice = noise(kind, len(voice)) if kind != "silence" else np.zeros_like(voice)
    pair = [voice, no_voice] if side == "left" else [no_voice, voice]
    assert_same_answer(recognizer, (RATE, np.stack(pair, axis=1)), (RATE, voice))


def test_two_people_on_separate_channels_are_both_kept(clips):
    left, right = (loading.decode(clip) for clip in clips[:2])
    pair = np.zeros((max(len(left), len(right)), 2), np.float32)
    pair[: len(left), 0], pair[: len(right), 1] = left, right
    [mixed] = channels.mix([pair], SAMPLING_RATE)
    assert np.allclose(mixed, pair.mean(axis=1), atol=1e-6)


def test_noise_alone_is_averaged():
    hiss = np.random.default_rng(0).normal(size=(SAMPLING_RATE, 2)).astype(np.float32)
    [mixed] = channels.mix([hiss], SAMPLING_RATE)
    assert np.allclose(mixed, hiss.mean(axis=1), atol=1e-6)


def test_a_pause_has_the_weights_of_the_voice_before_it(voice):
    hiss = noise("hiss", len(voice))
    speaking = np.stack([hiss, -voice], axis=1)
    pause = np.stack([hiss, 1e-3 * hiss[::-1]], axis=1)
    mixed = list(channels.mix([speaking, pause, speaking], RATE))
    assert np.array_equal(mixed[1], pause[:, 1])
    assert np.array_equal(mixed[0], mixed[2]) and np.array_equal(mixed[0], -voice)


@pytest.mark.parametrize("count", [2, 6, 32])
def test_the_same_sound_on_every_channel_is_unchanged(voice, count):
    [mixed] = channels.mix([np.stack([voice] * count, axis=1)], RATE)
    assert np.allclose(mixed, voice, atol=1e-6)
