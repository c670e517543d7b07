"""The map of the training clips, and an analysed clip on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from scipy.ndimage import uniform_filter

from ser.charts.style import FAINT, MARKERS, plain
from ser.labels import LABELS
from ser.models.embedding_map import AXES, EmbeddingMap

if TYPE_CHECKING:
    from ser.page.text import Words
    from ser.recognizer import Analysis

WIDTH, HEIGHT = 600, 534  # px; the width is about what the page gives
MARGIN = 0.05  # around the clips, of their extent
MAX_SVG_POINTS = 5_000  # more are drawn with WebGL, which stays smooth but draws less finely
DECIMALS = 3  # of a clip's position; finer than pixels, of which a unit has dozens
GRID = 25  # cells on each axis, in which the position of a label is sought
LABEL_RADIUS = 0.08  # of the map's extent: clips whose mean is a label's position
EMOTION = "emotion"  # name of the annotations that label emotions
LABEL_SIZE, LINE_HEIGHT = 15, 20  # px of a label
CLIP_LABEL_SHIFT, EMOTION_LABEL_SHIFT = 26, 24  # px from the analysed clip to the labels
TEXT_SIDES = {"left": "right", "center": "center", "right": "left"}  # by a label's anchor


def map_figure(words: Words, embedding_map: EmbeddingMap) -> go.Figure:
    """Draw the training clips, each emotion labelled where its clips are densest."""
    figure = go.Figure()
    scatter = scatter_type(len(embedding_map.emotions))
    people = zip(embedding_map.actors, embedding_map.sexes, strict=True)
    speakers = np.array([words.person(actor, sex) for actor, sex in people])
    for label in LABELS:
        rows = embedding_map.emotions == label
        if not rows.any():
            continue
        marker = MARKERS[label]
        trace = scatter(
            **coordinates(embedding_map.positions[rows]),
            mode="markers",
            name=label,
            marker={"color": marker.colour, "symbol": marker.symbol, "size": 6, "opacity": FAINT},
            text=speakers[rows].tolist(),
            hovertemplate=f"<b>{words.EMOTIONS[label]}</b><br>%{{text}}<extra></extra>",
        )
        figure.add_trace(trace)
    add_emotion_labels(figure, words, embedding_map)
    set_axes(figure, *axis_limits(embedding_map.positions, MARGIN), fixedrange=True)
    figure.update_layout(height=HEIGHT, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    return plain(figure)


def add_clip_traces(figure: go.Figure, words: Words) -> go.Figure:
    """Add what shows an analysed clip to a map, without a position yet; return the same figure.

    `clip_update` says what the browser changes for a clip, without drawing the map again.
    """
    no_position = {axis: [None] for axis in AXES}
    figure.add_scatter(
        **no_position,
        mode="lines",
        name="edges",
        line={"color": "rgba(128, 128, 128, 0.8)", "width": 1.5},
        hoverinfo="skip",
    )
    figure.add_scatter(
        **no_position,
        mode="markers",
        name="neighbours",
        marker_size=11,
        hovertemplate="%{text}<extra></extra>",
    )
    # Its label is a text of the trace: to move an annotation draws the whole map again.
    figure.add_scatter(
        **no_position,
        mode="markers+text",
        name="voice",
        text=[f"<b>{words.YOUR_VOICE}</b>"],
        textfont_size=LABEL_SIZE,
        cliponaxis=False,
        marker={"size": 26, "line_width": 3},
        hovertemplate=f"<b>{words.YOUR_VOICE}</b><extra></extra>",
    )
    return figure


def clip_update(figure: go.Figure, words: Words, analysis: Analysis) -> dict[str, list]:
    """Return what shows an analysed clip on the map, connected to its nearest neighbours.

    Args:
        figure: the map, which stays as it is.
        words: the texts in one language.
        analysis: of the clip.

    Returns:
        for JSON: `traces`, the changes to each trace of `add_clip_traces`, and `shifts`, how far
        each label of an emotion moves up to make way for the clip, in px.
    """
    position, neighbours = analysis.place.position, analysis.place.neighbours
    gap = np.full(len(AXES), None)
    edges = [end for neighbour in neighbours for end in (position, neighbour.position, gap)]
    marker = MARKERS[analysis.label]
    moved = go.Figure(layout=figure.layout)
    shift, anchor = _make_way(moved, position)
    traces = [
        _listed(edges),
        _listed([neighbour.position for neighbour in neighbours])
        | {
            "text": [words.clip_details(neighbour) for neighbour in neighbours],
            "marker": {
                "color": [MARKERS[neighbour.emotion].colour for neighbour in neighbours],
                "symbol": [MARKERS[neighbour.emotion].symbol for neighbour in neighbours],
            },
        },
        _listed([position])
        | {
            "textposition": f"{'top' if shift > 0 else 'bottom'} {TEXT_SIDES[anchor]}",
            "marker": {"color": marker.colour, "symbol": marker.symbol},
        },
    ]
    shifts = [float(label.yshift or 0) for label in moved.layout.annotations]
    return {"traces": traces, "shifts": shifts}


def scatter_type(n_points: int) -> type:
    """Return the type of Plotly trace that stays smooth with so many points."""
    return go.Scatter if n_points <= MAX_SVG_POINTS else go.Scattergl


def coordinates(positions: np.ndarray) -> dict[str, np.ndarray]:
    """Return positions, shape (n, len(AXES)), as the arguments of a trace, {axis: (n,)}."""
    return dict(zip(AXES, np.transpose(positions), strict=True))


def _listed(positions: list[np.ndarray]) -> dict[str, list]:
    """Return positions, shape (n, len(AXES)), as `coordinates` does, rounded for JSON."""
    return {
        axis: [value if value is None else round(float(value), DECIMALS) for value in values]
        for axis, values in coordinates(positions).items()
    }


def axis_limits(positions: np.ndarray, margin: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and the upper ends of the map's axes, each of shape (len(AXES),).

    margin: around the clips, of their extent.
    """
    low, high = positions.min(axis=0).astype(float), positions.max(axis=0).astype(float)
    return low - margin * (high - low), high + margin * (high - low)


