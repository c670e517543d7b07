"""Calibrated probabilities are as accurate as they claim, and confident answers accurate enough."""

from itertools import pairwise

import numpy as np
import pytest

from ser.models.calibration import TARGET_ACCURACY, Calibration, fit_calibration

SIMILARITY = 0.8


def overconfident(rng, n_clips=4000, n_classes=8):
    """Log-probabilities of an overconfident model, and the true classes."""
    calibrated = rng.dirichlet(np.full(n_classes, 0.3), n_clips)
    classes = np.array([rng.choice(n_classes, p=row) for row in calibrated])
    return 3 * np.log(np.maximum(calibrated, 1e-30)), classes


def normalised(logits):
    probabilities = np.exp(logits)
    return probabilities / probabilities.sum(axis=1, keepdims=True)


def fitted(log_probabilities, classes):
    """Calibration on clips that are all equally similar to the training set."""
    log_probabilities = np.log(np.maximum(normalised(log_probabilities), 1e-30))
    return fit_calibration(log_probabilities, np.full((len(classes), 1), SIMILARITY), classes)


def confidence_and_accuracy(probabilities, classes):
    return probabilities.max(axis=1).mean(), (probabilities.argmax(axis=1) == classes).mean()


def test_probabilities_are_as_accurate_as_they_claim():
    rng = np.random.default_rng(0)
    calibration = fitted(*overconfident(rng))
    test, classes = overconfident(rng)
    confidence, accuracy = confidence_and_accuracy(normalised(test), classes)
    assert confidence > accuracy + 0.08
    calibrated = calibration.calibrate(np.log(normalised(test)), SIMILARITY)
    assert np.allclose(calibrated.sum(axis=1), 1)
    assert (calibrated.argmax(axis=1) == test.argmax(axis=1)).all()
    confidence, accuracy = confidence_and_accuracy(calibrated, classes)
    assert confidence == pytest.approx(accuracy, abs=0.02)


def test_confident_answers_reach_the_target_accuracy():
    rng = np.random.default_rng(1)
    calibration = fitted(*overconfident(rng))
    test, classes = overconfident(rng)
    calibrated = calibration.calibrate(np.log(normalised(test)), SIMILARITY)
    confident = calibrated.max(axis=1) >= calibration.threshold
    assert 0.03 < confident.mean() < 0.5
    accuracy = (calibrated.argmax(axis=1) == classes)[confident].mean()
    assert accuracy == pytest.approx(TARGET_ACCURACY, abs=0.05)


def test_less_similarity_gives_flatter_probabilities():
    rng = np.random.default_rng(3)
    calibration = fitted(*overconfident(rng))
    test = np.log(normalised(overconfident(rng, n_clips=200)[0]))
    levels = [calibration.calibrate(test, similarity) for similarity in (0.9, SIMILARITY, 0.6, 0.0)]
    for more, less in pairwise(levels):
        assert (less.max(axis=1) < more.max(axis=1)).mean() > 0.99
    assert all((level.argmax(axis=1) == test.argmax(axis=1)).all() for level in levels[:3])
    assert np.allclose(levels[-1], 1 / 8)


def test_nothing_is_confident_where_nothing_is_correct():
    rng = np.random.default_rng(2)
    probabilities, classes = rng.dirichlet(np.ones(8), 2000), rng.integers(8, size=2000)
    probabilities[np.arange(2000), classes] = 1e-30
    assert fitted(np.log(probabilities), classes).threshold == np.inf


def test_probabilities_of_0_and_1_stay_finite():
    certain = np.tile(np.eye(3), (20, 1))
    with np.errstate(divide="ignore"):
        log_probabilities = np.log(certain)
    similarity = np.full((60, 1), SIMILARITY)
    calibration = fit_calibration(log_probabilities, similarity, np.tile([0, 1, 1], 20))
    calibrated = calibration.calibrate(log_probabilities, similarity)
    assert np.isfinite(calibrated).all() and np.allclose(calibrated.sum(axis=1), 1)


def test_the_scale_is_that_of_the_lowest_loss():
    log_probabilities, classes = overconfident(np.random.default_rng(5))
    log_probabilities = np.log(np.maximum(normalised(log_probabilities), 1e-6))
    similarity = np.ones((len(classes), 1))
    calibration = fit_calibration(log_probabilities, similarity, classes)

    def loss(scale):
        calibrated = Calibration(scale, np.inf).calibrate(log_probabilities, similarity)
        return -np.log(calibrated[np.arange(len(classes)), classes]).mean()

    assert loss(calibration.scale) <= min(
        loss(0.99 * calibration.scale), loss(1.01 * calibration.scale)
    )
