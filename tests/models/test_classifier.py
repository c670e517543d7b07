"""The classifier on synthetic embeddings, and the bundled one on its training clips."""

import numpy as np
import pytest
from synthetic import embeddings_of, fitted, predicted

from ser import artifacts
from ser.labels import LABELS
from ser.models.speaker import Features
from ser.training import labelled_embeddings
from ser.training.classifier.fitting import fit_classifier


@pytest.fixture(scope="module")
def classifier():
    # As in RAVDESS, neutral has half the clips.
    return fitted(*embeddings_of(np.random.default_rng(0), [15] + [30] * 7))


def test_probabilities_sum_to_one_and_are_correct(classifier):
    embeddings, emotions, _ = embeddings_of(np.random.default_rng(1), 20)
    prediction = classifier.predict(embeddings)
    for probabilities in (prediction.probabilities, prediction.pooled):
        assert probabilities.shape == (160, 8)
        assert np.allclose(probabilities.sum(axis=1), 1)
    assert (predicted(classifier, embeddings) == emotions).mean() > 0.9


def test_one_clip_is_predicted_as_among_others(classifier):
    embeddings, _, _ = embeddings_of(np.random.default_rng(1), 3)
    together = classifier.predict(embeddings)
    alone = [classifier.predict(embedding[None]) for embedding in embeddings]
    for name in ("probabilities", "familiarity"):
        expected = [getattr(prediction, name)[0] for prediction in alone]
        assert np.allclose(getattr(together, name), expected, atol=1e-4)


def test_familiarity_is_the_similarity_to_the_training_clips(classifier):
    embeddings, _, _ = embeddings_of(np.random.default_rng(1), 10)
    familiar, unlike = (
        classifier.predict(factor * embeddings).familiarity for factor in (1.0, 3.0)
    )
    assert familiar.shape == (80,) and np.median(familiar) > 0.8
    assert (unlike < 0.01).all()


def test_principal_components_may_be_adapted(classifier):
    """Clips unlike the training clips are predicted by the adapted principal components alone."""
    embeddings, emotions, _ = embeddings_of(np.random.default_rng(1), 10)
    rows = classifier.features(embeddings).rows
    offset = 40 * np.random.default_rng(2).normal(size=embeddings.shape[1:])
    shifted = embeddings + offset

    features = classifier.features(shifted)

    def accuracy(adapted):
        probabilities = classifier.predict_features(features, adapted).probabilities
        return (np.array(LABELS)[probabilities.argmax(axis=1)] == emotions).mean()

    assert accuracy(rows) > 0.9 > 0.6 > accuracy(features.rows)


def test_features_of_some_clips(classifier):
    embeddings, *_ = embeddings_of(np.random.default_rng(1), 2)
    features = classifier.features(embeddings)
    parts = [features[:5], features[[5]], features[np.arange(16) > 5]]
    together = Features.concatenate(parts)
    assert [len(part.rows) for part in parts] == [5, 1, 10]
    for name in ("rows", "scores", "similarity"):
        assert np.array_equal(getattr(together, name), getattr(features, name))
    alone = classifier.predict_features(parts[1], parts[1].rows).probabilities
    assert alone[0] == pytest.approx(classifier.predict(embeddings).probabilities[5])


def test_rare_emotions_are_not_neglected():
    training = embeddings_of(np.random.default_rng(2), [30] + [60] * 7, noise=4.0)
    embeddings, emotions, _ = embeddings_of(np.random.default_rng(3), 60, noise=4.0)
    labels = predicted(fitted(*training), embeddings)
    assert np.mean(labels[emotions == "neutral"] == "neutral") > 0.45
    assert np.mean(labels == "neutral") > 0.6 / len(LABELS)


def speaker_dependent():
    """Return embeddings with an offset of each pair of speaker and emotion, and of no emotion."""
    rng = np.random.default_rng(4)
    emotions, speakers = np.repeat(LABELS, 24), np.tile(np.repeat(np.arange(6), 4), 8)
    offsets = rng.normal(size=(8, 6, 3, 2, 24))
    codes = np.array([LABELS.index(emotion) for emotion in emotions])
    embeddings = offsets[codes, speakers] + rng.normal(0, 0.1, (len(codes), 3, 2, 24))
    return embeddings, emotions, speakers


def test_out_of_fold_probabilities_are_speaker_independent():
    embeddings, emotions, speakers = speaker_dependent()
    classifier, out_of_fold = fit_classifier(embeddings, emotions, speakers)
    pooled = classifier.predict(embeddings).pooled
    assert (np.array(LABELS)[pooled.argmax(axis=1)] == emotions).all()
    assert out_of_fold.shape == (192, 8)
    assert (np.array(LABELS)[out_of_fold.argmax(axis=1)] == emotions).mean() < 0.4


def test_same_seed_same_classifier():
    training = embeddings_of(np.random.default_rng(5), 40, noise=3.0)
    test, _, _ = embeddings_of(np.random.default_rng(6), 5, noise=3.0)
    first, again, other = (
        fitted(*training, seed=seed).predict(test).probabilities for seed in (3, 3, 4)
    )
    assert np.array_equal(first, again) and not np.array_equal(first, other)


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
    for probabilities in (prediction.probabilities, prediction.pooled, out_of_fold):
        assert probabilities.shape[1] == len(LABELS)
        assert np.allclose(probabilities.sum(axis=1), 1)
        assert ((probabilities > 0).any(axis=0) == np.isin(LABELS, occurring)).all()
    assert (predicted(classifier, test[rows]) == truth[rows]).mean() > 0.9


@pytest.mark.parametrize("noise", [1.0, 3.0])
def test_an_emotion_of_one_speaker_alone(noise):
    """The fold that tests this speaker has no clip of the emotion to train on."""
    embeddings, emotions, speakers = embeddings_of(np.random.default_rng(6), 20, noise=noise)
    rows = (emotions != "angry") | (speakers == 2)
    classifier, out_of_fold = fit_classifier(embeddings[rows], emotions[rows], speakers[rows])
    assert np.allclose(out_of_fold.sum(axis=1), 1)
    test, truth, _ = embeddings_of(np.random.default_rng(8), 20, noise=noise)
    probabilities = classifier.predict(test).probabilities
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert (predicted(classifier, test) == truth)[truth != "angry"].mean() > 0.7
    assert probabilities.max(axis=1).mean() > 0.4


def test_bundled_classifier_predicts_its_training_clips(recognizer):
    labelled = labelled_embeddings.load(artifacts.FOLDER)
    labels = predicted(recognizer.classifier, labelled.embeddings)
    assert len(labels) == 1440
    assert (labels == labelled.emotions).mean() > 0.9
