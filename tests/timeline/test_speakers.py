"""Speakers are told apart by features that are made up."""

import numpy as np
import pytest

from ser.errors import SerError
from ser.timeline import speakers
from ser.timeline.speaker_projection import SpeakerProjection

D = 40
BETWEEN = np.full(D, 16.0)


def windows(rng, numbers):
    """Return features of windows by their speakers, with a room's offset, and durations."""
    means = rng.normal(0, 2, (max(numbers) + 1, D))
    features = means[numbers] + rng.normal(size=(len(numbers), D)) + 5
    return features, rng.uniform(1, 3, len(numbers))


@pytest.mark.parametrize("n_speakers", [2, 3, 5])
@pytest.mark.parametrize("given", [True, False])
def test_speakers_are_numbered_in_order_of_appearance(n_speakers, given):
    rng = np.random.default_rng(n_speakers)
    truth = np.array([*range(n_speakers), *rng.integers(n_speakers, size=60)])
    found = speakers.assign(*windows(rng, truth), BETWEEN, n_speakers if given else None)
    assert np.array_equal(found, truth + 1)


def test_one_voice_is_not_split():
    rng = np.random.default_rng(0)
    assert (speakers.assign(*windows(rng, [0] * 40), BETWEEN) == 1).all()


@pytest.mark.parametrize("n_windows", [1, 2])
def test_there_are_no_more_speakers_than_windows(n_windows):
    rng = np.random.default_rng(0)
    features, durations = windows(rng, list(range(n_windows)))
    found = speakers.assign(features, durations, BETWEEN, 6)
    assert found.tolist() == list(range(1, n_windows + 1))
    assert len(speakers.assign(features, durations, BETWEEN)) == n_windows


@pytest.mark.parametrize("number", [0, -1, 7])
def test_a_number_out_of_range_is_an_error(number):
    with pytest.raises(SerError, match="from 1 to 6"):
        speakers.check(number)


def test_projection_holds_speakers_and_not_corpora_or_what_speakers_have_in_common():
    rng = np.random.default_rng(0)
    ids = np.repeat(np.arange(12), 20)
    corpora = ids % 2
    speaker_means, emotion = np.zeros((12, 3, 2, 8)), np.zeros((3, 2, 8))
    speaker_means[:, :, 0, :2] = rng.normal(0, 3, (12, 3, 2))
    emotion[:, 0, 2:5] = 3
    embeddings = speaker_means[ids] + rng.normal(size=(240, 1, 1, 1)) * emotion
    embeddings += rng.normal(size=embeddings.shape) + 50 * corpora[:, None, None, None]
    projection = SpeakerProjection.fit(embeddings.astype(np.float32), ids, corpora)
    features = projection(embeddings)
    within = np.mean([features[ids == speaker].var(axis=0) for speaker in range(12)], axis=0)
    assert within.max() < 1.3
    assert projection.between[0] > 3 and (projection.between > 0).all()
    moved = projection(embeddings + emotion) - features
    assert np.abs(moved).max() < np.abs(projection(embeddings[::-1]) - features).max() / 2
