"""Several channels as one: a voice is neither cancelled by one of them nor covered by noise."""

import io

import numpy as np
import pytest
import soundfile
from containers import KINDS, RATE, write

from ser.audio import channels, loading

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


def assert_as(recognizer, recording, expected):
    """Check that a recording is answered as another one."""
    found, expected = recognizer.analyse(recording), recognizer.analyse(expected)
    assert found.label == expected.label
    for label, probability in expected.probabilities.items():
        assert abs(found.probabilities[label] - probability) < 0.15


@pytest.mark.parametrize("kind", STEREO)
def test_a_channel_with_inverted_polarity_does_not_cancel_the_other(recognizer, voice, kind):
    content = write(KINDS[kind], np.stack([voice, -voice], axis=1))
    assert_as(recognizer, io.BytesIO(content), (RATE, voice))


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("kind", ["hiss", "hum", "silence"])
def test_a_channel_without_a_voice_is_left_out(recognizer, voice, kind, side):
    other = noise(kind, len(voice)) if kind != "silence" else np.zeros_like(voice)
    pair = [voice, other] if side == "left" else [other, voice]
    assert_as(recognizer, (RATE, np.stack(pair, axis=1)), (RATE, voice))


def test_two_people_on_channels_of_their_own_are_both_there(clips):
    one, other = (loading.decode(clip) for clip in clips[:2])
    pair = np.zeros((max(len(one), len(other)), 2), np.float32)
    pair[: len(one), 0], pair[: len(other), 1] = one, other
    [mixed] = channels.mix([pair], loading.SAMPLING_RATE)
    assert np.allclose(mixed, pair.mean(axis=1), atol=1e-6)


def test_noise_alone_is_averaged():
    random = np.random.default_rng(0).normal(size=(loading.SAMPLING_RATE, 2)).astype(np.float32)
    [mixed] = channels.mix([random], loading.SAMPLING_RATE)
    assert np.allclose(mixed, random.mean(axis=1), atol=1e-6)


def test_a_pause_is_mixed_as_the_voice_before_it(voice):
    hiss = noise("hiss", len(voice))
    speaking = np.stack([hiss, -voice], axis=1)
    pause = np.stack([hiss, 1e-3 * hiss[::-1]], axis=1)
    mixed = list(channels.mix([speaking, pause, speaking], RATE))
    assert np.array_equal(mixed[1], pause[:, 1])
    assert np.array_equal(mixed[0], mixed[2]) and np.array_equal(mixed[0], -voice)


@pytest.mark.parametrize("count", [2, 6, 32])
def test_the_same_sound_on_every_channel_stays_itself(voice, count):
    [mixed] = channels.mix([np.stack([voice] * count, axis=1)], RATE)
    assert np.allclose(mixed, voice, atol=1e-6)
