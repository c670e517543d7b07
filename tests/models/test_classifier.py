"""The classifier on synthetic embeddings, and the bundled one on its training clips."""

import numpy as np
import pytest
from synthetic import embeddings_of, fitted, predicted

from ser import artifacts
from ser.errors import SerError
from ser.labels import LABELS
from ser.models.classifier import fit_classifier
from ser.training import labelled_embeddings


@pytest.fixture(scope="module")
def classifier():
    # As in RAVDESS, neutral has half the clips.
    return fitted(*embeddings_of(np.random.default_rng(0), [15] + [30] * 7))


def test_probabilities_sum_to_one_and_are_correct(classifier):
    embeddings, emotions, _ = embeddings_of(np.random.default_rng(1), 20)
    prediction = classifier.predict(embeddings)
    for probabilities in (prediction.probabilities, prediction.ensemble):
        assert probabilities.shape == (160, 8)
        assert np.allclose(probabilities.sum(axis=1), 1)
    assert (predicted(classifier, embeddings) == emotions).mean() > 0.9


def test_one_clip_is_predicted_as_among_others(classifier):
    embeddings, _, _ = embeddings_of(np.random.default_rng(1), 3)
    together = classifier.predict(embeddings).probabilities
    alone = [classifier.predict(embedding[None]).probabilities[0] for embedding in embeddings]
    assert np.allclose(together, alone, atol=1e-5)


def test_rare_emotions_are_not_neglected():
    training = embeddings_of(np.random.default_rng(2), [15] + [60] * 7, noise=4.0)
    embeddings, emotions, _ = embeddings_of(np.random.default_rng(3), 60, noise=4.0)
    labels = predicted(fitted(*training), embeddings)
    fraction = np.mean(labels == "neutral")
    assert np.mean(labels[emotions == "neutral"] == "neutral") > 4 * fraction > 0.2


def speaker_dependent():
    """Return embeddings with an offset of each pair of speaker and emotion, and of no emotion."""
    rng = np.random.default_rng(4)
    emotions, speakers = np.repeat(LABELS, 24), np.tile(np.repeat(np.arange(6), 4), 8)
    offsets = rng.normal(size=(8, 6, 3, 2, 24))
    codes = np.array([LABELS.index(emotion) for emotion in emotions])
    embeddings = offsets[codes, speakers] + rng.normal(0, 0.1, (len(codes), 3, 2, 24))
    return embeddings, emotions, speakers


@pytest.mark.parametrize("n_copies", [0, 2])
def test_out_of_fold_probabilities_are_speaker_independent(n_copies):
    embeddings, emotions, speakers = speaker_dependent()
    classifier, out_of_fold = fit_classifier(
        embeddings, emotions, speakers, [embeddings] * n_copies
    )
    ensemble = classifier.predict(embeddings).ensemble
    assert (np.array(LABELS)[ensemble.argmax(axis=1)] == emotions).all()
    assert (np.array(LABELS)[out_of_fold.argmax(axis=1)] == emotions).mean() < 0.4


def test_noisy_copies_improve_predictions_in_noise():
    rng = np.random.default_rng(9)
    embeddings, emotions, speakers = embeddings_of(rng, 20, noise=4.0)

    def in_noise(clean):
        noisy = clean.copy()
        noisy[:, 0] = rng.normal(0, 20, noisy[:, 0].shape)
        return noisy

    test, truth, _ = embeddings_of(np.random.default_rng(10), 40, noise=4.0)
    without = fitted(embeddings, emotions, speakers)
    with_copies = fitted(embeddings, emotions, speakers, [in_noise(embeddings)])
    before, after = (
        np.mean(predicted(model, in_noise(test)) == truth) for model in (without, with_copies)
    )
    assert after > before + 0.05


def test_same_seed_same_classifier():
    embeddings, emotions, speakers = embeddings_of(np.random.default_rng(5), 12)
    first, second = (
        fitted(embeddings, emotions, speakers, seed=3).predict(embeddings) for _ in range(2)
    )
    assert np.array_equal(first.probabilities, second.probabilities)


