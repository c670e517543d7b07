"""The probabilities of an answer as horizontal bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from ser.charts.style import FAINT, MARKERS, TRACK, plain
from ser.labels import LABELS

if TYPE_CHECKING:
    from ser.page.text import Words

HEIGHT = 178  # px
LETTER_WIDTH = 9  # px at most, about, of a letter of an emotion's name
PERCENT_WIDTH = 54  # px of the longest percentage, in bold
RANGE = (-0.09, 1.01)  # of the bars' axis: markers or numbers at the left, percentages at the end


def probability_bars(words: Words, probabilities: Mapping[str, float] | None = None) -> go.Figure:
    """Draw the probabilities in the order of LABELS; empty tracks if there are none yet."""
    names = [words.EMOTIONS[label] for label in LABELS]
    colours = [MARKERS[label].colour for label in LABELS]
    values = [probabilities[label] for label in LABELS] if probabilities else [0.0] * len(LABELS)
    highest = max(values)
    texts = [words.percent(value) if probabilities else "" for value in values]
    rows = list(range(len(names)))
    figure = go.Figure()
    figure.add_bar(x=[1] * len(names), y=rows, marker_color=TRACK)
    figure.add_bar(
        x=values,
        y=rows,
        orientation="h",
        marker={"color": colours, "opacity": [1 if p == highest else FAINT for p in values]},
    )
    figure.add_scatter(
        x=[-0.05] * len(names),
        y=rows,
        mode="markers",
        marker={
            "color": colours,
            "symbol": [MARKERS[label].symbol for label in LABELS],
            "size": 10,
        },
    )
    figure.add_scatter(
        x=[RANGE[1]] * len(names),
        y=rows,
        mode="text",
        cliponaxis=False,
        text=[
            f"<b>{text}</b>" if value == highest else text
            for text, value in zip(texts, values, strict=True)
        ],
        textposition="middle right",
        textfont_size=14,
    )
    figure.update_traces(orientation="h", width=0.56, selector={"type": "bar"})
    ticks = [
        f"<b>{name}</b>" if probabilities and value == highest else name
        for name, value in zip(names, values, strict=True)
    ]
    set_rows(figure, names, ticks, HEIGHT)
    return plain(figure).update_layout(hovermode=False)


def set_rows(figure: go.Figure, names: list[str], ticks: list[str], height: int) -> None:
    """Lay out bars in numbered rows, the first at the top, over their tracks.

    Args:
        figure: of the bars, with percentages at the end of RANGE.
        names: of the rows, for which there is room at the left.
        ticks: the same, or in bold, as they are shown.
        height: of the figure in px.
    """
    figure.update_xaxes(visible=False, range=RANGE, fixedrange=True)
    figure.update_yaxes(
        range=[len(names) - 0.5, -0.5],
        fixedrange=True,
        showgrid=False,
        zeroline=False,
        ticks="",
        tickfont_size=14,
        tickvals=list(range(len(names))),
        ticktext=ticks,
    )
    margin = {"t": 0, "b": 0, "l": LETTER_WIDTH * max(map(len, names)), "r": PERCENT_WIDTH}
    figure.update_layout(barmode="overlay", height=height, margin=margin)
