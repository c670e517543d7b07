"""Metrics of made-up labels and probabilities, whose values are known."""

from pathlib import Path

import numpy as np
import pytest
from synthetic import labelled

from ser.evaluation import metrics
from ser.labels import LABELS
from ser.training.data.utterance import Utterance


def with_labels(emotions, speakers):
    """Return a labelled set whose embeddings do not matter."""
    return labelled(np.zeros((len(emotions), 1, 2, 1)), emotions, speakers)


def answers(top, correct):
    """Emotions, and probabilities whose largest, `top`, is that of the emotion where correct."""
    emotions = np.where(correct, "happy", "sad")
    probabilities = np.full((len(correct), 8), (1 - top) / 7)
    probabilities[:, LABELS.index("happy")] = top
    return emotions, probabilities


def test_the_most_probable_of_some_emotions():
    probabilities = np.array([[0.1, 0.2, 0.05, 0.25, 0.3, 0.1, 0, 0]])
    assert metrics.most_probable(probabilities).tolist() == ["angry"]
    assert metrics.most_probable(probabilities, ["sad", "neutral"]).tolist() == ["sad"]


def test_accuracy_recall_and_confusion():
    truth = np.array(["neutral"] * 6 + ["angry"] * 2)
    predicted = np.array(["neutral"] * 6 + ["angry", "sad"])
    rest = [label for label in LABELS if label not in truth]
    truth, predicted = np.append(truth, rest), np.append(predicted, rest)
    result = metrics.scores(with_labels(truth, np.arange(len(truth)) % 2), predicted)
    assert result["wa"] == pytest.approx(13 / 14)
    assert result["ua"] == pytest.approx((7 + 0.5) / 8)
    assert result["per_class_recall"]["angry"] == 0.5
    assert result["confusion"][LABELS.index("angry")][LABELS.index("sad")] == 1
    assert result["per_actor"] == {"0": 1.0, "1": pytest.approx(6 / 7)}


def test_a_label_that_does_not_occur_has_no_recall():
    truth = np.array(["sad", "sad", "angry", "angry"])
    predicted = np.array(["sad", "calm", "angry", "angry"])
    result = metrics.scores(with_labels(truth, np.zeros(4)), predicted)
    assert result["per_class_recall"] == {"sad": 0.5, "angry": 1.0}
    assert result["ua"] == metrics.unweighted_accuracy(truth, predicted) == 0.75
    assert np.shape(result["confusion"]) == (8, 8)


def test_speakers_may_have_names():
    utterances = tuple(
        Utterance(Path(f"{name}.wav"), "made", name, "", "sad", "", "") for name in ("Ada", "Bo")
    )
    two = with_labels(["sad", "sad"], [0, 1])
    named = type(two)(utterances, two.embeddings)
    result = metrics.scores(named, np.array(["sad", "calm"]))
    assert result["per_actor"] == {"Ada": 1.0, "Bo": 0.0}


def test_calibration_error_is_the_distance_between_confidence_and_accuracy():
    emotions, probabilities = answers(0.7, [True] * 7 + [False] * 3)
    result = metrics.reliability(emotions, probabilities, np.ones(10, bool))
    assert result["ece"] == pytest.approx(0)
    assert result["reliability"] == {
        "confidence": pytest.approx([0.7]), "accuracy": [0.7], "count": [10]
    }  # fmt: skip
    emotions, probabilities = answers(0.7, [True] * 2 + [False] * 8)
    result = metrics.reliability(emotions, probabilities, np.ones(10, bool))
    assert result["ece"] == pytest.approx(0.5)


def test_brier_score_takes_the_columns_in_the_order_of_labels():
    emotions, probabilities = answers(1.0, [True, True])
    assert metrics.reliability(emotions, probabilities, np.ones(2, bool))["brier"] == 0
    emotions, probabilities = answers(1.0, [False, False])
    assert metrics.reliability(emotions, probabilities, np.ones(2, bool))["brier"] == 2


def test_selective_accuracy_and_coverage():
    emotions, probabilities = answers(0.6, [True, True, True, False, False])
    confident = np.array([1, 1, 0, 1, 0], bool)
    result = metrics.reliability(emotions, probabilities, confident)
    assert result["coverage"] == pytest.approx(0.6)
    assert result["selective_accuracy"] == pytest.approx(2 / 3)
    none = metrics.reliability(emotions, probabilities, np.zeros(5, bool))
    assert none["coverage"] == 0 and none["selective_accuracy"] is None
