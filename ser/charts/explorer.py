"""The data set -> a map to explore: every clip a point, in groups by what one wants to see.

`words` is the page's table of words in one language; see ser/charts_map.py, whose looks these are.
The last two traces, `ties` and `chosen`, are empty: the page fills them with a clip and its
nearest when one is chosen, so that choosing sends no map.
"""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from ser.charts.map_chart import SVG_POINTS, name_regions, scatter_of
from ser.charts.probabilities import MARKERS, Marker, plain
from ser.labels import LABELS
from ser.models.embedding_map import N_NAMED

HEIGHT = 440  # px
SIZE, SMALL = 8, 4  # px of a point, of one among many
CHOSEN = [24] + [13] * N_NAMED  # px of the ring round the chosen clip and its nearest
GOLDEN = 0.618034  # of a turn round the hues: neighbours in a list differ
# No emotion's colours; people with a colour-vision deficiency tell them apart, too.
PAIR = (Marker("#6366f1", "circle"), Marker("#e8890c", "x"))
UNKNOWN = Marker("#887c7f", "circle")


@dataclass(frozen=True)
class Group:
    """Clips that are drawn alike.

    name: str; marker: Marker; rows: int array, which of the embedding_map' clips.
    """

    name: str
    marker: Marker
    rows: np.ndarray


def grouped(words, embedding_map, heard: np.ndarray, colour: str) -> list[Group]:
    """Group all clips by one of `words.COLOURS`, in a fixed order, empty groups left out.

    heard: strings, shape (n,), the emotion heard in each clip when its actor was unseen.
    """
    if colour == "emotion":
        values = embedding_map.emotions
        looks = {label: (words.EMOTIONS[label], MARKERS[label]) for label in LABELS}
    elif colour == "actor":
        values, people = embedding_map.actors, np.unique(embedding_map.actors).tolist()
        hues = sample_colorscale("Phase", GOLDEN * np.arange(len(people)) % 1)
        looks = {
            person: (words.person(person, ""), Marker(hue, "circle"))
            for person, hue in zip(people, hues, strict=True)
        }
    else:
        values = {
            "sex": embedding_map.sexes,
            "intensity": embedding_map.intensities,
            "right": np.where(heard == embedding_map.emotions, "right", "wrong"),
        }[colour]
        looks = dict(
            zip(
                words.GROUPS[colour],
                zip(words.GROUPS[colour].values(), PAIR, strict=True),
                strict=True,
            )
        )
    looks[""] = (words.UNKNOWN, UNKNOWN)
    groups = [Group(*look, np.flatnonzero(values == value)) for value, look in looks.items()]
    return [group for group in groups if len(group.rows)]


def explorer(
    words, embedding_map, groups: list[Group], texts: np.ndarray, shown: np.ndarray
) -> go.Figure:
    """Draw the clips that `shown`, a mask of shape (n,), leaves, a trace for each group.

    texts: what to tell of each clip, shape (n,).

    The map's frame is that of all clips, so it stays put when some are left out. Each point's
    `customdata` is its clip's row in the embedding_map.
    """
    figure = go.Figure()
    scatter = scatter_of(len(shown))
    for group in groups:
        rows = group.rows[shown[group.rows]]
        if not len(rows):
            continue
        x, y = embedding_map.positions[rows].T
        drawn = scatter(
            x=x,
            y=y,
            mode="markers",
            name=group.name,
            marker={
                "color": group.marker.colour,
                "symbol": group.marker.symbol,
                "size": SIZE if len(shown) <= SVG_POINTS else SMALL,
                "opacity": 0.65,
            },
            customdata=rows,
            text=texts[rows].tolist(),
            hovertemplate="%{text}<extra></extra>",
        )
        figure.add_trace(drawn)
    line = {"color": "rgba(128, 128, 128, 0.9)", "width": 1.5}
    figure.add_scatter(x=[], y=[], mode="lines", name="ties", line=line, hoverinfo="skip")
    figure.add_scatter(
        x=[],
        y=[],
        mode="markers",
        name="chosen",
        marker={"color": "rgba(128, 128, 128, 0.15)", "size": CHOSEN, "line_width": 2},
        hoverinfo="skip",
    )
    name_regions(figure, words, embedding_map)
    low, high = embedding_map.positions.min(axis=0), embedding_map.positions.max(axis=0)
    (left, bottom), (right, top) = low - 0.04 * (high - low), high + 0.04 * (high - low)
    figure.update_xaxes(visible=False, range=[float(left), float(right)])
    figure.update_yaxes(visible=False, range=[float(bottom), float(top)])
    figure.update_layout(height=HEIGHT, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    return plain(figure).update_layout(dragmode="zoom")
