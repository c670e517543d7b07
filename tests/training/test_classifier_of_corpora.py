"""The classifier of a home corpus and others, on made-up corpora."""

import numpy as np
import pytest
from synthetic import corpus_of, fitted, only, predicted, projected_corpora

from ser.labels import LABELS
from ser.training.classifier.fitting import fit_classifier

HOME_CORPUS, FIRST, SECOND, *UNKNOWN = range(6)


def others(emotions=LABELS):
    return projected_corpora(
        first=only(corpus_of(FIRST, 16), emotions), second=only(corpus_of(SECOND, 16), emotions)
    )


@pytest.fixture(scope="module")
def classifiers():
    """A classifier of the home corpus alone, and one of all corpora."""
    home = corpus_of(HOME_CORPUS, 16)
    return fitted(*home), fitted(*home, others=others())


def accuracies(models, number):
    embeddings, emotions, _ = corpus_of(number, 20, seed=1)
    return [(predicted(model, embeddings) == emotions).mean() for model in models]


def test_other_corpora_help_on_corpora_that_are_in_none(classifiers):
    before, after = np.mean([accuracies(classifiers, number) for number in UNKNOWN], axis=0)
    assert after > before + 0.1


def test_other_corpora_do_no_harm_at_home(classifiers):
    before, after = accuracies(classifiers, HOME_CORPUS)
    assert after > before - 0.05 and after > 0.8


def test_probabilities_are_finite_where_only_the_home_corpus_is_predicted_perfectly():
    """The best inverse temperature of these clips, but not of the others, is infinite."""
    sets = [corpus_of(number, 24, noise=2.5) for number in (HOME_CORPUS, FIRST, SECOND)]
    classifier = fitted(*sets[0], others=projected_corpora(first=sets[1], second=sets[2]))
    embeddings, emotions, _ = corpus_of(HOME_CORPUS, 20, noise=2.5, seed=1)
    probabilities = classifier.predict(embeddings).probabilities
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert (np.array(LABELS)[probabilities.argmax(axis=1)] == emotions).mean() > 0.9


@pytest.mark.parametrize("number", [FIRST, *UNKNOWN])
def test_only_clips_of_the_home_corpus_are_familiar(classifiers, number):
    _, classifier = classifiers
    at_home, elsewhere = (
        classifier.predict(corpus_of(corpus, 8, seed=2)[0]).familiarity
        for corpus in (HOME_CORPUS, number)
    )
    assert np.median(at_home) > 0.8 and (elsewhere < 0.05).all()


def test_out_of_fold_probabilities_are_of_the_home_clips():
    home = corpus_of(HOME_CORPUS, 10)
    _, out_of_fold = fit_classifier(*home, others())
    assert out_of_fold.shape == (80, 8) and np.allclose(out_of_fold.sum(axis=1), 1)
    assert (np.array(LABELS)[out_of_fold.argmax(axis=1)] == home[1]).mean() > 0.7


def recall(classifier, corpus, emotion):
    return (predicted(classifier, only(corpus, [emotion])[0]) == emotion).mean()


def test_an_emotion_that_the_home_corpus_lacks_is_learnt_from_others():
    home = only(corpus_of(HOME_CORPUS, 16), [label for label in LABELS if label != "sad"])
    classifier = fitted(*home, others=others())
    assert recall(classifier, corpus_of(UNKNOWN[0], 20, seed=1), "sad") > 0.7


def test_an_emotion_that_others_lack_is_predicted_at_home_alone():
    without = [label for label in LABELS if label != "calm"]
    classifier = fitted(*corpus_of(HOME_CORPUS, 16), others=others(without))
    assert recall(classifier, corpus_of(HOME_CORPUS, 20, seed=1), "calm") > 0.7
    unknown = only(corpus_of(UNKNOWN[0], 20, seed=1), without)
    assert classifier.predict(unknown[0]).pooled[:, LABELS.index("calm")].max() < 0.01


def test_an_emotion_of_one_other_corpus_alone():
    """The fold that leaves this corpus out has no clip of the emotion to train on."""
    without = [label for label in LABELS if label != "surprised"]
    home, first = (only(corpus_of(number, 16), without) for number in (HOME_CORPUS, FIRST))
    classifier = fitted(*home, others=projected_corpora(first=first, second=corpus_of(SECOND, 16)))
    embeddings, emotions, _ = only(corpus_of(UNKNOWN[0], 20, seed=1), without)
    probabilities = classifier.predict(embeddings).probabilities
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert probabilities.max(axis=1).mean() > 2 / len(LABELS)
    assert (np.array(LABELS)[probabilities.argmax(axis=1)] == emotions).mean() > 0.7
