"""Speaker statistics and the offset that is estimated from them."""

import numpy as np
import pytest

from ser import arrays
from ser.labels import LABELS
from ser.models.speaker import (
    LABELLED_RELEVANCE_FACTOR,
    MAX_LABELLED,
    NEUTRAL_RELEVANCE_FACTOR,
    POSTERIOR_DISCOUNT,
    RELEVANCE_FACTOR,
    UNKNOWN_SPEAKER,
    Features,
    SpeakerAdaptation,
)

SIZE = 24  # number of principal components
UNIFORM = np.full(8, 1 / 8)
ANGRY = np.eye(8)[LABELS.index("angry")]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def adaptation(rng):
    return SpeakerAdaptation(rng.normal(size=(8, SIZE)).astype(np.float32))


def updated(rows, probabilities=UNIFORM):
    speaker = UNKNOWN_SPEAKER
    for row in rows:
        speaker = speaker.update(row, probabilities)
    return speaker


def test_an_update_returns_new_statistics(rng):
    clip = rng.normal(size=SIZE).astype(np.float32)
    both = UNKNOWN_SPEAKER.update(clip, ANGRY).update_neutral(2 * clip)
    assert UNKNOWN_SPEAKER.n_clips == 0
    assert (both.n_clips, both.n_unlabelled, both.n_neutral) == (2, 1, 1)
    assert both.unlabelled_sum.dtype == both.neutral_sum.dtype == np.float64
    np.testing.assert_allclose(both.unlabelled_sum, clip)
    np.testing.assert_allclose(both.neutral_sum, 2 * clip)
    np.testing.assert_allclose(both.expected_counts, ANGRY)


def test_without_clips_nothing_changes(adaptation, rng):
    row = rng.normal(size=SIZE).astype(np.float32)
    assert adaptation.adapt(row, UNKNOWN_SPEAKER).tobytes() == row.tobytes()


def test_shape_and_type_are_kept(adaptation, rng):
    row = rng.normal(size=SIZE).astype(np.float32)
    adapted = adaptation.adapt(row, UNKNOWN_SPEAKER.update(row, UNIFORM))
    assert adapted.shape == (SIZE,) and adapted.dtype == np.float32
    assert not np.array_equal(adapted, row)


@pytest.mark.parametrize("clips", [1, 3, 50])
def test_the_offset_of_n_clips_is_shrunk_to_n_over_n_plus_k(adaptation, rng, clips):
    offset = rng.normal(size=SIZE)
    speaker = updated([adaptation.class_means.mean(axis=0) + offset] * clips)
    expected = -clips / (clips + RELEVANCE_FACTOR) * offset
    adapted = adaptation.adapt(np.zeros(SIZE, np.float32), speaker)
    np.testing.assert_allclose(adapted, expected, atol=1e-5)


@pytest.mark.parametrize("clips", [1, 2])
def test_neutral_clips_are_compared_with_the_neutral_mean(adaptation, rng, clips):
    offset, speaker = rng.normal(size=SIZE), UNKNOWN_SPEAKER
    for _ in range(clips):
        speaker = speaker.update_neutral(adaptation.class_means[LABELS.index("neutral")] + offset)
    adapted = adaptation.adapt(np.zeros(SIZE, np.float32), speaker)
    np.testing.assert_allclose(
        adapted, -clips / (clips + NEUTRAL_RELEVANCE_FACTOR) * offset, atol=1e-5
    )


def test_neutral_and_unlabelled_clips_weigh_by_their_precision(adaptation, rng):
    first, second = rng.normal(size=(2, SIZE))
    speaker = updated([adaptation.class_means.mean(axis=0) + first]).update_neutral(
        adaptation.class_means[LABELS.index("neutral")] + second
    )
    weights = 1 / RELEVANCE_FACTOR, 1 / NEUTRAL_RELEVANCE_FACTOR
    expected = (first * weights[0] + second * weights[1]) / (1 + sum(weights))
    adapted = adaptation.adapt(np.zeros(SIZE, np.float32), speaker)
    np.testing.assert_allclose(adapted, -expected, atol=1e-5)


def test_five_angry_clips_are_not_taken_for_the_offset(adaptation):
    mean = adaptation.class_means.mean(axis=0)
    angry = adaptation.class_means[LABELS.index("angry")]
    adapted = adaptation.adapt(angry, updated([angry] * 5, ANGRY))
    kept = np.linalg.norm(adapted - mean) / np.linalg.norm(angry - mean)
    assert kept == pytest.approx(
        1 - (1 - POSTERIOR_DISCOUNT) * 5 / (5 + RELEVANCE_FACTOR), abs=1e-5
    )
    assert kept > 0.5


