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


def clips(rng, n_clips, n_classes):
    """Return log-probabilities, features of which class 1 has larger ones, and classes."""
    classes = np.arange(n_clips) % n_classes
    features = rng.normal(size=(n_clips, 6)) + 3 * (classes == 1)[:, None]
    return np.log(rng.dirichlet(np.ones(n_classes), n_clips)), features, classes


@pytest.fixture(autouse=True)
def learning_rate(monkeypatch):
    """What few clips show has to be learnt."""
    monkeypatch.setattr(boosting, "LEARNING_RATE", 0.05)


def fitted(log_probabilities, features, classes, corpora=None, mask=None, weights=None, seed=0):
    """Return boosting of clips by default of one corpus, with all classes and the same weight."""
    if corpora is None:
        corpora = np.full(len(classes), "made")
    if mask is None:
        mask = np.ones(log_probabilities.shape, bool)
    if weights is None:
        weights = np.ones(len(classes))
    return fit_boosting(log_probabilities, features, classes, corpora, mask, weights, seed)


@pytest.mark.parametrize(
    ("n_classes", "n_leaves", "missing"),
    [(2, 8, ()), (3, 2, ()), (8, 8, ()), (8, 3, ()), (4, 8, (2,)), (4, 8, (0, 3))],
    ids=["two", "stumps", "eight", "shallow", "one does not occur", "two do not occur"],
)
def test_predicts_exactly_as_lightgbm_does(monkeypatch, n_classes, n_leaves, missing):
    parameters = boosting.PARAMETERS | {"num_leaves": n_leaves, "min_data_in_leaf": 5}
    monkeypatch.setattr(boosting, "PARAMETERS", parameters)
    intercepts = np.linspace(-1, 1, n_classes)  # in place of those of the corpus
    monkeypatch.setattr(boosting, "_intercepts", lambda *_: intercepts)
    rng = np.random.default_rng(0)
    scores, features, classes = clips(rng, 240, n_classes)
    kept = ~np.isin(classes, missing)
    scores, features, classes = scores[kept], features[kept], classes[kept]
    weights = rng.uniform(0.5, 1.5, len(classes))
    model = fitted(scores, features, classes, weights=weights, seed=3)
    reference = lightgbm.train(
        parameters | {"num_class": n_classes, "learning_rate": boosting.LEARNING_RATE, "seed": 3},
        lightgbm.Dataset(
            np.hstack([scores, features]).astype(np.float32),
            classes,
            weight=weights,
            init_score=(scores + intercepts).ravel(order="F"),
        ),
        num_boost_round=boosting.N_ESTIMATORS,
    )
    test_scores, test_features, _ = clips(rng, 50, n_classes)
    rows = np.vstack([np.hstack([test_scores, test_features]), np.hstack([scores, features])])
    raw = reference.predict(rows.astype(np.float32), raw_score=True)
    expected = log_softmax(rows[:, :n_classes] + raw, axis=1)
    predicted = model.predict_log_proba(rows[:, :n_classes], rows[:, n_classes:])
    assert np.allclose(predicted, expected, rtol=0, atol=1e-9)
    assert np.allclose(np.exp(predicted).sum(axis=1), 1)
    assert np.ptp(raw) > 0.1


def test_corrects_scores_that_are_wrong():
    scores, features, classes = clips(np.random.default_rng(2), 600, 3)
    scores[:] = np.log(1 / 3)
    corrected = fitted(scores, features, classes).predict_log_proba(scores, features)[:, 1]
    assert (corrected[classes == 1] > corrected[classes != 1].max()).mean() > 0.8
    assert np.exp(corrected[classes == 1]).mean() > 0.7


def test_right_scores_stay_nearly_as_they_are():
    rng = np.random.default_rng(5)
    probabilities = softmax(rng.normal(0, 2, (2000, 3)), axis=1)
    classes = np.array([rng.choice(3, p=row) for row in probabilities])
    scores, features = np.log(probabilities), rng.normal(size=(2000, 6))
    corrected = np.exp(fitted(scores, features, classes).predict_log_proba(scores, features))
    assert np.abs(corrected - probabilities).mean() < 0.05


def test_too_few_clips_to_split_change_nothing():
    scores, features, classes = clips(np.random.default_rng(6), 90, 3)
    corrected = fitted(scores, features, classes).predict_log_proba(scores, features)
    assert np.allclose(corrected, scores)


