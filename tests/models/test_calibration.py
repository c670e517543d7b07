"""Calibrated probabilities are as accurate as they claim, and confident answers accurate enough."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.special import log_softmax

from ser.models.calibration import TARGET_ACCURACY, Calibration, fit_calibration

WEIGHT = 0.8


def overconfident(rng, n_clips=4000, n_classes=8, factor=3):
    """Return log-probabilities of an overconfident model, and the true classes."""
    calibrated = rng.dirichlet(np.full(n_classes, 0.3), n_clips)
    classes = np.array([rng.choice(n_classes, p=row) for row in calibrated])
    return log_softmax(factor * np.log(np.maximum(calibrated, 1e-10)), axis=1), classes


def fitted(log_probabilities, classes, weight=None, mask=None, weights=None):
    """Return calibration on clips that by default are alike in all but their probabilities."""
    if weight is None:
        weight = np.full((len(classes), 1), WEIGHT)
    if mask is None:
        mask = np.ones(log_probabilities.shape, bool)
    if weights is None:
        weights = np.ones(len(classes))
    return fit_calibration(log_probabilities, weight, classes, mask, weights)


def confidence_and_accuracy(probabilities, classes):
    return probabilities.max(axis=1).mean(), (probabilities.argmax(axis=1) == classes).mean()


def test_probabilities_are_as_accurate_as_they_claim():
    rng = np.random.default_rng(0)
    calibration = fitted(*overconfident(rng))
    test, classes = overconfident(rng)
    confidence, accuracy = confidence_and_accuracy(np.exp(test), classes)
    assert confidence > accuracy + 0.08
    calibrated = calibration.calibrate(test, WEIGHT)
    assert np.allclose(calibrated.sum(axis=1), 1)
    assert (calibrated.argmax(axis=1) == test.argmax(axis=1)).all()
    confidence, accuracy = confidence_and_accuracy(calibrated, classes)
    assert confidence == pytest.approx(accuracy, abs=0.02)


def test_the_temperature_depends_on_the_weight():
    """Predictions of clips unlike the training clips are more overconfident."""
    rng = np.random.default_rng(4)
    factors, sets = (4, 2, 1), []
    for factor in factors:
        sets.append(overconfident(rng, factor=factor))
    log_probabilities, classes = map(np.concatenate, zip(*sets, strict=True))
    weight = np.repeat([[0.0], [0.5], [1.0]], 4000, axis=0)
    calibration = fitted(log_probabilities, classes, weight)
    for factor, similar in zip(factors, (0, 0.5, 1), strict=True):
        scale = np.exp(calibration.intercept + calibration.slope * similar)
        assert scale == pytest.approx(1 / factor, rel=0.1)
    calibrated = calibration.calibrate(log_probabilities, weight)
    for rows in np.split(np.arange(len(classes)), 3):
        confidence, accuracy = confidence_and_accuracy(calibrated[rows], classes[rows])
        assert confidence == pytest.approx(accuracy, abs=0.03)


def test_less_weight_gives_flatter_probabilities_where_the_slope_is_positive():
    test, _ = overconfident(np.random.default_rng(3), n_clips=200)
    calibration = Calibration(-2.0, 1.5, np.inf)
    levels = [calibration.calibrate(test, np.full((200, 1), weight)) for weight in (1, 0.6, 0)]
    for more, less in pairwise(levels):
        assert (less.max(axis=1) < more.max(axis=1)).all()
    assert all((level.argmax(axis=1) == test.argmax(axis=1)).all() for level in levels)


def test_confident_answers_reach_the_target_accuracy():
    rng = np.random.default_rng(1)
    calibration = fitted(*overconfident(rng))
    test, classes = overconfident(rng)
    calibrated = calibration.calibrate(test, WEIGHT)
    confident = calibrated.max(axis=1) >= calibration.threshold
    assert 0.03 < confident.mean() < 0.5
    accuracy = (calibrated.argmax(axis=1) == classes)[confident].mean()
    assert accuracy == pytest.approx(TARGET_ACCURACY, abs=0.05)


def one_wrong_in(n, n_clips=300):
    """Return log-probabilities and classes: in order of confidence, each n-th answer is wrong."""
    confidence = np.linspace(0.95, 0.6, n_clips)
    wrong = np.arange(n_clips) % n == 0
    probabilities = np.stack([confidence, 1 - confidence], axis=1)
    return np.log(probabilities), wrong.astype(int)


def test_nothing_is_confident_where_the_target_accuracy_is_never_reached():
    assert fitted(*one_wrong_in(3)).threshold == np.inf
    assert np.isfinite(fitted(*one_wrong_in(10)).threshold)


def test_the_accuracy_of_confident_answers_counts_clips_by_weight():
    log_probabilities, classes = one_wrong_in(10)
    weights = np.where(classes == 1, 10 / 4, 1)  # more than a fifth of the weight is wrong
    assert fitted(log_probabilities, classes, weights=weights).threshold == np.inf


def test_masked_classes_do_not_count_as_errors():
    """What is taken for an emotion that the clips' corpus lacks does not flatten the others."""
    rng = np.random.default_rng(6)
    log_probabilities, classes = overconfident(rng, n_classes=4, factor=1)
    with_masked = np.hstack([log_probabilities, rng.normal(2, 2, (len(classes), 1))])
    mask = np.tile([True] * 4 + [False], (len(classes), 1))
    scales = []
    for of in (mask, None):
        calibration = fitted(with_masked, classes, mask=of)
        scales.append(np.exp(calibration.intercept + calibration.slope * WEIGHT))
    assert scales[0] == pytest.approx(1, abs=0.1) and scales[1] < 0.7