def set_axes(figure: go.Figure, low: np.ndarray, high: np.ndarray, **options) -> None:
    """Hide the axes and set their lower and upper ends, each of shape (len(AXES),)."""
    for axis, *ends in zip(AXES, low.tolist(), high.tolist(), strict=True):
        figure.update_layout({f"{axis}axis": {"visible": False, "range": ends, **options}})


def relative_position(embedding_map: EmbeddingMap, position: np.ndarray) -> np.ndarray:
    """Return a position in fractions 0-1 of the axes of `map_figure`."""
    low, high = axis_limits(embedding_map.positions, MARGIN)
    return (position - low) / (high - low)


def add_emotion_labels(figure: go.Figure, words: Words, embedding_map: EmbeddingMap) -> None:
    """Write the name of each emotion that occurs where its clips are densest."""
    for label in LABELS:
        rows = embedding_map.emotions == label
        if rows.any():
            _add_label(
                figure,
                _label_position(embedding_map.positions, rows),
                words.EMOTIONS[label],
                name=EMOTION,
            )


def _label_position(positions: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Find where one emotion's clips, a mask of shape (n,), most outnumber those of all others."""
    excess, edges = np.histogramdd(positions, GRID, weights=np.where(rows, 1.0, -1.0))
    smoothed = uniform_filter(excess, 5, mode="constant")
    occupied = np.histogramdd(positions[rows], edges)[0] > 0
    best = np.unravel_index(np.argmax(np.where(occupied, smoothed, -np.inf)), smoothed.shape)
    centre = [(edge[cell] + edge[cell + 1]) / 2 for edge, cell in zip(edges, best, strict=True)]
    within = np.abs(positions - centre) < LABEL_RADIUS * np.ptp(positions, axis=0)
    return positions[within.all(axis=1) & rows].mean(axis=0)


def label_clip(
    figure: go.Figure, text: str, position: np.ndarray, below: bool | None = None
) -> None:
    """Label an analysed clip, and move the labels of emotions out of its way.

    below: whether the label lies below the clip; by default it does where it has no room above.
    """
    shift, anchor = _make_way(figure, position, below)
    _add_label(figure, position, text, yshift=shift, xanchor=anchor)


def _make_way(
    figure: go.Figure, position: np.ndarray, below: bool | None = None
) -> tuple[float, str]:
    """Move the labels of emotions out of a clip's way; return its label's yshift and xanchor."""
    left, right = figure.layout.xaxis.range
    bottom, top = figure.layout.yaxis.range
    x, y = position
    x_scale, y_scale = WIDTH / (right - left), HEIGHT / (top - bottom)  # px per unit
    crowded = (top - y) * y_scale < 50  # px that a label above the clip needs
    for label in figure.layout.annotations:
        if label.name != EMOTION:
            continue
        dx, dy = abs(label.x - x) * x_scale, (label.y - y) * y_scale
        if dx < 60 and abs(dy) < EMOTION_LABEL_SHIFT:  # It would cover the clip.
            label.yshift = (EMOTION_LABEL_SHIFT if dy >= 0 else -EMOTION_LABEL_SHIFT) - dy
        if dx < 90 and 0 <= dy < 46:  # It would cover the clip's label.
            crowded = True
    fraction = (x - left) / (right - left)
    # Near an edge a centred label would be cut off.
    anchor = "left" if fraction < 0.14 else "right" if fraction > 0.86 else "center"
    shift = -CLIP_LABEL_SHIFT if (crowded if below is None else below) else CLIP_LABEL_SHIFT
    for label in figure.layout.annotations:
        dx, dy = abs(label.x - x) * x_scale, (label.y - y) * y_scale
        covered = dx < 90 and abs(dy + (label.yshift or 0) - shift) < LINE_HEIGHT
        if label.name == EMOTION and covered:
            label.yshift = shift + np.copysign(LINE_HEIGHT, shift) - dy
    return shift, anchor


def _add_label(figure: go.Figure, position: np.ndarray, text: str, **options) -> None:
    figure.add_annotation(
        **dict(zip(AXES, position.tolist(), strict=True)),
        text=f"<b>{text}</b>",
        showarrow=False,
        font_size=LABEL_SIZE,
        **options,
    )
