"""The boosting classifier on embeddings made for the purpose, and the bundled one on real clips."""

import numpy as np
import pytest

from ser import artifacts
from ser.errors import SerError
from ser.labels import LABELS
from ser.models.classifier import EmotionClassifier
from ser.training.data import ravdess


def made_up(random, per_label, speakers=6, spread=1.0):
    """Embeddings of shape (n, 3, 2, 24): an offset per emotion, one per speaker, and noise."""
    centres = np.random.default_rng(7).normal(size=(8, 3, 2, 24))
    emotions = np.repeat(LABELS, per_label)
    codes = np.array([LABELS.index(emotion) for emotion in emotions])
    actors = random.integers(0, speakers, len(codes))
    voices = random.normal(0, 0.5, (speakers, 3, 2, 24))
    noise = random.normal(0, spread, (len(codes), 3, 2, 24))
    return centres[codes] + voices[actors] + noise, emotions, actors


@pytest.fixture(scope="module")
def fitted():
    random = np.random.default_rng(0)
    # As in RAVDESS, neutral has half the clips.
    embeddings, emotions, actors = made_up(random, [15] + [30] * 7)
    return EmotionClassifier().fit(embeddings, emotions, actors)


def test_probabilities_sum_to_one_and_are_right(fitted):
    embeddings, emotions, _ = made_up(np.random.default_rng(1), 20)
    probabilities = fitted.probabilities(embeddings)
    assert probabilities.shape == (160, 8)
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert (np.array(LABELS)[probabilities.argmax(axis=1)] == emotions).mean() > 0.9


def test_rare_emotions_are_not_neglected():
    random = np.random.default_rng(2)
    embeddings, emotions, actors = made_up(random, [15] + [60] * 7, spread=4.0)
    unseen, truth, _ = made_up(np.random.default_rng(3), 60, spread=4.0)
    classifier = EmotionClassifier().fit(embeddings, emotions, actors)
    predicted = np.array(LABELS)[classifier.probabilities(unseen).argmax(axis=1)]
    share = np.mean(predicted == "neutral")
    assert np.mean(predicted[truth == "neutral"] == "neutral") > 4 * share > 0.2


def test_out_of_fold_scores_come_from_models_that_did_not_hear_the_speaker():
    random = np.random.default_rng(4)
    emotions, actors = np.repeat(LABELS, 24), np.tile(np.repeat(np.arange(6), 4), 8)
    # Everybody has ways of their own: nothing about the others helps with a stranger.
    ways = random.normal(size=(8, 6, 3, 2, 24))
    codes = np.array([LABELS.index(emotion) for emotion in emotions])
    embeddings = ways[codes, actors] + random.normal(0, 0.1, (len(codes), 3, 2, 24))
    classifier = EmotionClassifier().fit(embeddings, emotions, actors)
    assert (
        np.array(LABELS)[classifier.initial_probabilities(embeddings).argmax(axis=1)] == emotions
    ).all()
    right = np.array(LABELS)[classifier.out_of_fold.argmax(axis=1)] == emotions
    assert right.mean() < 0.4


def test_copies_of_a_speaker_tell_nothing_about_that_speaker():
    random = np.random.default_rng(4)
    emotions, actors = np.repeat(LABELS, 24), np.tile(np.repeat(np.arange(6), 4), 8)
    ways = random.normal(size=(8, 6, 3, 2, 24))
    codes = np.array([LABELS.index(emotion) for emotion in emotions])
    embeddings = ways[codes, actors] + random.normal(0, 0.1, (len(codes), 3, 2, 24))
    classifier = EmotionClassifier().fit(embeddings, emotions, actors, [embeddings, embeddings])
    right = np.array(LABELS)[classifier.out_of_fold.argmax(axis=1)] == emotions
    assert right.mean() < 0.4