def test_clips_of_little_weight_hardly_change_the_temperature():
    rng = np.random.default_rng(8)
    sets = overconfident(rng, n_clips=2000, factor=1), overconfident(rng, n_clips=2000, factor=4)
    log_probabilities, classes = map(np.concatenate, zip(*sets, strict=True))
    weights = np.repeat([1.0, 0.01], 2000)
    calibration = fitted(log_probabilities, classes, weights=weights)
    assert np.exp(calibration.intercept + calibration.slope * WEIGHT) == pytest.approx(1, abs=0.1)


def test_probabilities_near_0_and_1_stay_finite():
    certain = log_softmax(np.tile(50 * np.eye(3), (20, 1)), axis=1)
    weight = np.full((60, 1), WEIGHT)
    calibration = fitted(certain, np.tile([0, 1, 1], 20))
    calibrated = calibration.calibrate(certain, weight)
    assert np.isfinite(calibrated).all() and np.allclose(calibrated.sum(axis=1), 1)


def test_probabilities_stay_finite_where_only_some_clips_are_predicted_perfectly():
    """The best inverse temperature of the perfectly predicted clips is infinite."""
    others, elsewhere = overconfident(np.random.default_rng(7), n_clips=500, factor=1)
    at_home = np.arange(400) % 8
    home = log_softmax(3 * np.eye(8)[at_home], axis=1)
    weight = np.concatenate([np.zeros(500), np.linspace(0.02, 0.99, 400)])[:, None]
    calibration = fitted(
        np.concatenate([others, home]), np.concatenate([elsewhere, at_home]), weight
    )
    for dtype in (np.float32, np.float64):  # of the kernel ridge, and of boosting
        calibrated = calibration.calibrate(home, np.ones((400, 1), dtype))
        assert np.allclose(calibrated.sum(axis=1), 1)
        assert (calibrated.argmax(axis=1) == at_home).all()


def test_the_parameters_are_those_of_the_lowest_brier_score():
    rng = np.random.default_rng(5)
    log_probabilities, classes = overconfident(rng)
    weight = rng.uniform(size=(len(classes), 1))
    calibration = fitted(log_probabilities, classes, weight)

    def score(intercept, slope):
        calibrated = Calibration(intercept, slope, np.inf).calibrate(log_probabilities, weight)
        return np.square(calibrated - np.eye(8)[classes]).sum(axis=1).mean()

    best = score(calibration.intercept, calibration.slope)
    for change in (-0.02, 0.02):
        assert best <= score(calibration.intercept + change, calibration.slope)
        assert best <= score(calibration.intercept, calibration.slope + change)
