"""Probabilities become as right as they claim, and an answer is sure when it deserves to be."""

from itertools import pairwise

import numpy as np
import pytest

from ser.models.calibration import RIGHT, Calibration

ALIKE = 0.8


def overconfident(random, clips=4000, classes=8):
    """Probabilities by a model that is far too sure, and the true classes."""
    honest = random.dirichlet(np.full(classes, 0.3), clips)
    columns = np.array([random.choice(classes, p=row) for row in honest])
    boasted = honest**3
    return boasted / boasted.sum(axis=1, keepdims=True), columns


def measured(probabilities, columns):
    """Calibration on clips all equally alike to those learned from."""
    return Calibration(probabilities, np.full((len(columns), 1), ALIKE), columns)


def confidence_and_accuracy(probabilities, columns):
    return probabilities.max(axis=1).mean(), (probabilities.argmax(axis=1) == columns).mean()


def test_probabilities_are_as_right_as_they_claim():
    random = np.random.default_rng(0)
    calibration = measured(*overconfident(random))
    unseen, columns = overconfident(random)
    claimed, right = confidence_and_accuracy(unseen, columns)
    assert claimed > right + 0.08
    calibrated = calibration.calibrate(unseen, ALIKE)
    assert np.allclose(calibrated.sum(axis=1), 1)
    assert (calibrated.argmax(axis=1) == unseen.argmax(axis=1)).all()
    claimed, right = confidence_and_accuracy(calibrated, columns)
    assert claimed == pytest.approx(right, abs=0.02)


def test_sure_answers_are_right_often_enough():
    random = np.random.default_rng(1)
    calibration = measured(*overconfident(random))
    unseen, columns = overconfident(random)
    calibrated = calibration.calibrate(unseen, ALIKE)
    sure = calibrated.max(axis=1) >= calibration.threshold
    assert 0.03 < sure.mean() < 0.5
    assert (calibrated.argmax(axis=1) == columns)[sure].mean() == pytest.approx(RIGHT, abs=0.05)


def test_the_less_alike_the_less_sure():
    random = np.random.default_rng(3)
    calibration = measured(*overconfident(random))
    unseen, _ = overconfident(random, clips=200)
    levels = [calibration.calibrate(unseen, alike) for alike in (0.9, ALIKE, 0.6, 0.0)]
    for more, less in pairwise(levels):
        assert (less.max(axis=1) < more.max(axis=1)).mean() > 0.99
    assert all((each.argmax(axis=1) == unseen.argmax(axis=1)).all() for each in levels[:3])
    assert np.allclose(levels[-1], 1 / 8)


def test_nothing_is_sure_where_nothing_is_right():
    random = np.random.default_rng(2)
    probabilities, columns = random.dirichlet(np.ones(8), 2000), random.integers(8, size=2000)
    probabilities[np.arange(2000), columns] = 0
    calibration = measured(probabilities / probabilities.sum(axis=1, keepdims=True), columns)
    assert calibration.threshold > 1


def test_certainty_of_nothing_stays_finite():
    probabilities = np.tile(np.eye(3), (20, 1))
    calibrated = measured(probabilities, np.tile([0, 1, 1], 20)).calibrate(probabilities, ALIKE)
    assert np.isfinite(calibrated).all() and np.allclose(calibrated.sum(axis=1), 1)