@pytest.mark.parametrize(
    "occurring",
    [
        ("neutral", "happy", "sad", "angry", "fearful", "disgust"),
        ("neutral", "sad"),
        ("sad", "calm"),
    ],
)
def test_emotions_that_do_not_occur_get_probability_0(occurring):
    embeddings, emotions, speakers = embeddings_of(np.random.default_rng(6), 40)
    rows = np.isin(emotions, occurring)
    classifier, out_of_fold = fit_classifier(embeddings[rows], emotions[rows], speakers[rows])
    test, truth, _ = embeddings_of(np.random.default_rng(8), 20)
    rows = np.isin(truth, occurring)
    prediction = classifier.predict(test[rows])
    for probabilities in (prediction.probabilities, prediction.ensemble, out_of_fold):
        assert probabilities.shape[1] == len(LABELS)
        assert np.allclose(probabilities.sum(axis=1), 1)
        assert ((probabilities > 0).any(axis=0) == np.isin(LABELS, occurring)).all()
    assert (predicted(classifier, test[rows]) == truth[rows]).mean() > 0.9


def test_an_emotion_of_one_speaker_alone():
    embeddings, emotions, speakers = embeddings_of(np.random.default_rng(6), 40)
    rows = (emotions != "angry") | (speakers == 2)
    classifier, out_of_fold = fit_classifier(embeddings[rows], emotions[rows], speakers[rows])
    assert np.allclose(out_of_fold.sum(axis=1), 1)
    assert np.allclose(classifier.predict(embeddings).probabilities.sum(axis=1), 1)


def test_adapted_embeddings_have_another_head():
    embeddings, emotions, speakers = embeddings_of(np.random.default_rng(15), 24)

    def offsets(speakers):
        return (20 * (1 + speakers))[:, None]

    shifted = embeddings + offsets(speakers)[..., None, None]
    classifier = fitted(
        shifted, emotions, speakers, adapt=lambda rows, names: rows - offsets(names)
    )
    test, truth, names = embeddings_of(np.random.default_rng(16), 10)
    prediction = classifier.predict(test + offsets(names)[..., None, None], test)
    labels = np.array(LABELS)[prediction.probabilities.argmax(axis=1)]
    assert (labels == truth).mean() > 0.9
    assert prediction.threshold == classifier.adapted.calibration.threshold
    assert classifier.predict(test).threshold == classifier.unadapted.calibration.threshold


@pytest.mark.parametrize(
    ("emotions", "n_speakers", "n_each", "message"),
    [
        (["sad"], 6, 60, "60 by 6 speakers in 1 emotions.*2 emotions"),
        (["sad", "calm"], 4, 30, "by 4 speakers.*by 5 speakers"),
        (["sad", "calm"], 6, 23, "46 by 6 speakers.*at least 48"),
    ],
)
def test_too_few_recordings(emotions, n_speakers, n_each, message):
    labels = np.repeat(emotions, n_each)
    embeddings = np.random.default_rng(0).normal(size=(len(labels), 3, 2, 24))
    with pytest.raises(SerError, match=message):
        fit_classifier(embeddings, labels, np.arange(len(labels)) % n_speakers)


def test_two_emotions_one_of_them_by_a_single_speaker():
    speakers = np.arange(60) % 6
    embeddings = np.random.default_rng(0).normal(size=(60, 3, 2, 24))
    with pytest.raises(SerError, match="Too few speakers of an emotion"):
        fit_classifier(embeddings, np.where(speakers == 1, "sad", "calm"), speakers)


def test_bundled_classifier_predicts_its_training_clips(recognizer):
    labelled = labelled_embeddings.load(artifacts.FOLDER / artifacts.EMBEDDINGS)
    labels = predicted(recognizer.classifier, labelled.embeddings)
    assert len(labels) == 1440
    assert (labels == labelled.emotions).mean() > 0.9