def test_copies_heard_elsewhere_help_there():
    # What is loudest in a quiet place drowns elsewhere; something fainter is left.
    random = np.random.default_rng(9)
    embeddings, emotions, actors = made_up(random, 20, spread=4.0)

    def drowned(heard):
        changed = heard.copy()
        changed[:, 0] = random.normal(0, 20, changed[:, 0].shape)
        return changed

    unseen, truth, _ = made_up(np.random.default_rng(10), 40, spread=4.0)
    alone = EmotionClassifier().fit(embeddings, emotions, actors)
    taught = EmotionClassifier().fit(embeddings, emotions, actors, [drowned(embeddings)])
    right = [
        np.mean(np.array(LABELS)[each.probabilities(drowned(unseen)).argmax(axis=1)] == truth)
        for each in (alone, taught)
    ]
    assert right[1] > right[0] + 0.05


def test_same_seed_same_classifier():
    embeddings, emotions, actors = made_up(np.random.default_rng(5), 12)
    first, second = (EmotionClassifier(3).fit(embeddings, emotions, actors) for _ in range(2))
    assert np.array_equal(first.probabilities(embeddings), second.probabilities(embeddings))


@pytest.mark.parametrize(
    "occurring",
    [
        ("neutral", "happy", "sad", "angry", "fearful", "disgust"),
        ("neutral", "sad"),
        ("sad", "calm"),
    ],
)
def test_emotions_that_do_not_occur_are_impossible(occurring):
    embeddings, emotions, actors = made_up(np.random.default_rng(6), 40)
    rows = np.isin(emotions, occurring)
    classifier = EmotionClassifier().fit(embeddings[rows], emotions[rows], actors[rows])
    unseen, truth, _ = made_up(np.random.default_rng(8), 20)
    rows = np.isin(truth, occurring)
    for probabilities in (
        classifier.probabilities(unseen[rows]),
        classifier.initial_probabilities(unseen[rows]),
        classifier.out_of_fold,
    ):
        assert probabilities.shape[1] == len(LABELS)
        assert np.allclose(probabilities.sum(axis=1), 1)
        assert ((probabilities > 0).any(axis=0) == np.isin(LABELS, occurring)).all()
    predicted = np.array(LABELS)[classifier.probabilities(unseen[rows]).argmax(axis=1)]
    assert (predicted == truth[rows]).mean() > 0.9


def test_an_emotion_of_one_speaker_alone():
    embeddings, emotions, actors = made_up(np.random.default_rng(6), 40)
    rows = (emotions != "angry") | (actors == 2)
    classifier = EmotionClassifier().fit(embeddings[rows], emotions[rows], actors[rows])
    assert np.allclose(classifier.out_of_fold.sum(axis=1), 1)
    assert np.allclose(classifier.probabilities(embeddings).sum(axis=1), 1)


@pytest.mark.parametrize(
    ("emotions", "speakers", "each", "message"),
    [
        (["sad"], 6, 60, "60 by 6 speakers in 1 emotions.*2 emotions"),
        (["sad", "calm"], 4, 30, "by 4 speakers.*by 5 speakers"),
        (["sad", "calm"], 6, 23, "46 by 6 speakers.*at least 48"),
    ],
)
def test_too_little_to_learn_from(emotions, speakers, each, message):
    told = np.repeat(emotions, each)
    embeddings = np.random.default_rng(0).normal(size=(len(told), 3, 2, 24))
    with pytest.raises(SerError, match=message):
        EmotionClassifier().fit(embeddings, told, np.arange(len(told)) % speakers)


def test_two_emotions_one_of_them_by_a_single_speaker():
    actors = np.arange(60) % 6
    embeddings = np.random.default_rng(0).normal(size=(60, 3, 2, 24))
    with pytest.raises(SerError, match="Too few speakers of an emotion"):
        EmotionClassifier().fit(embeddings, np.where(actors == 1, "sad", "calm"), actors)


def test_bundled_classifier_knows_its_training_clips(recognizer):
    with np.load(artifacts.FOLDER / artifacts.EMBEDDINGS, allow_pickle=False) as kept:
        embeddings, names = kept["embeddings"], kept["names"]
    emotions = np.array([ravdess.parse(f"{name}.wav").emotion for name in names])
    predicted = np.array(LABELS)[recognizer.classifier.probabilities(embeddings).argmax(axis=1)]
    assert len(names) == 1440
    assert (predicted == emotions).mean() > 0.9
