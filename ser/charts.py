"""Analysis -> Plotly figures.

An emotion has the same colour and the same marker in every chart. Backgrounds are transparent
and the page's style sheet colours text and outlines, so a figure serves light and dark alike.

`words` is the page's table of words in one language: EMOTIONS (label -> word), YOUR_VOICE,
`percent(share)`, `person(actor, sex)` and `facts(neighbour)`.
"""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from scipy.ndimage import uniform_filter

from ser.labels import LABELS

BARS_HEIGHT = 178  # px
MAP_HEIGHT = 534  # px
LETTER = 9  # px that a letter of a bar's name takes at most, about
FAINT = 0.42  # opacity of what is not the answer
SVG_POINTS = 5_000  # more are drawn with WebGL, which browsers keep smooth but draw less finely
CELLS = 25  # of the grid on which a region's middle is sought, each way


@dataclass(frozen=True)
class Marker:
    """How an emotion is drawn: a CSS colour and a Plotly marker symbol."""

    colour: str
    symbol: str


# Found by search: to people with protanopia, deuteranopia, tritanopia or full colour vision any two
# of them look as different as hues that fit the emotions allow, and each has a lightness of its
# own, so that a print without colours tells them apart too.
MARKERS = {
    "neutral": Marker("#96858b", "circle"),
    "calm": Marker("#61be85", "square"),
    "happy": Marker("#e4ae33", "star"),
    "sad": Marker("#5658fd", "triangle-down"),
    "angry": Marker("#98272d", "triangle-up"),
    "fearful": Marker("#874196", "x"),
    "disgust": Marker("#2a9446", "cross"),
    "surprised": Marker("#c574c3", "diamond"),
}


def bars(words, probabilities=None) -> go.Figure:
    """Draw the eight probabilities in label order, or eight empty tracks before the first clip."""
    names = [words.EMOTIONS[label] for label in LABELS]
    colours = [MARKERS[label].colour for label in LABELS]
    shares = [probabilities[label] for label in LABELS] if probabilities else [0.0] * len(LABELS)
    best = max(shares)
    texts = [words.percent(share) if probabilities else "" for share in shares]
    figure = go.Figure()
    figure.add_bar(x=[1] * len(names), y=names, marker_color="rgba(128, 128, 128, 0.13)")
    figure.add_bar(
        x=shares,
        y=names,
        orientation="h",
        marker={"color": colours, "opacity": [1 if share == best else FAINT for share in shares]},
    )
    figure.add_scatter(
        x=[-0.05] * len(names),
        y=names,
        mode="markers",
        marker={
            "color": colours,
            "symbol": [MARKERS[label].symbol for label in LABELS],
            "size": 10,
        },
    )
    figure.add_scatter(
        x=[1.02] * len(names),
        y=names,
        mode="text",
        text=[
            f"<b>{text}</b>" if share == best else text
            for text, share in zip(texts, shares, strict=True)
        ],
        textposition="middle right",
        textfont_size=14,
    )
    figure.update_traces(orientation="h", width=0.56, selector={"type": "bar"})
    figure.update_traces(hoverinfo="skip")
    figure.update_xaxes(visible=False, range=[-0.09, 1.22], fixedrange=True)
    figure.update_yaxes(
        autorange="reversed",
        fixedrange=True,
        showgrid=False,
        ticks="",
        tickfont_size=14,
        ticktext=[
            f"<b>{name}</b>" if probabilities and share == best else name
            for name, share in zip(names, shares, strict=True)
        ],
        tickvals=names,
    )
    left = LETTER * max(map(len, names))
    margin = {"t": 0, "b": 0, "l": left, "r": 0}
    figure.update_layout(barmode="overlay", height=BARS_HEIGHT, margin=margin)
    return plain(figure)


