"""Predictions for a speaker of whom labelled clips are known."""

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize
from synthetic import embeddings_of, fitted

from ser.labels import LABELS
from ser.models import personal
from ser.models.speaker import UNKNOWN_SPEAKER, Features, SpeakerAdaptation


@pytest.fixture(scope="module")
def classifier():
    return fitted(*embeddings_of(np.random.default_rng(0), 20, noise=5.0))


@pytest.fixture(scope="module")
def adaptation(classifier):
    embeddings, emotions, _ = embeddings_of(np.random.default_rng(0), 20, noise=5.0)
    rows = classifier.features(embeddings).rows
    return SpeakerAdaptation.fit(rows, emotions, np.full(len(rows), "made"))


@pytest.fixture(scope="module")
def unlike(classifier):
    """Clips of a speaker whose emotions sound like others do: each like the next of LABELS."""
    embeddings, emotions, _ = embeddings_of(np.random.default_rng(5), 12, n_speakers=1)
    emotions = np.roll(emotions, 12)
    return classifier.features(embeddings), emotions


def taught(features, emotions, rows):
    speaker = UNKNOWN_SPEAKER
    for row in rows:
        speaker = speaker.teach(emotions[row], features[[row]])
    return speaker


def accuracy(prediction, emotions):
    return np.mean(np.array(LABELS)[prediction.probabilities.argmax(axis=1)] == emotions)


def test_a_speaker_unlike_all_others_is_learned(classifier, adaptation, unlike):
    features, emotions = unlike
    rest = np.flatnonzero(np.arange(len(emotions)) % 12 > 7)
    before = personal.predict(classifier, adaptation, features[rest], UNKNOWN_SPEAKER)
    assert accuracy(before, emotions[rest]) < 0.1
    rows = np.setdiff1d(np.arange(len(emotions)), rest)
    after = personal.predict(classifier, adaptation, features[rest], taught(*unlike, rows))
    assert accuracy(after, emotions[rest]) > 0.5
    for probabilities in (after.probabilities, after.pooled):
        assert probabilities.sum(axis=1) == pytest.approx(1) and (probabilities >= 0).all()
    assert after.threshold == before.threshold
    assert np.array_equal(after.familiarity, before.familiarity)


def test_without_labelled_clips_the_speaker_is_only_adapted_to(classifier, adaptation, unlike):
    features, _ = unlike
    speaker = UNKNOWN_SPEAKER.update_neutral(features.rows[0])
    adapted = adaptation.adapt(features.rows, speaker)
    expected = classifier.predict_features(features, adapted).probabilities
    actual = personal.predict(classifier, adaptation, features, speaker).probabilities
    assert np.array_equal(actual, expected)


def test_what_is_known_already_changes_little(classifier, adaptation):
    embeddings, emotions, _ = embeddings_of(np.random.default_rng(6), 10)
    features = classifier.features(embeddings)
    speaker = taught(features, emotions, range(0, 80, 10))
    after = personal.predict(classifier, adaptation, features, speaker)
    assert accuracy(after, emotions) >= accuracy(classifier.predict(embeddings), emotions) - 0.02


def test_unheard_emotions_keep_a_probability(classifier, adaptation, unlike):
    features, emotions = unlike
    speaker = taught(features, emotions, [0])
    probabilities = personal.predict(classifier, adaptation, features, speaker).probabilities
    assert (probabilities.max(axis=0) > 1e-4).all()


def test_with_equal_priors_it_is_a_regularised_logistic_regression():
    rng = np.random.default_rng(0)
    rows, targets = normalize(rng.normal(size=(24, 6))), np.tile(np.arange(8), 3)
    prior = np.full((24, 8), 1 / 8)
    coefficients = personal.fit(rows @ rows.T, prior, targets)
    reference = LogisticRegression(
        C=1 / personal.REGULARISATION, fit_intercept=False, tol=1e-8, max_iter=1000
    ).fit(rows, targets)
    expected = reference.predict_proba(rows)
    assert softmax(rows @ rows.T @ coefficients, axis=1) == pytest.approx(expected, abs=0.03)


def test_features_are_not_changed(classifier, adaptation, unlike):
    features, emotions = unlike
    before = Features.concatenate([features])
    personal.predict(classifier, adaptation, features, taught(features, emotions, range(8)))
    assert np.array_equal(before.rows, features.rows)
