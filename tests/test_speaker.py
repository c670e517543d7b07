"""A voice is known better with every clip, and never better than its clips allow."""

from dataclasses import fields

import numpy as np
import pytest

from ser.speaker import STRANGER, Adaptation

SHAPE = (3, 2, 4)  # layers, mean and deviation, hidden size
SIZE = 24
DIRECTIONS = 6


@pytest.fixture
def random():
    return np.random.default_rng(0)


@pytest.fixture
def adaptation(random):
    """Speakers differ in six directions; a neutral clip tells four times as much as another."""
    basis, _ = np.linalg.qr(random.normal(size=(SIZE, DIRECTIONS)))
    arrays = {
        "mean": random.normal(size=SIZE),
        "neutral": random.normal(size=SIZE),
        "scale": random.uniform(0.5, 2, size=SIZE),
        "basis": basis,
        "offset_variance": np.full(DIRECTIONS, 1.0),
        "clip_variance": np.full(DIRECTIONS, 4.0),
        "neutral_variance": np.full(DIRECTIONS, 1.0),
    }
    return Adaptation(**{name: array.astype(np.float32) for name, array in arrays.items()})


def offset_of(adaptation, coordinates):
    """An offset in embedding units, given its coordinates in the subspace."""
    return adaptation.scale * (adaptation.basis @ coordinates)


def heard(embeddings):
    speaker = STRANGER
    for embedding in embeddings:
        speaker = speaker.heard(embedding)
    return speaker


def test_a_speaker_counts_and_does_not_change(random):
    clip = random.normal(size=SHAPE).astype(np.float32)
    nobody = STRANGER
    both = nobody.heard(clip).heard_neutral(2 * clip)
    assert (nobody.clips, both.clips, both.others, both.neutrals) == (0, 2, 1, 1)
    assert both.others_sum.dtype == both.neutrals_sum.dtype == np.float64
    np.testing.assert_allclose(both.others_sum, clip.reshape(-1))
    np.testing.assert_allclose(both.neutrals_sum, 2 * clip.reshape(-1))
    assert nobody.heard(clip).heard(clip).others_sum[0] == 2 * np.float64(clip.flat[0])


def test_without_clips_nothing_changes(adaptation, random):
    embedding = random.normal(size=SHAPE).astype(np.float32)
    assert adaptation.adapt(embedding, STRANGER).tobytes() == embedding.tobytes()


def test_shape_and_type_are_kept(adaptation, random):
    embedding = random.normal(size=SHAPE).astype(np.float32)
    adapted = adaptation.adapt(embedding, STRANGER.heard(embedding))
    assert adapted.shape == SHAPE and adapted.dtype == np.float32
    assert not np.array_equal(adapted, embedding)


def test_many_clips_find_the_offset(adaptation, random):
    offset = offset_of(adaptation, random.normal(size=DIRECTIONS))
    deviations = random.normal(size=(2000, DIRECTIONS)) * np.sqrt(adaptation.clip_variance)
    clips = [adaptation.mean + offset + offset_of(adaptation, each) for each in deviations]
    embedding = random.normal(size=SIZE).astype(np.float32)
    adapted = adaptation.adapt(embedding, heard(clips))
    np.testing.assert_allclose(adapted, embedding - offset, atol=0.2)


@pytest.mark.parametrize("clips", [1, 2, 5, 20])
def test_clips_weigh_n_over_n_plus_k(adaptation, random, clips):
    offset = offset_of(adaptation, random.normal(size=DIRECTIONS))
    speaker = heard([adaptation.mean + offset] * clips)
    embedding = np.zeros(SIZE, dtype=np.float32)
    k = 4.0 / 1.0
    expected = -clips / (clips + k) * offset
    np.testing.assert_allclose(adaptation.adapt(embedding, speaker), expected, atol=1e-5)


def test_the_offset_stays_in_the_subspace(adaptation, random):
    outside = random.normal(size=SIZE)
    outside -= adaptation.basis @ (adaptation.basis.T @ outside)
    speaker = heard([adaptation.mean + adaptation.scale * outside] * 50)
    embedding = random.normal(size=SIZE).astype(np.float32)
    np.testing.assert_allclose(adaptation.adapt(embedding, speaker), embedding, atol=1e-5)


def test_five_angry_clips_are_not_a_speaker(adaptation):
    """Where clips vary and speakers do not, what the clips share is their emotion."""
    anger = np.zeros(DIRECTIONS)
    anger[0] = 3.0
    offset_variance = adaptation.offset_variance.copy()
    offset_variance[0] = 0.05
    arrays = vars(adaptation) | {"offset_variance": offset_variance}
    angry = offset_of(adaptation, anger)
    embedding = (adaptation.mean + angry).astype(np.float32)
    adapted = Adaptation(**arrays).adapt(embedding, heard([adaptation.mean + angry] * 5))
    assert np.linalg.norm(embedding - adapted) < 0.06 * np.linalg.norm(angry)


def test_a_direction_in_which_speakers_do_not_differ_is_left_alone(adaptation):
    arrays = vars(adaptation) | {"offset_variance": np.zeros(DIRECTIONS, dtype=np.float32)}
    speaker = heard([adaptation.mean + offset_of(adaptation, np.ones(DIRECTIONS))])
    embedding = np.ones(SIZE, dtype=np.float32)
    np.testing.assert_array_equal(Adaptation(**arrays).adapt(embedding, speaker), embedding)


def test_neutral_clips_are_measured_against_neutral(adaptation, random):
    offset = offset_of(adaptation, random.normal(size=DIRECTIONS))
    speaker = STRANGER.heard_neutral(adaptation.neutral + offset)
    embedding = np.zeros(SIZE, dtype=np.float32)
    # One neutral clip of variance 1 against a prior of 1: half of it is believed.
    np.testing.assert_allclose(adaptation.adapt(embedding, speaker), -offset / 2, atol=1e-5)


def test_neutral_and_other_clips_weigh_by_their_precision(adaptation, random):
    first, second = random.normal(size=(2, DIRECTIONS))
    speaker = STRANGER.heard(adaptation.mean + offset_of(adaptation, first)).heard_neutral(
        adaptation.neutral + offset_of(adaptation, second)
    )
    expected = (first / 4 + second / 1) / (1 + 1 / 4 + 1)
    adapted = adaptation.adapt(np.zeros(SIZE, dtype=np.float32), speaker)
    np.testing.assert_allclose(adapted, -offset_of(adaptation, expected), atol=1e-5)


def test_saved_and_loaded(adaptation, tmp_path):
    adaptation.save(tmp_path / "adaptation.npz")
    loaded = Adaptation.load(tmp_path / "adaptation.npz")
    for field in fields(Adaptation):
        kept = getattr(loaded, field.name)
        assert kept.dtype == np.float32
        np.testing.assert_array_equal(kept, getattr(adaptation, field.name))
