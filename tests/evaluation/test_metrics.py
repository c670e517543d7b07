"""Figures on probabilities, on made-up ones whose figures are known."""

import numpy as np
import pytest

from ser.evaluation import metrics
from ser.labels import LABELS


def told(top, right):
    """Emotions, and probabilities whose likeliest, `top`, is that of the true one if right."""
    emotions = np.array(["happy" if each else "sad" for each in right])
    probabilities = np.full((len(right), 8), (1 - top) / 7)
    probabilities[:, LABELS.index("happy")] = top
    return emotions, probabilities


def test_error_is_the_distance_between_claimed_and_right():
    emotions, probabilities = told(0.7, [True] * 7 + [False] * 3)
    found = metrics.measure(emotions, probabilities, np.ones(10, bool))
    assert found["ece"] == pytest.approx(0)
    assert found["reliability"] == {
        "confidence": pytest.approx([0.7]), "accuracy": [0.7], "count": [10]
    }  # fmt: skip
    emotions, probabilities = told(0.7, [True] * 2 + [False] * 8)
    assert metrics.measure(emotions, probabilities, np.ones(10, bool))["ece"] == pytest.approx(0.5)


def test_brier_score_knows_which_column_is_which_emotion():
    emotions, probabilities = told(1.0, [True, True])
    assert metrics.measure(emotions, probabilities, np.ones(2, bool))["brier"] == 0
    emotions, probabilities = told(1.0, [False, False])
    assert metrics.measure(emotions, probabilities, np.ones(2, bool))["brier"] == 2


def test_sure_answers():
    emotions, probabilities = told(0.6, [True, True, True, False, False])
    found = metrics.measure(emotions, probabilities, np.array([1, 1, 0, 1, 0], bool))
    assert found["coverage"] == pytest.approx(0.6)
    assert found["selective_accuracy"] == pytest.approx(2 / 3)
    assert metrics.measure(emotions, probabilities, np.zeros(5, bool))["selective_accuracy"] is None
