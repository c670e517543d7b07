"""The figure of a timeline: both rows show the same moments."""

import numpy as np
import pytest

from ser.charts.style import MARKERS
from ser.charts.timelines.one_voice import timeline_figure
from ser.charts.timelines.rows import MAX_BARS, NO_VOICE_COLOUR
from ser.labels import LABELS
from ser.page.text import ENGLISH as words
from ser.timeline.timeline import Moment, Timeline


@pytest.fixture(scope="module")
def timeline():
    """Twenty seconds: angry, then nobody from 8 to 12, then mostly calm."""
    angry = {label: float(label == "angry") for label in LABELS}
    calm = dict.fromkeys(LABELS, 0.2 / 7) | {"calm": 0.8}
    edges = [0.0, *map(float, range(2, 19)), 20.0]
    probabilities = [angry if start < 8 else None if start < 12 else calm for start in edges[:-1]]
    moments = tuple(map(Moment, edges, edges[1:], probabilities))
    levels = np.concatenate([np.full(80, 0.5), np.zeros(40), np.full(80, 0.1)])
    return Timeline(20.0, levels.astype(np.float32), moments, 0.5)


@pytest.fixture(scope="module")
def traces(timeline):
    return {trace.name: trace for trace in timeline_figure(words, timeline).data}


def test_an_empty_timeline_has_the_same_height(timeline):
    empty = timeline_figure(words)
    assert not empty.data
    assert empty.layout.height == timeline_figure(words, timeline).layout.height


def test_areas_fill_every_second_with_a_voice(traces):
    times = np.array(traces["angry"].x)
    assert (times[0], times[-1]) == (0, 20)
    heights = np.sum([traces[label].y for label in LABELS], axis=0)
    voice = (times < 8) | (times >= 12)  # each height holds until the next time
    assert heights[voice] == pytest.approx(1) and not heights[~voice].any()
    for label in LABELS:
        assert traces[label].fillcolor == MARKERS[label].colour


def test_the_waveform_has_the_emotions_colours_and_none_where_nobody_speaks(traces):
    bars = traces["waveform"]
    colours = dict(zip(np.array(bars.x).round(2), bars.marker.color, strict=True))
    assert colours[1.05] == MARKERS["angry"].colour
    assert colours[10.05] == NO_VOICE_COLOUR
    assert colours[19.95] == MARKERS["calm"].colour
    assert max(bars.y) == 2 and 0 < min(y for y in bars.y if y) < 2


def test_a_long_recording_has_no_more_bars_than_a_screen_shows():
    moments = tuple(Moment(float(i), i + 1.0, None) for i in range(1800))
    figure = timeline_figure(words, Timeline(1800.0, np.ones(18_000, np.float32), moments, 0.5))
    bars = next(trace for trace in figure.data if trace.name == "waveform")
    assert len(bars.x) <= MAX_BARS
    assert figure.layout.xaxis2.ticktext[-1] == "30:00"


def test_a_pointer_anywhere_shows_the_moment_at_its_time(traces):
    moments = traces["moments"]
    for pointer, start, text in ((0.1, 0, "angry"), (1.9, 0, "100%"), (4.6, 4, "angry")):
        nearest = int(np.argmin(np.abs(np.array(moments.x) - pointer)))
        assert moments.customdata[nearest] == start and text in moments.text[nearest]
    nearest = int(np.argmin(np.abs(np.array(moments.x) - 8.1)))
    assert words.NOT_VOICED in moments.text[nearest]


def test_labels_are_in_the_areas_of_their_emotions(timeline):
    angry, calm = timeline_figure(words, timeline).layout.annotations
    assert words.EMOTIONS["angry"] in angry.text and 0 < angry.x < 8 and angry.y == 0.5
    assert words.EMOTIONS["calm"] in calm.text and calm.x == 16
    assert calm.y == pytest.approx(0.2 / 7 + 0.4)
