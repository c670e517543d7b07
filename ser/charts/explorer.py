"""The map of the training clips, coloured by one of their properties and filtered.

The last two traces, `edges` and `selected`, are empty: explore.js fills them with a clip and its
nearest neighbours when one is selected, so that selecting sends no map.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from ser.charts.map_chart import (
    MAX_SVG_POINTS,
    add_emotion_labels,
    axis_limits,
    coordinates,
    scatter_type,
    set_axes,
)
from ser.charts.style import MARKERS, Marker, plain
from ser.labels import LABELS
from ser.models.embedding_map import AXES, N_NAMED, EmbeddingMap

if TYPE_CHECKING:
    from ser.page.text import Words

HEIGHT = 440  # px
MARGIN = 0.04  # around the clips, of their extent
SIZE, SMALL_SIZE = 8, 4  # px of a point, of one of more than MAX_SVG_POINTS
SELECTED_SIZES = [24] + [13] * N_NAMED  # px of the rings around the selected clip and its nearest
GOLDEN_RATIO = 0.618034  # of a turn between hues, so that successive actors differ
# Not the colours of emotions; they differ with a colour-vision deficiency, too.
PAIR = (Marker("#6366f1", "circle"), Marker("#e8890c", "x"))
UNKNOWN = Marker("#887c7f", "circle")


@dataclass(frozen=True)
class Group:
    """Training clips that are drawn with one marker.

    Attributes:
        name: as the page shows it.
        marker: of its points.
        rows: int, shape (clips,), of the map's arrays.
    """

    name: str
    marker: Marker
    rows: np.ndarray


def group_clips(
    words: Words, embedding_map: EmbeddingMap, predicted: np.ndarray, colour_by: str
) -> list[Group]:
    """Group all clips by one of `words.COLOURS`, in a fixed order, without empty groups.

    predicted: strings, shape (n,), the emotion predicted out of fold for each clip.
    """
    if colour_by == "emotion":
        values = embedding_map.emotions
        styles = {label: (words.EMOTIONS[label], MARKERS[label]) for label in LABELS}
    elif colour_by == "actor":
        values, actors = embedding_map.actors, np.unique(embedding_map.actors).tolist()
        hues = sample_colorscale("Phase", GOLDEN_RATIO * np.arange(len(actors)) % 1)
        styles = {
            actor: (words.person(actor, ""), Marker(hue, "circle"))
            for actor, hue in zip(actors, hues, strict=True)
        }
    else:
        values = {
            "sex": embedding_map.sexes,
            "intensity": embedding_map.intensities,
            "right": np.where(predicted == embedding_map.emotions, "right", "wrong"),
        }[colour_by]
        names = words.GROUPS[colour_by]
        styles = dict(zip(names, zip(names.values(), PAIR, strict=True), strict=True))
    styles[""] = (words.UNKNOWN, UNKNOWN)
    groups = [Group(*style, np.flatnonzero(values == value)) for value, style in styles.items()]
    return [group for group in groups if len(group.rows)]


def explorer_figure(
    words: Words,
    embedding_map: EmbeddingMap,
    groups: list[Group],
    hover_texts: np.ndarray,
    shown: np.ndarray,
) -> go.Figure:
    """Draw clips, a trace for each group.

    Args:
        words: the texts in one language.
        embedding_map: its axes span all clips, so that they stay when some are not shown.
        groups: of all clips, as `group_clips` returns them.
        hover_texts: strings, shape (n,).
        shown: mask, shape (n,), of the clips to draw; their `customdata` is their row in the map.
    """
    figure = go.Figure()
    scatter = scatter_type(len(shown))
    for group in groups:
        rows = group.rows[shown[group.rows]]
        if not len(rows):
            continue
        trace = scatter(
            **coordinates(embedding_map.positions[rows]),
            mode="markers",
            name=group.name,
            marker={
                "color": group.marker.colour,
                "symbol": group.marker.symbol,
                "size": SIZE if len(shown) <= MAX_SVG_POINTS else SMALL_SIZE,
                "opacity": 0.65,
            },
            customdata=rows,
            text=hover_texts[rows].tolist(),
            hovertemplate="%{text}<extra></extra>",
        )
        figure.add_trace(trace)
    empty = dict.fromkeys(AXES, [])
    line = {"color": "rgba(128, 128, 128, 0.9)", "width": 1.5}
    figure.add_scatter(**empty, mode="lines", name="edges", line=line, hoverinfo="skip")
    figure.add_scatter(
        **empty,
        mode="markers",
        name="selected",
        marker={"color": "rgba(128, 128, 128, 0.15)", "size": SELECTED_SIZES, "line_width": 2},
        hoverinfo="skip",
    )
    add_emotion_labels(figure, words, embedding_map)
    set_axes(figure, *axis_limits(embedding_map.positions, MARGIN))
    figure.update_layout(height=HEIGHT, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    return plain(figure).update_layout(dragmode="zoom")