def test_class_means_of_one_corpus_are_those_of_its_clips(rng):
    rows, emotions = rng.normal(size=(80, SIZE)).astype(np.float32), np.tile(LABELS, 10)
    means = SpeakerAdaptation.fit(rows, emotions, np.full(80, "made")).class_means
    assert means.shape == (8, SIZE) and means.dtype == np.float32
    expected = [rows[emotions == label].mean(axis=0) for label in LABELS]
    np.testing.assert_allclose(means, expected, atol=1e-5)


def test_fitted_where_not_every_emotion_occurs(rng):
    rows, emotions = rng.normal(size=(40, SIZE)), np.array(["sad", "angry"] * 20)
    means = SpeakerAdaptation.fit(rows, emotions, np.full(40, "made")).class_means
    sad, angry = (means[LABELS.index(emotion)] for emotion in ("sad", "angry"))
    np.testing.assert_allclose(sad, rows[::2].mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(means[LABELS.index("calm")], (sad + angry) / 2, atol=1e-5)


@pytest.mark.parametrize("n_clips", [(10, 10), (3, 40)], ids=["equal", "of unlike size"])
def test_a_corpus_without_an_emotion_does_not_shift_its_mean(rng, n_clips):
    """Corpora differ by an offset; one has all emotions but two, the other all but another."""
    of_emotions, offsets = rng.normal(size=(8, SIZE)), rng.normal(0, 10, (2, SIZE))
    rows, emotions, corpora = [], [], []
    for corpus, missing in enumerate((("calm", "sad"), ("angry",))):
        for label in set(LABELS) - set(missing):
            row = of_emotions[LABELS.index(label)] + offsets[corpus]
            rows += [row] * n_clips[corpus]
            emotions += [label] * n_clips[corpus]
            corpora += [str(corpus)] * n_clips[corpus]
    means = SpeakerAdaptation.fit(*map(np.array, (rows, emotions, corpora))).class_means
    np.testing.assert_allclose(means, of_emotions + offsets.mean(axis=0), atol=1e-4)


def test_saved_and_loaded(adaptation, tmp_path):
    arrays.save(adaptation, tmp_path / "adaptation.npz")
    loaded = arrays.load(SpeakerAdaptation, tmp_path / "adaptation.npz")
    assert loaded.class_means.dtype == np.float32
    np.testing.assert_array_equal(loaded.class_means, adaptation.class_means)


def test_a_removed_clip_leaves_no_trace(rng):
    first, second = rng.normal(size=(2, SIZE))
    both = UNKNOWN_SPEAKER.update(first, UNIFORM).update(second, ANGRY)
    left = both.remove(first, UNIFORM)
    assert left.n_clips == 1
    np.testing.assert_allclose(left.unlabelled_sum, second)
    np.testing.assert_allclose(left.expected_counts, ANGRY)


def test_merged_statistics_are_those_of_all_clips():
    rng = np.random.default_rng(3)
    first, second, neutral = rng.normal(size=(3, 4))
    merged = UNKNOWN_SPEAKER.update(first, UNIFORM).merge(
        UNKNOWN_SPEAKER.update(second, UNIFORM).update_neutral(neutral)
    )
    all_clips = updated([first, second]).update_neutral(neutral)
    assert merged.n_clips == all_clips.n_clips == 3
    for name in vars(all_clips):
        assert np.allclose(getattr(merged, name), getattr(all_clips, name))
    assert UNKNOWN_SPEAKER.merge(UNKNOWN_SPEAKER).n_clips == 0


def clip(row):
    return Features(np.float32(row)[None], np.zeros((1, 8)), np.zeros((1, 1)))


@pytest.mark.parametrize("clips", [1, 4])
def test_labelled_clips_are_compared_with_the_mean_of_their_emotion(adaptation, rng, clips):
    offset, speaker = rng.normal(size=SIZE), UNKNOWN_SPEAKER
    for label in LABELS[:clips]:
        speaker = speaker.teach(label, clip(adaptation.class_means[LABELS.index(label)] + offset))
    adapted = adaptation.adapt(np.zeros((3, SIZE), np.float32), speaker)
    expected = -clips / (clips + LABELLED_RELEVANCE_FACTOR) * offset
    np.testing.assert_allclose(adapted, np.tile(expected, (3, 1)), atol=1e-5)


def test_the_oldest_clip_of_the_most_frequent_emotion_is_forgotten(rng):
    speaker = UNKNOWN_SPEAKER
    for number in range(MAX_LABELLED + 2):
        speaker = speaker.teach("sad" if number < 3 else "happy", clip([number]))
    numbers = [int(labelled.features.rows[0, 0]) for labelled in speaker.labelled]
    assert numbers == [0, 1, 2, *range(5, MAX_LABELLED + 2)]
    assert speaker.n_clips == MAX_LABELLED