def atlas_map(words, atlas) -> go.Figure:
    """Draw the data set's clips, each of its emotions named where it has a region to itself."""
    figure = go.Figure()
    scatter = scatter_of(len(atlas.emotions))
    people = np.array([words.person(*who) for who in zip(atlas.actors, atlas.sexes, strict=True)])
    for label in LABELS:
        own = atlas.emotions == label
        if not own.any():
            continue
        x, y = atlas.positions[own].T
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
    name_regions(figure, words, atlas)
    across, up = (_span(values) for values in atlas.positions.T)
    figure.update_xaxes(visible=False, fixedrange=True, range=across)
    figure.update_yaxes(visible=False, fixedrange=True, range=up)
    figure.update_layout(height=MAP_HEIGHT, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    return plain(figure)


def scatter_of(points: int) -> type:
    """Return the kind of Plotly trace that stays smooth with so many points."""
    return go.Scatter if points <= SVG_POINTS else go.Scattergl


def name_regions(figure: go.Figure, words, atlas) -> None:
    """Write the name of each emotion that occurs where its clips are most among themselves."""
    for label in LABELS:
        own = atlas.emotions == label
        if own.any():
            _label(figure, *_heartland(atlas.positions, own), words.EMOTIONS[label])


def with_voice(atlas_map: go.Figure, words, analysis) -> go.Figure:
    """Copy the map and draw an analysed clip on it, tied to its nearest recordings."""
    figure = go.Figure(atlas_map)
    _add_voice(figure, words, analysis)
    _name_voice(figure, words.YOUR_VOICE, analysis.place)
    return figure


def on_map(atlas, place) -> tuple[float, float]:
    """Return the shares of `atlas_map`'s width and height at which a place lies, from below."""
    (left, right), (bottom, top) = (_span(values) for values in atlas.positions.T)
    return (place.x - left) / (right - left), (place.y - bottom) / (top - bottom)


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
        x=[value for clip in neighbours for value in (place.x, clip.x, None)],
        y=[value for clip in neighbours for value in (place.y, clip.y, None)],
        mode="lines",
        name="ties",
        line={"color": "rgba(128, 128, 128, 0.8)", "width": 1.5},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[clip.x for clip in neighbours],
        y=[clip.y for clip in neighbours],
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
        x=[place.x],
        y=[place.y],
        mode="markers",
        name="voice",
        marker={"color": marker.colour, "symbol": marker.symbol, "size": 26, "line_width": 3},
        hovertemplate=f"<b>{words.YOUR_VOICE}</b><extra></extra>",
    )


def _name_voice(figure: go.Figure, name: str, place) -> None:
    """Write the name above or below the voice, and move labels of regions out of its way."""
    left, right = figure.layout.xaxis.range
    bottom, top = figure.layout.yaxis.range
    wide, high = 600 / (right - left), MAP_HEIGHT / (top - bottom)  # px per unit, about
    below = (top - place.y) * high < 50
    for label in figure.layout.annotations:
        aside, above = abs(label.x - place.x) * wide, (label.y - place.y) * high
        if aside < 60 and abs(above) < 24:
            label.yshift = (24 if above >= 0 else -24) - above
        if aside < 90 and 0 <= above < 46:
            below = True
    share = (place.x - left) / (right - left)  # near an edge the name would be cut off
    anchor = "left" if share < 0.14 else "right" if share > 0.86 else "center"
    _label(figure, place.x, place.y, name, yshift=-26 if below else 26, xanchor=anchor)


def _label(figure: go.Figure, x: float, y: float, text: str, **options) -> None:
    figure.add_annotation(x=x, y=y, text=f"<b>{text}</b>", showarrow=False, font_size=15, **options)


def _span(values: np.ndarray) -> list[float]:
    low, high = float(values.min()), float(values.max())
    margin = 0.05 * (high - low)
    return [low - margin, high + margin]


def plain(figure: go.Figure) -> go.Figure:
    """Leave out what would need an explanation: legend, tools, backgrounds, zooming."""
    return figure.update_layout(
        template="none",
        showlegend=False,
        dragmode=False,
        hovermode="closest",
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
        font={"family": "inherit", "color": "#808080"},
        hoverlabel={"align": "left"},
    )
