"""The map holds its data; that it is drawn is tested in tests/page."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from ser.charts import map_chart
from ser.charts.style import MARKERS
from ser.labels import LABELS
from ser.page.text import ENGLISH as words


@pytest.fixture
def embedding_map():
    rng = np.random.default_rng(0)
    emotions = np.repeat(LABELS, 20)
    centres = np.repeat(rng.uniform(0, 10, (len(LABELS), 2)), 20, axis=0)
    actors = np.tile(np.arange(1, 21), len(LABELS))
    return SimpleNamespace(
        positions=(centres + rng.normal(0, 0.4, centres.shape)).astype(np.float32),
        emotions=emotions,
        actors=actors,
        sexes=np.where(actors % 2, "male", "female"),
    )


def analysis(embedding_map, x, y, label="angry"):
    neighbours = tuple(
        SimpleNamespace(
            emotion="sad",
            actor=actor,
            sex="female",
            intensity="strong",
            sentence="Kids are talking by the door",
            position=embedding_map.positions[actor],
        )
        for actor in (2, 4, 6, 8, 10)
    )
    place = SimpleNamespace(position=np.array([x, y]), neighbours=neighbours)
    return SimpleNamespace(label=label, place=place)


def test_map_shows_every_clip_in_its_emotions_colour_and_marker(embedding_map):
    figure = map_chart.map_figure(words, embedding_map)
    assert [trace.name for trace in figure.data] == list(LABELS)
    assert sum(len(trace.x) for trace in figure.data) == len(embedding_map.emotions)
    for trace in figure.data:
        marker = MARKERS[trace.name]
        assert (trace.marker.color, trace.marker.symbol) == (marker.colour, marker.symbol)
    assert len(figure.layout.annotations) == len(LABELS)
    assert "actor 1, man" in figure.data[0].text


def test_clip_and_neighbours_are_on_the_map(embedding_map):
    empty = map_chart.map_figure(words, embedding_map)
    figure = map_chart.add_clip_traces(empty, words)
    before = figure.to_json()
    changed = map_chart.clip_update(figure, words, analysis(embedding_map, 5.0, 5.0))
    assert figure.to_json() == before
    edges, neighbours, voice = json.loads(json.dumps(changed))["traces"]
    assert (voice["x"], voice["y"]) == ([5.0], [5.0])
    assert voice["marker"]["color"] == MARKERS["angry"].colour
    assert len(neighbours["x"]) == 5 and len(edges["x"]) == 15 and edges["x"][2::3] == [None] * 5
    assert "strongly sad" in neighbours["text"][0] and "Kids are talking" in neighbours["text"][0]
    assert [trace.name for trace in figure.data[-3:]] == ["edges", "neighbours", "voice"]
    assert words.YOUR_VOICE in figure.data[-1].text[0]


def test_an_emotion_is_labelled_where_it_outnumbers_the_others(embedding_map):
    happy, sad = (np.flatnonzero(embedding_map.emotions == label) for label in ("happy", "sad"))
    embedding_map.positions[sad] = embedding_map.positions[happy]
    embedding_map.positions[happy[:8]] = np.random.default_rng(1).normal((20, 20), 0.05, (8, 2))
    figure = map_chart.map_figure(words, embedding_map)
    label = figure.layout.annotations[LABELS.index("happy")]
    assert (label.x, label.y) == pytest.approx((20, 20), abs=0.2)


def test_emotions_without_a_recording_are_not_on_the_map(embedding_map):
    rows = ~np.isin(embedding_map.emotions, ["calm", "surprised"])
    fewer = SimpleNamespace(**{name: values[rows] for name, values in vars(embedding_map).items()})
    figure = map_chart.map_figure(words, fewer)
    assert [trace.name for trace in figure.data] == [
        label for label in LABELS if label not in ("calm", "surprised")
    ]
    assert len(figure.layout.annotations) == 6
    changed = map_chart.clip_update(figure, words, analysis(fewer, 5.0, 5.0))
    assert len(changed["shifts"]) == 6


def test_labels_make_way_for_the_clip(embedding_map):
    empty = map_chart.map_figure(words, embedding_map)
    region = empty.layout.annotations[0]
    changed = map_chart.clip_update(empty, words, analysis(embedding_map, region.x, region.y))
    above = changed["traces"][-1]["textposition"] == "top center"
    assert changed["shifts"][0] * (1 if above else -1) < -20


def test_a_label_at_the_edge_is_not_cut_off(embedding_map):
    empty = map_chart.map_figure(words, embedding_map)
    for edge, side in zip(empty.layout.xaxis.range, ("right", "left"), strict=True):
        changed = map_chart.clip_update(empty, words, analysis(embedding_map, edge, 5.0))
        assert changed["traces"][-1]["textposition"].endswith(side)
