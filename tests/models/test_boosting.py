"""Boosting as arrays predicts what LightGBM's predicts."""

import sys

import lightgbm
import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from ser import arrays
from ser.errors import SerError
from ser.models import boosting
from ser.models.boosting import Boosting, fit_boosting

WHOLE = np.ones((1, 1))  # weight of a correction


def clips(rng, n_clips, n_classes):
    """Return log-probabilities, features of which class 1 has larger ones, and classes."""
    classes = np.arange(n_clips) % n_classes
    features = rng.normal(size=(n_clips, 6)) + 3 * (classes == 1)[:, None]
    return np.log(rng.dirichlet(np.ones(n_classes), n_clips)), features, classes


@pytest.fixture(autouse=True)
def learning_rate(monkeypatch):
    """What few clips show has to be learnt."""
    monkeypatch.setattr(boosting, "LEARNING_RATE", 0.05)


def fitted(log_probabilities, features, classes, weights=None, seed=0):
    """Return boosting of clips by default of the same weight."""
    weights = np.ones(len(classes)) if weights is None else weights
    return fit_boosting(log_probabilities, features, classes, weights, seed)


@pytest.mark.parametrize(
    ("n_classes", "n_leaves", "missing"),
    [(2, 8, ()), (3, 2, ()), (8, 8, ()), (8, 3, ()), (4, 8, (2,)), (4, 8, (0, 3))],
    ids=["two", "stumps", "eight", "shallow", "one does not occur", "two do not occur"],
)
def test_predicts_exactly_as_lightgbm_does(monkeypatch, n_classes, n_leaves, missing):
    parameters = boosting.PARAMETERS | {"num_leaves": n_leaves, "min_data_in_leaf": 5}
    monkeypatch.setattr(boosting, "PARAMETERS", parameters)
    rng = np.random.default_rng(0)
    scores, features, classes = clips(rng, 240, n_classes)
    kept = ~np.isin(classes, missing)
    scores, features, classes = scores[kept], features[kept], classes[kept]
    absent = np.isin(np.arange(n_classes), missing)
    weights = rng.uniform(0.5, 1.5, len(classes))
    model = fitted(scores, features, classes, weights=weights, seed=3)
    reference = lightgbm.train(
        parameters | {"num_class": n_classes, "learning_rate": boosting.LEARNING_RATE, "seed": 3},
        lightgbm.Dataset(
            np.hstack([scores, features]).astype(np.float32),
            classes,
            weight=weights,
            init_score=np.where(absent, boosting.MASKED, scores).ravel(order="F"),
        ),
        num_boost_round=boosting.N_ESTIMATORS,
    )
    test_scores, test_features, _ = clips(rng, 50, n_classes)
    rows = np.vstack([np.hstack([test_scores, test_features]), np.hstack([scores, features])])
    raw = reference.predict(rows.astype(np.float32), raw_score=True)
    expected = log_softmax(rows[:, :n_classes] + raw, axis=1)
    predicted = model.predict_log_proba(rows[:, :n_classes], rows[:, n_classes:], WHOLE)
    assert np.allclose(predicted, expected, rtol=0, atol=1e-9)
    assert np.allclose(np.exp(predicted).sum(axis=1), 1)
    assert np.ptp(raw) > 0.1


def test_corrects_scores_that_are_wrong():
    scores, features, classes = clips(np.random.default_rng(2), 600, 3)
    scores[:] = np.log(1 / 3)
    corrected = fitted(scores, features, classes).predict_log_proba(scores, features, WHOLE)[:, 1]
    assert (corrected[classes == 1] > corrected[classes != 1].max()).mean() > 0.8
    assert np.exp(corrected[classes == 1]).mean() > 0.7


def test_right_scores_stay_nearly_as_they_are():
    rng = np.random.default_rng(5)
    probabilities = softmax(rng.normal(0, 2, (2000, 3)), axis=1)
    classes = np.array([rng.choice(3, p=row) for row in probabilities])
    scores, features = np.log(probabilities), rng.normal(size=(2000, 6))
    corrected = np.exp(fitted(scores, features, classes).predict_log_proba(scores, features, WHOLE))
    assert np.abs(corrected - probabilities).mean() < 0.05


def test_too_few_clips_to_split_change_nothing():
    scores, features, classes = clips(np.random.default_rng(6), 90, 3)
    corrected = fitted(scores, features, classes).predict_log_proba(scores, features, WHOLE)
    assert np.allclose(corrected, scores)


def test_a_correction_counts_by_its_weight():
    scores, features, classes = clips(np.random.default_rng(7), 600, 3)
    model = fitted(scores, features, classes)
    scores = log_softmax(scores, axis=1)
    whole, half, none = (
        model.predict_log_proba(scores, features, np.full((600, 1), weight))
        for weight in (1.0, 0.5, 0.0)
    )
    assert np.allclose(none, scores) and not np.allclose(whole, scores)
    assert np.allclose(half, log_softmax((whole + none) / 2, axis=1))


def test_a_class_that_does_not_occur_is_not_corrected():
    scores, features, classes = clips(np.random.default_rng(11), 600, 3)
    scores = log_softmax(np.hstack([scores, np.zeros((600, 1))]), axis=1)
    model = fitted(scores, features, classes)
    assert np.abs(model.value[:, 3]).max() < 1e-6 < np.abs(model.value[:, 0]).max()


def test_clips_count_by_their_weight():
    scores, features, classes = clips(np.random.default_rng(8), 900, 3)
    scores[:] = np.log(1 / 3)
    wrong = np.arange(900) < 600
    given = np.where(wrong, (classes + 1) % 3, classes)
    weights = np.where(wrong, 0.01, 2.98)
    corrected = fitted(scores, features, given, weights=weights).predict_log_proba(
        scores, features, WHOLE
    )
    assert (corrected.argmax(axis=1) == 1)[classes == 1].mean() > 0.9


def test_without_lightgbm_training_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)  # as if it was not installed
    with pytest.raises(SerError, match="requirements-training"):
        fitted(*clips(np.random.default_rng(13), 90, 3))


def test_same_seed_same_trees():
    data = clips(np.random.default_rng(9), 600, 3)
    first, again, other = (
        fitted(*data, seed=seed).predict_log_proba(*data[:2], WHOLE) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again) and not np.allclose(first, other)


def test_saved_and_loaded(tmp_path):
    data = clips(np.random.default_rng(4), 600, 3)
    model = fitted(*data)
    arrays.save(model, tmp_path / "boosting.npz")
    loaded = arrays.load(Boosting, tmp_path / "boosting.npz")
    assert np.array_equal(
        loaded.predict_log_proba(*data[:2], WHOLE), model.predict_log_proba(*data[:2], WHOLE)
    )
