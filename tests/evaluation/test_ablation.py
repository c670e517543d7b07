"""The ablation: each part is left out alone, in training or in prediction."""

import numpy as np
import pytest
from scipy.special import softmax
from synthetic import made_up

from ser.evaluation import ablation, cross_corpus
from ser.evaluation.ablation import WITHOUT_PART
from ser.evaluation.metrics import most_probable
from ser.labels import LABELS
from ser.training.classifier import fitting
from ser.training.labelled_embeddings import LabelledEmbeddings

EMOTIONS = ("neutral", "happy", "sad", "angry")
HIDDEN_SIZE = 32


@pytest.fixture(scope="module")
def sets():
    """Corpora whose emotions have something in common and something of their own."""
    rng = np.random.default_rng(0)
    class_means, labelled = rng.normal(size=(8, HIDDEN_SIZE)), {}
    for corpus in ("home", "crema_d", "nemo"):
        utterances = made_up(corpus, 12, EMOTIONS, 8)
        own = class_means + rng.normal(0, 0.8, class_means.shape)
        codes = [LABELS.index(utterance.emotion) for utterance in utterances]
        embeddings = own[codes] + rng.normal(0, 2.5, (len(codes), HIDDEN_SIZE))
        labelled[corpus] = LabelledEmbeddings(tuple(utterances), embeddings)
    return labelled


@pytest.fixture(scope="module")
def training_set(sets):
    return cross_corpus.leave_out(sets, "nemo")


@pytest.fixture(scope="module")
def fitted(training_set):
    return fitting.fit_emotions(training_set, 0)[0]


@pytest.fixture(scope="module")
def without(fitted, training_set):
    """The classifier without each part."""
    return dict(ablation.without_each_part(fitted, training_set, 0))


def test_every_part_is_left_out(fitted, without, sets):
    assert set(without) == {*WITHOUT_PART, "other corpora"}
    complete = fitted.predict(sets["nemo"].embeddings)
    for part, classifier in without.items():
        prediction = classifier.predict(sets["nemo"].embeddings)
        assert np.allclose(prediction.probabilities.sum(axis=1), 1), part
        assert not np.allclose(prediction.probabilities, complete.probabilities), part


def test_other_corpora_are_left_out_of_training(without, sets):
    alone, _ = fitting.fit_emotions(sets["home"], 0)
    embeddings = sets["nemo"].embeddings
    predictions = (c.predict(embeddings) for c in (alone, without["other corpora"]))
    assert np.array_equal(*(prediction.probabilities for prediction in predictions))


def test_parts_are_left_out_of_prediction(fitted, without, sets):
    columns, embeddings = fitted.classes, sets["nemo"].embeddings
    complete = fitted.predict(embeddings)
    of_part = {part: without[part].predict(embeddings) for part in WITHOUT_PART}
    assert all(prediction.threshold == complete.threshold for prediction in of_part.values())
    linear = fitted.linear.log_probabilities(fitted.projection(embeddings))
    pooled = of_part["kernel ridge"].pooled[:, columns]
    assert np.allclose(pooled, softmax(fitted.gate.linear_scale * linear, axis=1))
    assert (of_part["kernel ridge"].familiarity == 0).all()
    assert (of_part["linear model"].familiarity == 1).all()
    # Without boosting only the pooled probabilities are calibrated.
    pooled, weight = complete.pooled[:, columns], complete.familiarity[:, None]
    calibrated = fitted.calibration.calibrate(np.log(pooled), weight)
    assert np.allclose(of_part["boosting"].probabilities[:, columns], calibrated)
    # Calibration changes no answer.
    answers = [most_probable(p.probabilities) for p in (complete, of_part["calibration"])]
    assert np.array_equal(*answers)


def test_table():
    of_actors = {"none": {"clean": 0.7512, "room": 0.6}, "boosting": {"clean": 0.7, "room": 0.5}}
    of_corpora = {"boosting": {"ua": 0.4, "ece": 0.1234}, "none": {"ua": 0.45, "ece": 0.05}}
    lines = ablation.table(of_actors, of_corpora).splitlines()
    assert len(lines) == 4 and len({line.count("|") for line in lines}) == 1
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:]]
    assert cells == [["none", "75.1", "60.0", "45.0", "0.050"],
                     ["boosting", "70.0", "50.0", "40.0", "0.123"]]  # fmt: skip
