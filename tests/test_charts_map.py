"""The map holds what it should; that it draws is tested in tests/page."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from ser import charts, charts_map
from ser.labels import LABELS
from ser.page.words import ENGLISH as words


@pytest.fixture
def atlas():
    generator = np.random.default_rng(0)
    emotions = np.repeat(LABELS, 20)
    centres = np.repeat(generator.uniform(0, 10, (len(LABELS), 2)), 20, axis=0)
    actors = np.tile(np.arange(1, 21), len(LABELS))
    return SimpleNamespace(
        positions=(centres + generator.normal(0, 0.4, centres.shape)).astype(np.float32),
        emotions=emotions,
        actors=actors,
        sexes=np.where(actors % 2, "male", "female"),
    )


def analysis(atlas, x, y, label="angry"):
    neighbours = tuple(
        SimpleNamespace(
            emotion="sad",
            actor=actor,
            sex="female",
            intensity="strong",
            sentence="Kids are talking by the door",
            x=float(atlas.positions[actor, 0]),
            y=float(atlas.positions[actor, 1]),
        )
        for actor in (2, 4, 6, 8, 10)
    )
    place = SimpleNamespace(x=x, y=y, neighbours=neighbours)
    return SimpleNamespace(label=label, place=place)


def test_map_shows_every_clip_in_its_emotions_colour_and_marker(atlas):
    figure = charts_map.atlas_map(words, atlas)
    assert [trace.name for trace in figure.data] == list(LABELS)
    assert sum(len(trace.x) for trace in figure.data) == len(atlas.emotions)
    for trace in figure.data:
        marker = charts.MARKERS[trace.name]
        assert (trace.marker.color, trace.marker.symbol) == (marker.colour, marker.symbol)
    assert len(figure.layout.annotations) == len(LABELS)
    assert "actor 1, man" in figure.data[0].text


def test_voice_and_neighbours_are_on_the_map(atlas):
    empty = charts_map.atlas_map(words, atlas)
    figure = charts_map.with_voice(empty, words, analysis(atlas, 5.0, 5.0))
    assert len(empty.data) == len(empty.layout.annotations) == len(LABELS)
    ties, neighbours, voice = figure.data[len(LABELS) :]
    assert (list(voice.x), list(voice.y)) == ([5.0], [5.0])
    assert voice.marker.color == charts.MARKERS["angry"].colour
    assert len(neighbours.x) == 5 and len(ties.x) == 15
    assert "strongly sad" in neighbours.text[0] and "Kids are talking" in neighbours.text[0]
    assert words.YOUR_VOICE in figure.layout.annotations[-1].text
    json.loads(figure.to_json())


def test_an_emotion_is_named_where_it_is_among_itself(atlas):
    happy, sad = (np.flatnonzero(atlas.emotions == label) for label in ("happy", "sad"))
    atlas.positions[sad] = atlas.positions[happy]
    atlas.positions[happy[:8]] = np.random.default_rng(1).normal((20, 20), 0.05, (8, 2))
    figure = charts_map.atlas_map(words, atlas)
    label = figure.layout.annotations[LABELS.index("happy")]
    assert (label.x, label.y) == pytest.approx((20, 20), abs=0.2)


def test_emotions_without_a_recording_are_not_on_the_map(atlas):
    rows = ~np.isin(atlas.emotions, ["calm", "surprised"])
    fewer = SimpleNamespace(**{name: values[rows] for name, values in vars(atlas).items()})
    figure = charts_map.with_voice(
        charts_map.atlas_map(words, fewer), words, analysis(fewer, 5.0, 5.0)
    )
    assert [trace.name for trace in figure.data[:6]] == [
        label for label in LABELS if label not in ("calm", "surprised")
    ]
    assert len(figure.layout.annotations) == 6 + 1


def test_labels_make_way_for_the_voice(atlas):
    empty = charts_map.atlas_map(words, atlas)
    region = empty.layout.annotations[0]
    figure = charts_map.with_voice(empty, words, analysis(atlas, region.x, region.y))
    assert abs(figure.layout.annotations[0].yshift - figure.layout.annotations[-1].yshift) > 40


def test_the_name_of_a_voice_at_the_edge_is_not_cut_off(atlas):
    empty = charts_map.atlas_map(words, atlas)
    for edge, anchor in zip(empty.layout.xaxis.range, ("left", "right"), strict=True):
        figure = charts_map.with_voice(empty, words, analysis(atlas, edge, 5.0))
        assert figure.layout.annotations[-1].xanchor == anchor
