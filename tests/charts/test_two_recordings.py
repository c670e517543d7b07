"""The figures of two recordings have both."""

from types import SimpleNamespace

import numpy as np
import pytest

from ser.charts import map_chart, two_recordings
from ser.charts.two_recordings import Numbered
from ser.labels import LABELS
from ser.page.text import ENGLISH as words


def numbered(number, label, position):
    probabilities = {name: 0.65 if name == label else 0.05 for name in LABELS}
    place = SimpleNamespace(position=np.array(position))
    return Numbered(number, SimpleNamespace(label=label, probabilities=probabilities, place=place))


@pytest.fixture
def map_():
    rng = np.random.default_rng(0)
    clips = SimpleNamespace(
        positions=rng.uniform(0, 10, (160, 2)).astype(np.float32),
        emotions=np.tile(LABELS, 20),
        actors=np.repeat(np.arange(1, 21), 8),
        sexes=np.repeat("male", 160),
    )
    return map_chart.map_figure(words, clips)


def test_bars_are_those_of_each_recording():
    both = numbered(3, "sad", (1, 1)), numbered(7, "angry", (2, 2))
    bars = {bar.name: bar for bar in two_recordings.probability_bars(words, *both).data if bar.name}
    for shown in both:
        bar = bars[str(shown.number)]
        assert list(bar.x) == list(shown.analysis.probabilities.values())
    assert (bars["3"].y < bars["7"].y).all() and bars["3"].marker.opacity < 1


def test_places_and_the_way_between_them(map_):
    both = numbered(3, "sad", (2.0, 3.0)), numbered(7, "angry", (8.0, 6.0))
    figure = two_recordings.map_figure(map_, words, *both)
    places, way = figure.data[-1], figure.layout.annotations[-1]
    assert (list(places.x), list(places.y)) == ([2, 8], [3, 6])
    assert (way.ax, way.ay, way.x, way.y) == (2, 3, 8, 6)
    assert len(map_.data) == len(figure.data) - 1


@pytest.mark.parametrize("distance", [0.0, 0.3, -0.3])
def test_labels_of_near_places_do_not_cover_each_other(map_, distance):
    both = numbered(3, "sad", (5.0, 5.0)), numbered(7, "sad", (5.2, 5.0 + distance))
    *_, first, second, _ = two_recordings.map_figure(map_, words, *both).layout.annotations
    assert abs(first.yshift - second.yshift) > 40
    assert distance * (second.yshift - first.yshift) >= 0  # the upper one's is above


def test_spectrograms_have_one_scale():
    loud = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000).astype(np.float32)
    figure = two_recordings.spectrograms(words, (3, 7), [loud / 10, np.tile(loud, 2)])
    quiet, full = figure.data
    assert (quiet.zmin, quiet.zmax) == (full.zmin, full.zmax)
    assert full.z.max() == 0 and quiet.z.max() == pytest.approx(-20, abs=1)
    assert {tuple(axis.range) for axis in figure.select_xaxes()} == {(0, 2)}
