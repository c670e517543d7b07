"""A voice is known better with every clip, and never better than its clips allow."""

import numpy as np
import pytest

from ser.labels import LABELS
from ser.models.speaker import (
    NEUTRAL_RELEVANCE_FACTOR,
    POSTERIOR_DISCOUNT,
    RELEVANCE_FACTOR,
    UNKNOWN_SPEAKER,
    SpeakerAdaptation,
)

SHAPE = (3, 2, 4)  # layers, mean and deviation, hidden size
SIZE = 24
NO_IDEA = np.full(8, 1 / 8)
ANGRY = np.eye(8)[LABELS.index("angry")]


@pytest.fixture
def random():
    return np.random.default_rng(0)


@pytest.fixture
def adaptation(random):
    return SpeakerAdaptation(random.normal(size=(8, SIZE)).astype(np.float32))


def updated(embeddings, probabilities=NO_IDEA):
    speaker = UNKNOWN_SPEAKER
    for embedding in embeddings:
        speaker = speaker.update(embedding, probabilities)
    return speaker


def test_a_speaker_counts_and_does_not_change(random):
    clip = random.normal(size=SHAPE).astype(np.float32)
    both = UNKNOWN_SPEAKER.update(clip, ANGRY).update_neutral(2 * clip)
    assert (UNKNOWN_SPEAKER.n_clips, both.n_clips, both.n_unlabelled, both.n_neutral) == (
        0,
        2,
        1,
        1,
    )
    assert both.unlabelled_sum.dtype == both.neutral_sum.dtype == np.float64
    np.testing.assert_allclose(both.unlabelled_sum, clip.reshape(-1))
    np.testing.assert_allclose(both.neutral_sum, 2 * clip.reshape(-1))
    np.testing.assert_allclose(both.expected_counts, ANGRY)


def test_without_clips_nothing_changes(adaptation, random):
    embedding = random.normal(size=SHAPE).astype(np.float32)
    assert adaptation.adapt(embedding, UNKNOWN_SPEAKER).tobytes() == embedding.tobytes()


def test_shape_and_type_are_kept(adaptation, random):
    embedding = random.normal(size=SHAPE).astype(np.float32)
    adapted = adaptation.adapt(embedding, UNKNOWN_SPEAKER.update(embedding, NO_IDEA))
    assert adapted.shape == SHAPE and adapted.dtype == np.float32
    assert not np.array_equal(adapted, embedding)


@pytest.mark.parametrize("clips", [1, 3, 50])
def test_clips_of_no_emotion_in_particular_weigh_n_over_n_plus_k(adaptation, random, clips):
    offset = random.normal(size=SIZE)
    speaker = updated([adaptation.class_means.mean(axis=0) + offset] * clips)
    expected = -clips / (clips + RELEVANCE_FACTOR) * offset
    adapted = adaptation.adapt(np.zeros(SIZE, np.float32), speaker)
    np.testing.assert_allclose(adapted, expected, atol=1e-5)


@pytest.mark.parametrize("clips", [1, 2])
def test_neutral_clips_are_measured_against_neutral(adaptation, random, clips):
    offset, speaker = random.normal(size=SIZE), UNKNOWN_SPEAKER
    for _ in range(clips):
        speaker = speaker.update_neutral(adaptation.class_means[LABELS.index("neutral")] + offset)
    adapted = adaptation.adapt(np.zeros(SIZE, np.float32), speaker)
    np.testing.assert_allclose(
        adapted, -clips / (clips + NEUTRAL_RELEVANCE_FACTOR) * offset, atol=1e-5
    )


def test_neutral_and_other_clips_weigh_by_their_precision(adaptation, random):
    first, second = random.normal(size=(2, SIZE))
    speaker = updated([adaptation.class_means.mean(axis=0) + first]).update_neutral(
        adaptation.class_means[LABELS.index("neutral")] + second
    )
    weights = 1 / RELEVANCE_FACTOR, 1 / NEUTRAL_RELEVANCE_FACTOR
    expected = (first * weights[0] + second * weights[1]) / (1 + sum(weights))
    adapted = adaptation.adapt(np.zeros(SIZE, np.float32), speaker)
    np.testing.assert_allclose(adapted, -expected, atol=1e-5)


def test_five_angry_clips_do_not_make_anger_normal(adaptation):
    """What is recognised as emotion counts as the voice's own by less than half."""
    middle = adaptation.class_means.mean(axis=0)
    angry = adaptation.class_means[LABELS.index("angry")]
    adapted = adaptation.adapt(angry, updated([angry] * 5, ANGRY))
    kept = np.linalg.norm(adapted - middle) / np.linalg.norm(angry - middle)
    assert kept == pytest.approx(
        1 - (1 - POSTERIOR_DISCOUNT) * 5 / (5 + RELEVANCE_FACTOR), abs=1e-5
    )
    assert kept > 0.5


def test_measured_where_not_every_emotion_occurs(random):
    embeddings = random.normal(size=(40, *SHAPE))
    emotions = np.array(["sad", "angry"] * 20)
    centres = SpeakerAdaptation.fit(embeddings, emotions).class_means
    assert centres.shape == (8, SIZE) and centres.dtype == np.float32
    sad, angry = (centres[LABELS.index(emotion)] for emotion in ("sad", "angry"))
    np.testing.assert_allclose(sad, embeddings[::2].mean(axis=0).reshape(-1), atol=1e-5)
    np.testing.assert_allclose(centres[LABELS.index("calm")], (sad + angry) / 2, atol=1e-5)


def test_saved_and_loaded(adaptation, tmp_path):
    adaptation.save(tmp_path / "adaptation.npz")
    loaded = SpeakerAdaptation.load(tmp_path / "adaptation.npz")
    assert loaded.class_means.dtype == np.float32
    np.testing.assert_array_equal(loaded.class_means, adaptation.class_means)


def test_a_clip_unheard_leaves_what_was_known_without_it(random):
    first, second = random.normal(size=(2, *SHAPE))
    both = UNKNOWN_SPEAKER.update(first, NO_IDEA).update(second, ANGRY)
    known = both.remove(first, NO_IDEA)
    assert known.n_clips == 1
    np.testing.assert_allclose(known.unlabelled_sum, second.reshape(-1))
    np.testing.assert_allclose(known.expected_counts, ANGRY)


def test_clips_heard_apart_are_as_good_as_heard_together():
    random = np.random.default_rng(3)
    one, other, neutral = random.normal(size=(3, 4))
    expected_counts = np.full(8, 1 / 8)
    apart = UNKNOWN_SPEAKER.update(one, expected_counts).merge(
        UNKNOWN_SPEAKER.update(other, expected_counts).update_neutral(neutral)
    )
    together = (
        UNKNOWN_SPEAKER.update(one, expected_counts)
        .update(other, expected_counts)
        .update_neutral(neutral)
    )
    assert apart.n_clips == together.n_clips == 3
    for name in vars(together):
        assert np.allclose(getattr(apart, name), getattr(together, name))
    assert UNKNOWN_SPEAKER.merge(UNKNOWN_SPEAKER).n_clips == 0
