"""Bars hold their data and markers differ; that they are drawn is tested in tests/page."""

from itertools import combinations

import numpy as np
import pytest
from colorspacious import cspace_convert, deltaE

from ser.charts.probabilities import probability_bars
from ser.charts.style import MARKERS
from ser.labels import LABELS
from ser.page.text import ENGLISH as words

DEFICIENCIES = ("protanomaly", "deuteranomaly", "tritanomaly")
MIN_DISTANCE = 14  # in CAM02-UCS, where 1 is just noticeable side by side
MIN_STEP = 4  # of lightness, likewise


def test_bars_keep_the_order_of_the_labels():
    probabilities = dict(zip(LABELS, [0.02, 0.08, 0.1, 0.1, 0.5, 0.1, 0.05, 0.05], strict=True))
    figure = probability_bars(words, probabilities)
    _, bars, markers, texts = figure.data
    assert list(bars.x) == list(probabilities.values())
    assert list(bars.y) == list(figure.layout.yaxis.tickvals)
    names = [name.removeprefix("<b>").removesuffix("</b>") for name in figure.layout.yaxis.ticktext]
    assert names == [words.EMOTIONS[label] for label in LABELS]
    assert bars.marker.opacity[LABELS.index("angry")] == 1
    assert max(np.delete(bars.marker.opacity, LABELS.index("angry"))) < 1
    assert texts.text[LABELS.index("angry")] == "<b>50%</b>"
    assert list(markers.marker.symbol) == [MARKERS[label].symbol for label in LABELS]


def test_empty_bars_have_no_texts():
    figure = probability_bars(words)
    assert set(figure.data[1].x) == {0}
    assert "%" not in "".join(figure.data[3].text)
    assert (
        figure.layout.height == probability_bars(words, dict.fromkeys(LABELS, 0.125)).layout.height
    )


@pytest.fixture
def colours():
    codes = [marker.colour for marker in MARKERS.values()]
    return np.array([[int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)] for code in codes])


@pytest.mark.parametrize("deficiency", [None, *DEFICIENCIES])
def test_colours_differ_for_everyone(colours, deficiency):
    if deficiency:
        space = {"name": "sRGB1+CVD", "cvd_type": deficiency, "severity": 100}
        colours = np.clip(cspace_convert(colours, space, "sRGB1"), 0, 1)
    for first, second in combinations(colours, 2):
        assert deltaE(first, second, input_space="sRGB1") > MIN_DISTANCE


def test_colours_differ_in_a_print_without_colours(colours):
    lightness = np.sort(cspace_convert(colours, "sRGB1", "CAM02-UCS")[:, 0])
    assert np.diff(lightness).min() > MIN_STEP


def test_markers_differ():
    assert list(MARKERS) == list(LABELS)
    assert len({marker.symbol for marker in MARKERS.values()}) == len(LABELS)
