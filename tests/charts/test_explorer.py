"""The explorer's map: every clip in its group, filtered, with a trace type for its size."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest

from ser.charts import explorer
from ser.charts.map_chart import MAX_SVG_POINTS
from ser.charts.style import MARKERS
from ser.labels import LABELS
from ser.models.embedding_map import EmbeddingMap
from ser.page.text import ENGLISH as words


def map_of(clips):
    """Return a map of clips whose intensity is sometimes unknown."""
    rng = np.random.default_rng(0)
    codes = np.arange(clips) % len(LABELS)
    actors = np.arange(clips) % 12 + 1
    return EmbeddingMap(
        positions=rng.normal(codes[:, None], 1, (clips, 2)).astype(np.float32),
        roots=np.sqrt(np.full((clips, 8), 1 / 8, np.float32)),
        names=np.array([f"clip {row}" for row in range(clips)]),
        emotions=np.array(LABELS)[codes],
        actors=actors,
        sexes=np.where(actors % 2, "male", "female"),
        intensities=np.where(np.arange(clips) % 3, "strong", ""),
        sentences=np.full(clips, ""),
    )


@pytest.fixture
def embedding_map():
    return map_of(240)


@pytest.fixture
def predicted(embedding_map):
    """Every fourth clip is predicted as angry."""
    return np.where(np.arange(240) % 4, embedding_map.emotions, "angry")


@pytest.mark.parametrize("colour", words.COLOURS)
def test_every_clip_is_in_one_group(embedding_map, predicted, colour):
    groups = explorer.group_clips(words, embedding_map, predicted, colour)
    assert sorted(np.concatenate([group.rows for group in groups])) == list(range(240))
    assert len({group.marker for group in groups}) == len(groups)


def test_groups_are_what_they_say(embedding_map, predicted):
    emotions = explorer.group_clips(words, embedding_map, predicted, "emotion")
    assert [group.marker for group in emotions] == list(MARKERS.values())
    actors = explorer.group_clips(words, embedding_map, predicted, "actor")
    assert [group.name for group in actors][:2] == ["actor 1", "actor 2"] and len(actors) == 12
    right, wrong = explorer.group_clips(words, embedding_map, predicted, "right")
    assert len(right.rows) == np.sum(predicted == embedding_map.emotions) and len(wrong.rows) > 0
    strong, unknown = explorer.group_clips(words, embedding_map, predicted, "intensity")
    assert (strong.name, unknown.name) == (words.GROUPS["intensity"]["strong"], words.UNKNOWN)
    assert set(embedding_map.intensities[unknown.rows]) == {""}


def test_filtered_clips_keep_their_rows_and_the_map_its_axes(embedding_map, predicted):
    groups = explorer.group_clips(words, embedding_map, predicted, "sex")
    everything = explorer.explorer_figure(
        words, embedding_map, groups, embedding_map.names, np.ones(240, bool)
    )
    shown = embedding_map.actors == 4
    figure = explorer.explorer_figure(words, embedding_map, groups, embedding_map.names, shown)
    women, edges, selected = figure.data
    assert women.name == words.GROUPS["sex"]["female"]
    assert list(women.customdata) == np.flatnonzero(shown).tolist()
    assert list(women.text) == embedding_map.names[shown].tolist()
    assert np.array_equal(np.transpose([women.x, women.y]), embedding_map.positions[shown])
    assert (edges.name, selected.name) == ("edges", "selected") and not len(selected.x)
    assert figure.layout.xaxis.range == everything.layout.xaxis.range
    assert figure.layout.height == everything.layout.height


@pytest.mark.parametrize(
    ("clips", "kind"),
    [(MAX_SVG_POINTS, go.Scatter), (MAX_SVG_POINTS + 1, go.Scattergl), (100_000, go.Scattergl)],
)
def test_many_points_are_drawn_with_webgl(clips, kind):
    embedding_map = map_of(clips)
    groups = explorer.group_clips(words, embedding_map, embedding_map.emotions, "emotion")
    figure = explorer.explorer_figure(
        words, embedding_map, groups, embedding_map.names, np.ones(clips, bool)
    )
    assert {type(trace) for trace in figure.data[:-2]} == {kind}
    assert sum(len(trace.x) for trace in figure.data) == clips
    assert len(figure.layout.annotations) == len(LABELS)
    json.loads(figure.to_json())


def test_no_group_has_an_emotions_colour():
    emotions = {marker.colour for marker in MARKERS.values()}
    assert not emotions & {marker.colour for marker in explorer.PAIR}