def test_a_class_that_a_corpus_lacks_is_not_pushed_down_for_its_clips():
    rng = np.random.default_rng(7)
    n_clips = 600
    lacking = np.arange(n_clips) < n_clips // 2  # a corpus that lacks class 2
    classes = np.where(lacking, np.arange(n_clips) % 2, np.arange(n_clips) % 3)
    features = rng.normal(size=(n_clips, 6)) + 3 * lacking[:, None]
    scores = np.full((n_clips, 3), np.log(1 / 3))
    mask = np.ones((n_clips, 3), bool)
    mask[lacking, 2] = False
    corpora = np.where(lacking, "lacking", "complete")
    predicted = [
        np.exp(fitted(scores, features, classes, *of).predict_log_proba(scores, features))
        for of in ((corpora, mask), ())
    ]
    masked, unmasked = (probabilities[lacking, 2].mean() for probabilities in predicted)
    assert masked > 0.25 > 0.15 > unmasked


def biased(rng, n_clips=400, n_corpora=4):
    """Return clips of corpora each of which is predicted with too much of some classes."""
    corpora = np.repeat(np.arange(n_corpora), n_clips)
    probabilities = rng.dirichlet(np.ones(3), len(corpora))
    classes = np.array([rng.choice(3, p=row) for row in probabilities])
    biases = rng.normal(0, 1.5, (n_corpora, 3))[corpora]
    features = rng.normal(size=(len(corpora), 4)) + 4 * np.eye(4)[corpora]
    return log_softmax(np.log(probabilities) + biases, axis=1), features, classes, corpora


def test_what_is_peculiar_to_a_corpus_is_not_learnt():
    scores, features, classes, corpora = biased(np.random.default_rng(10))
    by_corpus, as_one = (
        np.abs(fitted(scores, features, classes, of).predict_log_proba(scores, features) - scores)
        for of in (corpora, None)
    )
    assert by_corpus.mean() < 0.3 * as_one.mean()


def test_intercepts_undo_what_a_corpus_is_predicted_with_too_much_of():
    """Neither clips of no weight nor a class that the corpus lacks change them."""
    rng = np.random.default_rng(12)
    probabilities = rng.dirichlet(np.ones(3), 4000)
    classes = np.array([rng.choice(3, p=row) for row in probabilities])
    bias = np.array([1.0, 0.0, -1.0])
    counted = np.arange(4000) < 3000
    logits = np.log(probabilities) + np.where(counted[:, None], bias, 5 * bias)
    logits = np.hstack([logits, rng.normal(3, 3, (4000, 1))])
    mask = np.tile([True, True, True, False], (4000, 1))
    intercepts = boosting._intercepts(logits, classes, mask, np.where(counted, 4 / 3, 0))[:3]
    assert intercepts - intercepts.mean() == pytest.approx(-bias, abs=0.15)


def test_what_corpora_have_in_common_is_learnt():
    """All corpora have more of class 0 where one of the features is large."""
    rng = np.random.default_rng(11)
    scores, features, _, corpora = biased(rng)
    features[:, 3] = rng.normal(size=len(features))
    logits = scores + 2 * features[:, [3]] * [1, 0, -1]
    classes = np.array([rng.choice(3, p=row) for row in softmax(logits, axis=1)])
    model = fitted(scores, features, classes, corpora)
    rows = np.arange(len(classes))
    before, after = (
        -log[rows, classes].mean() for log in (scores, model.predict_log_proba(scores, features))
    )
    assert after < 0.8 * before


def test_clips_count_by_their_weight():
    scores, features, classes = clips(np.random.default_rng(8), 900, 3)
    scores[:] = np.log(1 / 3)
    wrong = np.arange(900) < 600
    given = np.where(wrong, (classes + 1) % 3, classes)
    weights = np.where(wrong, 0.01, 2.98)
    corrected = fitted(scores, features, given, weights=weights).predict_log_proba(scores, features)
    assert (corrected.argmax(axis=1) == 1)[classes == 1].mean() > 0.9


def test_without_lightgbm_training_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)  # as if it was not installed
    with pytest.raises(SerError, match="requirements-training"):
        fitted(*clips(np.random.default_rng(13), 90, 3))


def test_same_seed_same_trees():
    data = clips(np.random.default_rng(9), 600, 3)
    first, again, other = (
        fitted(*data, seed=seed).predict_log_proba(*data[:2]) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again) and not np.allclose(first, other)


def test_saved_and_loaded(tmp_path):
    data = clips(np.random.default_rng(4), 600, 3)
    model = fitted(*data)
    arrays.save(model, tmp_path / "boosting.npz")
    loaded = arrays.load(Boosting, tmp_path / "boosting.npz")
    assert np.array_equal(loaded.predict_log_proba(*data[:2]), model.predict_log_proba(*data[:2]))
