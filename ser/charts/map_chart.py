"""The map of the data set, and a voice's place on it, as Plotly figures.

`words` is the page's table of words in one language: EMOTIONS (label -> word), YOUR_VOICE,
`person(actor, sex)` and `facts(neighbour)`.
"""

import numpy as np
import plotly.graph_objects as go
from scipy.ndimage import uniform_filter

from ser.charts.probabilities import FAINT, MARKERS, plain
from ser.labels import LABELS

HEIGHT = 534  # px
SVG_POINTS = 5_000  # more are drawn with WebGL, which browsers keep smooth but draw less finely
CELLS = 25  # of the grid on which a region's middle is sought, each way


def map_figure(words, embedding_map) -> go.Figure:
    """Draw the data set's clips, each of its emotions named where it has a region to itself."""
    figure = go.Figure()
    scatter = scatter_of(len(embedding_map.emotions))
    people = np.array(
        [words.person(*who) for who in zip(embedding_map.actors, embedding_map.sexes, strict=True)]
    )
    for label in LABELS:
        own = embedding_map.emotions == label
        if not own.any():
            continue
        x, y = embedding_map.positions[own].T
        marker = MARKERS[label]
        drawn = scatter(
            x=x,
            y=y,
            mode="markers",
            name=label,
            marker={"color": marker.colour, "symbol": marker.symbol, "size": 6, "opacity": FAINT},
            text=people[own].tolist(),
            hovertemplate=f"<b>{words.EMOTIONS[label]}</b><br>%{{text}}<extra></extra>",
        )
        figure.add_trace(drawn)
    name_regions(figure, words, embedding_map)
    across, up = (_span(values) for values in embedding_map.positions.T)
    figure.update_xaxes(visible=False, fixedrange=True, range=across)
    figure.update_yaxes(visible=False, fixedrange=True, range=up)
    figure.update_layout(height=HEIGHT, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    return plain(figure)


def scatter_of(points: int) -> type:
    """Return the kind of Plotly trace that stays smooth with so many points."""
    return go.Scatter if points <= SVG_POINTS else go.Scattergl


def name_regions(figure: go.Figure, words, embedding_map) -> None:
    """Write the name of each emotion that occurs where its clips are most among themselves."""
    for label in LABELS:
        own = embedding_map.emotions == label
        if own.any():
            _label(figure, *_heartland(embedding_map.positions, own), words.EMOTIONS[label])


def with_voice(map_figure: go.Figure, words, analysis) -> go.Figure:
    """Copy the map and draw an analysed clip on it, tied to its nearest recordings."""
    figure = go.Figure(map_figure)
    _add_voice(figure, words, analysis)
    _name_voice(figure, words.YOUR_VOICE, analysis.place)
    return figure


def on_map(embedding_map, place) -> tuple[float, float]:
    """Return the shares of `map_figure`'s width and height at which a place lies, from below."""
    (left, right), (bottom, top) = (_span(values) for values in embedding_map.positions.T)
    return (place.position[0] - left) / (right - left), (place.position[1] - bottom) / (
        top - bottom
    )


def _heartland(positions: np.ndarray, own: np.ndarray) -> tuple[float, float]:
    """Find where an emotion's clips are most among themselves."""
    weights = np.where(own, 1.0, -1.0)
    excess, *edges = np.histogram2d(*positions.T, CELLS, weights=weights)
    around = uniform_filter(excess, 5, mode="constant")
    present = np.histogram2d(*positions[own].T, edges)[0] > 0
    best = np.unravel_index(np.argmax(np.where(present, around, -np.inf)), around.shape)
    middle = [(side[cell] + side[cell + 1]) / 2 for side, cell in zip(edges, best, strict=True)]
    near = (np.abs(positions - middle) < 0.08 * np.ptp(positions, axis=0)).all(axis=1)
    x, y = positions[near & own].mean(axis=0)
    return float(x), float(y)


def _add_voice(figure: go.Figure, words, analysis) -> None:
    place, neighbours = analysis.place, analysis.place.neighbours
    marker = MARKERS[analysis.label]
    figure.add_scatter(
        x=[value for clip in neighbours for value in (place.position[0], clip.position[0], None)],
        y=[value for clip in neighbours for value in (place.position[1], clip.position[1], None)],
        mode="lines",
        name="ties",
        line={"color": "rgba(128, 128, 128, 0.8)", "width": 1.5},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[clip.position[0] for clip in neighbours],
        y=[clip.position[1] for clip in neighbours],
        mode="markers",
        name="neighbours",
        marker={
            "color": [MARKERS[clip.emotion].colour for clip in neighbours],
            "symbol": [MARKERS[clip.emotion].symbol for clip in neighbours],
            "size": 11,
        },
        text=[words.facts(clip) for clip in neighbours],
        hovertemplate="%{text}<extra></extra>",
    )
    figure.add_scatter(
        x=[place.position[0]],
        y=[place.position[1]],
        mode="markers",
        name="voice",
        marker={"color": marker.colour, "symbol": marker.symbol, "size": 26, "line_width": 3},
        hovertemplate=f"<b>{words.YOUR_VOICE}</b><extra></extra>",
    )


def _name_voice(figure: go.Figure, name: str, place) -> None:
    """Write the name above or below the voice, and move labels of regions out of its way."""
    left, right = figure.layout.xaxis.range
    bottom, top = figure.layout.yaxis.range
    wide, high = 600 / (right - left), HEIGHT / (top - bottom)  # px per unit, about
    below = (top - place.position[1]) * high < 50
    for label in figure.layout.annotations:
        aside, above = abs(label.x - place.position[0]) * wide, (label.y - place.position[1]) * high
        if aside < 60 and abs(above) < 24:
            label.yshift = (24 if above >= 0 else -24) - above
        if aside < 90 and 0 <= above < 46:
            below = True
    share = (place.position[0] - left) / (right - left)  # near an edge the name would be cut off
    anchor = "left" if share < 0.14 else "right" if share > 0.86 else "center"
    _label(
        figure,
        place.position[0],
        place.position[1],
        name,
        yshift=-26 if below else 26,
        xanchor=anchor,
    )


def _label(figure: go.Figure, x: float, y: float, text: str, **options) -> None:
    figure.add_annotation(x=x, y=y, text=f"<b>{text}</b>", showarrow=False, font_size=15, **options)


def _span(values: np.ndarray) -> list[float]:
    low, high = float(values.min()), float(values.max())
    margin = 0.05 * (high - low)
    return [low - margin, high + margin]
