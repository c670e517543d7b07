"""All models of a training set: what each of them is fitted to."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic import embeddings_of, labelled, predicted

from ser.labels import LABELS
from ser.models.speaker import SpeakerAdaptation
from ser.training.classifier import fitting
from ser.training.labelled_embeddings import project

SHAPE = (3, 2, 24)  # layers, mean and standard deviation, hidden size
HOME, OTHERS = ("neutral", "happy", "sad", "angry"), ("neutral", "sad", "surprised")


def corpus(seed, emotions, name, offset=0.0):
    embeddings, labels, speakers = embeddings_of(np.random.default_rng(seed), 24)
    rows = np.isin(labels, emotions)
    return labelled(embeddings[rows] + offset, labels[rows], speakers[rows], corpus=name)


@pytest.fixture(scope="module")
def home():
    return corpus(0, HOME, "home")


@pytest.fixture(scope="module")
def other():
    return corpus(1, OTHERS, "other", offset=0.5)


@pytest.fixture(scope="module")
def models(home, other):
    return fitting.fit(replace(home, others=project([other], (), 0)), 0)


def test_emotions_of_all_corpora_are_predicted(models, home, other):
    known = {LABELS[column] for column in models.classifier.classes}
    assert known == {*HOME, *OTHERS}
    for seed, emotions in ((3, HOME), (4, OTHERS)):
        test = corpus(seed, emotions, "test", offset=0.5 * (emotions is OTHERS))
        labels = predicted(models.classifier, test.embeddings)
        assert np.mean(labels == test.emotions) > 0.8
    alone, _ = fitting.fit_emotions(home, 0)
    assert not np.isin(LABELS.index("surprised"), alone.classes)


def test_out_of_fold_probabilities_are_of_the_home_corpus_clips(models, home):
    assert models.out_of_fold.shape == (len(home.emotions), len(LABELS))
    assert np.allclose(models.out_of_fold.sum(axis=1), 1)
    most_probable = np.array(LABELS)[models.out_of_fold.argmax(axis=1)]
    assert np.mean(most_probable == home.emotions) > 0.8


def test_the_classifier_is_that_of_the_emotions_alone(models, home, other):
    classifier, out_of_fold = fitting.fit_emotions(replace(home, others=project([other], (), 0)), 0)
    assert np.array_equal(out_of_fold, models.out_of_fold)
    for name in ("pooled", "probabilities"):
        of_both = (c.predict(other.embeddings) for c in (classifier, models.classifier))
        assert np.array_equal(*(getattr(prediction, name) for prediction in of_both))


def test_the_adaptation_is_fitted_to_all_corpora(models, home, other):
    sets = (home.embeddings, other.embeddings)
    rows = np.concatenate([models.classifier.projection(embeddings) for embeddings in sets])
    emotions = np.concatenate([home.emotions, other.emotions])
    corpora = np.repeat(["home", "other"], [len(home.emotions), len(other.emotions)])
    expected = SpeakerAdaptation.fit(rows, emotions, corpora)
    # Other corpora are kept in half precision.
    assert np.allclose(models.adaptation.class_means, expected.class_means, atol=0.01)


def test_one_corpus_suffices(home):
    fitted = fitting.fit(home, 0)
    test = corpus(3, HOME, "test")
    assert np.mean(predicted(fitted.classifier, test.embeddings) == test.emotions) > 0.8
    rows = fitted.classifier.projection(home.embeddings)
    expected = SpeakerAdaptation.fit(rows, home.emotions, np.full(len(rows), "home"))
    assert np.allclose(fitted.adaptation.class_means, expected.class_means)
