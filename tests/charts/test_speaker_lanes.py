"""The figure of several speakers: a lane for each, blocks in the colours of emotions."""

import numpy as np
import pytest

from ser.charts.style import FAINT, MARKERS
from ser.charts.timelines.several_voices import lanes_figure
from ser.labels import LABELS
from ser.page.text import ENGLISH as words
from ser.timeline.timeline import Moment, Timeline


@pytest.fixture(scope="module")
def timeline():
    """Anna, angry; a pause; Ben, perhaps calm; Anna, sad."""
    angry, sad = ({label: float(label == top) for label in LABELS} for top in ("angry", "sad"))
    unsure = dict.fromkeys(LABELS, 0.7 / 7) | {"calm": 0.3}
    moments = (
        Moment(0, 4, angry, 1),
        Moment(4, 5, None),
        Moment(5, 8, unsure, 2),
        Moment(8, 8.2, sad, 1),
        Moment(8.2, 20, None),
    )
    levels = np.ones(200, np.float32)
    return Timeline(20.0, levels, moments, 0.5, names=("Anna <b>&", "Ben"))


@pytest.fixture(scope="module")
def figure(timeline):
    return lanes_figure(words, timeline)


def test_blocks_lie_in_the_lanes_of_their_speakers(figure):
    (blocks,) = (trace for trace in figure.data if trace.name == "turns")
    assert list(blocks.base) == list(blocks.customdata) == [0, 5, 8]
    assert list(blocks.x) == pytest.approx([4, 3, 0.2])
    assert [int(y) for y in blocks.y] == [0, 1, 0]
    assert list(blocks.marker.color) == [
        MARKERS[label].colour for label in ("angry", "calm", "sad")
    ]
    assert list(blocks.marker.opacity) == [1, FAINT, 1]
    assert "30%" in blocks.text[1] and "Ben" in blocks.text[1]


def test_names_are_text_and_long_blocks_have_labels(figure):
    (names,) = (trace for trace in figure.data if trace.name == "names")
    assert list(names.text) == ["Anna &lt;b&gt;&amp;", "Ben"]
    assert [
        words.EMOTIONS[label] in note.text
        for label, note in zip(("angry", "calm"), figure.layout.annotations, strict=True)
    ] == [True, True]


def test_a_lane_for_each_makes_the_figure_higher(timeline):
    moments = tuple(
        Moment(float(n), n + 1.0, timeline.moments[0].probabilities, n + 1) for n in range(6)
    )
    six = Timeline(6.0, np.ones(60, np.float32), moments, 0.5, names=tuple("abcdef"))
    assert lanes_figure(words, six).layout.height > lanes_figure(words, timeline).layout.height
