"""A voice is known better with every clip, and never better than its clips allow."""

import numpy as np
import pytest

from ser.labels import LABELS
from ser.speaker import BELIEF, CLIPS, NEUTRAL_CLIPS, STRANGER, Adaptation

SHAPE = (3, 2, 4)  # layers, mean and deviation, hidden size
SIZE = 24
NO_IDEA = np.full(8, 1 / 8)
ANGRY = np.eye(8)[LABELS.index("angry")]


@pytest.fixture
def random():
    return np.random.default_rng(0)


@pytest.fixture
def adaptation(random):
    return Adaptation(random.normal(size=(8, SIZE)).astype(np.float32))


def heard(embeddings, probabilities=NO_IDEA):
    speaker = STRANGER
    for embedding in embeddings:
        speaker = speaker.heard(embedding, probabilities)
    return speaker


def test_a_speaker_counts_and_does_not_change(random):
    clip = random.normal(size=SHAPE).astype(np.float32)
    both = STRANGER.heard(clip, ANGRY).heard_neutral(2 * clip)
    assert (STRANGER.clips, both.clips, both.others, both.neutrals) == (0, 2, 1, 1)
    assert both.others_sum.dtype == both.neutrals_sum.dtype == np.float64
    np.testing.assert_allclose(both.others_sum, clip.reshape(-1))
    np.testing.assert_allclose(both.neutrals_sum, 2 * clip.reshape(-1))
    np.testing.assert_allclose(both.supposed, ANGRY)


def test_without_clips_nothing_changes(adaptation, random):
    embedding = random.normal(size=SHAPE).astype(np.float32)
    assert adaptation.adapt(embedding, STRANGER).tobytes() == embedding.tobytes()


def test_shape_and_type_are_kept(adaptation, random):
    embedding = random.normal(size=SHAPE).astype(np.float32)
    adapted = adaptation.adapt(embedding, STRANGER.heard(embedding, NO_IDEA))
    assert adapted.shape == SHAPE and adapted.dtype == np.float32
    assert not np.array_equal(adapted, embedding)


@pytest.mark.parametrize("clips", [1, 3, 50])
def test_clips_of_no_emotion_in_particular_weigh_n_over_n_plus_k(adaptation, random, clips):
    offset = random.normal(size=SIZE)
    speaker = heard([adaptation.centres.mean(axis=0) + offset] * clips)
    expected = -clips / (clips + CLIPS) * offset
    adapted = adaptation.adapt(np.zeros(SIZE, np.float32), speaker)
    np.testing.assert_allclose(adapted, expected, atol=1e-5)


@pytest.mark.parametrize("clips", [1, 2])
def test_neutral_clips_are_measured_against_neutral(adaptation, random, clips):
    offset, speaker = random.normal(size=SIZE), STRANGER
    for _ in range(clips):
        speaker = speaker.heard_neutral(adaptation.centres[LABELS.index("neutral")] + offset)
    adapted = adaptation.adapt(np.zeros(SIZE, np.float32), speaker)
    np.testing.assert_allclose(adapted, -clips / (clips + NEUTRAL_CLIPS) * offset, atol=1e-5)


def test_neutral_and_other_clips_weigh_by_their_precision(adaptation, random):
    first, second = random.normal(size=(2, SIZE))
    speaker = heard([adaptation.centres.mean(axis=0) + first]).heard_neutral(
        adaptation.centres[LABELS.index("neutral")] + second
    )
    weights = 1 / CLIPS, 1 / NEUTRAL_CLIPS
    expected = (first * weights[0] + second * weights[1]) / (1 + sum(weights))
    adapted = adaptation.adapt(np.zeros(SIZE, np.float32), speaker)
    np.testing.assert_allclose(adapted, -expected, atol=1e-5)


def test_five_angry_clips_do_not_make_anger_normal(adaptation):
    """What is recognised as emotion counts as the voice's own by less than half."""
    middle = adaptation.centres.mean(axis=0)
    angry = adaptation.centres[LABELS.index("angry")]
    adapted = adaptation.adapt(angry, heard([angry] * 5, ANGRY))
    kept = np.linalg.norm(adapted - middle) / np.linalg.norm(angry - middle)
    assert kept == pytest.approx(1 - (1 - BELIEF) * 5 / (5 + CLIPS), abs=1e-5)
    assert kept > 0.5


def test_measured_where_not_every_emotion_occurs(random):
    embeddings = random.normal(size=(40, *SHAPE))
    emotions = np.array(["sad", "angry"] * 20)
    centres = Adaptation.measure(embeddings, emotions).centres
    assert centres.shape == (8, SIZE) and centres.dtype == np.float32
    sad, angry = (centres[LABELS.index(emotion)] for emotion in ("sad", "angry"))
    np.testing.assert_allclose(sad, embeddings[::2].mean(axis=0).reshape(-1), atol=1e-5)
    np.testing.assert_allclose(centres[LABELS.index("calm")], (sad + angry) / 2, atol=1e-5)


def test_saved_and_loaded(adaptation, tmp_path):
    adaptation.save(tmp_path / "adaptation.npz")
    loaded = Adaptation.load(tmp_path / "adaptation.npz")
    assert loaded.centres.dtype == np.float32
    np.testing.assert_array_equal(loaded.centres, adaptation.centres)


def test_a_clip_unheard_leaves_what_was_known_without_it(random):
    first, second = random.normal(size=(2, *SHAPE))
    both = STRANGER.heard(first, NO_IDEA).heard(second, ANGRY)
    known = both.unheard(first, NO_IDEA)
    assert known.clips == 1
    np.testing.assert_allclose(known.others_sum, second.reshape(-1))
    np.testing.assert_allclose(known.supposed, ANGRY)


def test_clips_heard_apart_are_as_good_as_heard_together():
    random = np.random.default_rng(3)
    one, other, neutral = random.normal(size=(3, 4))
    supposed = np.full(8, 1 / 8)
    apart = STRANGER.heard(one, supposed).together(
        STRANGER.heard(other, supposed).heard_neutral(neutral)
    )
    together = STRANGER.heard(one, supposed).heard(other, supposed).heard_neutral(neutral)
    assert apart.clips == together.clips == 3
    for name in vars(together):
        assert np.allclose(getattr(apart, name), getattr(together, name))
    assert STRANGER.together(STRANGER).clips == 0
