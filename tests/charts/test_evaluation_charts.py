"""The figures of the evaluation show what metrics.json holds."""

import json

import numpy as np
import pytest

from ser import artifacts
from ser.charts import evaluation
from ser.charts.style import MARKERS
from ser.labels import LABELS
from ser.page.text import ENGLISH as words

METRICS = artifacts.read_json(artifacts.FOLDER / artifacts.METRICS)
ACTORS = METRICS["protocols"]["actors"]


def texts(figure):
    return [annotation.text for annotation in figure.layout.annotations]


def test_protocols_with_guessing_and_human_listeners():
    figure = evaluation.protocols(words, METRICS)
    values = list(figure.data[1].x)
    human = METRICS["protocols"]["cross_corpus"]["crema_d"]["human_listeners"]["ua"]
    assert values[0] == 1 / 8 and values[-2] == ACTORS["ua"] and human in values
    assert f"<b>{words.percent(ACTORS['ua'])}</b>" in texts(figure)
    unknown_speaker = METRICS["protocols"]["cross_corpus"]["crema_d"]["unknown_speaker"]
    row = values.index(unknown_speaker["ua"])
    low, high = unknown_speaker["ci95"]
    assert values[row] - figure.data[1].error_x.arrayminus[row] == pytest.approx(low)
    assert values[row] + figure.data[1].error_x.array[row] == pytest.approx(high)
    assert figure.data[1].error_x.array[-1] == 0


def test_protocols_without_cross_corpus_evaluation():
    protocols = {key: METRICS["protocols"][key] for key in ("random", "actors")}
    figure = evaluation.protocols(words, {"protocols": protocols})
    assert list(figure.data[1].x) == [1 / 8, protocols["actors"]["ua"], protocols["random"]["ua"]]


def test_confusion_is_normalised_by_row():
    drawn = evaluation.confusion_matrix(words, ACTORS["confusion"]).data[0]
    assert list(drawn.x) == list(drawn.y) == list(words.EMOTIONS.values())
    assert np.diag(drawn.z) == pytest.approx(list(ACTORS["per_class_recall"].values()))
    assert np.sum(drawn.z, axis=1) == pytest.approx(1)
    counts = ACTORS["confusion"][0]
    assert words.counted(counts[1], sum(counts)) in drawn.customdata[0][1]


def test_confusion_leaves_out_emotions_that_do_not_occur():
    counts = np.zeros((8, 8), int)
    counts[0, 0], counts[3, 0], counts[3, 3] = 6, 2, 4
    drawn = evaluation.confusion_matrix(words, counts.tolist()).data[0]
    assert list(drawn.x) == [words.EMOTIONS["neutral"], words.EMOTIONS["sad"]]
    assert [list(row) for row in drawn.text] == [["<b>100%</b>", ""], ["33%", "<b>67%</b>"]]


def test_recalls_have_the_emotions_colours():
    bars = evaluation.recalls(words, ACTORS["per_class_recall"]).data[1]
    assert list(bars.x) == list(ACTORS["per_class_recall"].values())
    assert list(bars.marker.color) == [MARKERS[label].colour for label in LABELS]


def test_actors_from_least_to_most():
    bars = evaluation.actors(words, ACTORS["per_actor"]).data[0]
    assert list(bars.y) == sorted(ACTORS["per_actor"].values())
    worst = min(ACTORS["per_actor"], key=ACTORS["per_actor"].get)
    assert words.person(worst, "") in bars.text[0]


def test_speaker_groups_with_intervals():
    figure = evaluation.speaker_groups(words, METRICS["protocols"]["cross_corpus"])
    names = list(figure.data[0].y)
    women = METRICS["protocols"]["cross_corpus"]["crema_d"]["groups"]["sex"]["female"]
    row = names.index("CREMA-D: women")
    assert figure.data[0].x[row] == women["ua"]
    error = figure.data[0].error_x
    assert women["ua"] - error.arrayminus[row] == pytest.approx(women["ci95"][0])
    ages = [name for name in names if name.startswith("CREMA-D: aged")]
    assert ages == [f"CREMA-D: aged {band}" for band in ("up to 29", "30 to 44", "45 and older")]
    # A property with a single group allows no comparison.
    assert "nEMO: aged up to 29" not in names


def test_reliability_leaves_out_empty_bins():
    measured = {"confidence": [0.03, 0.5, 0.9], "accuracy": [0.0, 0.6, 0.8], "count": [0, 10, 90]}
    diagonal, curve = evaluation.reliability(words, measured).data
    assert (list(curve.x), list(curve.y)) == ([0.5, 0.9], [0.6, 0.8])
    assert list(diagonal.x) == list(diagonal.y)
    assert words.counted(72, 90) in curve.text[1]


def test_every_figure_has_a_height():
    corpora = METRICS["protocols"]["cross_corpus"]
    for figure in (
        evaluation.protocols(words, METRICS),
        evaluation.confusion_matrix(words, ACTORS["confusion"]),
        evaluation.recalls(words, ACTORS["per_class_recall"]),
        evaluation.actors(words, ACTORS["per_actor"]),
        evaluation.speaker_groups(words, corpora),
    ):
        assert figure.layout.height
        json.loads(figure.to_json())
