"""Scores as horizontal bars with confidence intervals, and their axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import plotly.graph_objects as go

from ser.charts.style import LINE, TRACK, plain

if TYPE_CHECKING:
    from ser.page.text import Words

ROW_HEIGHT = 42  # px
Interval = Sequence[float]  # lower and upper end


class Score(NamedTuple):
    """A named fraction 0-1 and its 95 % confidence interval, None where it was not estimated."""

    name: str
    value: float
    interval: Interval | None = None


def score_bars(words: Words, scores: Sequence[Score], colours: Sequence[str]) -> go.Figure:
    """Draw scores as bars to the right, each with its name above.

    A name above its bar needs no margin, so long ones have room on a phone.
    """
    _, values, intervals = zip(*scores, strict=True)
    rows = list(range(len(scores)))
    figure = go.Figure()
    figure.add_bar(x=[1] * len(rows), y=rows, marker_color=TRACK, hoverinfo="skip")
    figure.add_bar(
        x=values,
        y=rows,
        marker_color=colours,
        text=[hover_text(words, score) for score in scores],
        textposition="none",
        hovertemplate="%{text}<extra></extra>",
    )
    figure.update_traces(orientation="h", width=0.34)
    if any(intervals):
        figure.data[1].error_x = error_bars(values, intervals)
    # All at once: Plotly checks those before again with each that is added.
    figure.layout.annotations = [
        {
            "x": x,
            "y": row,
            "text": text,
            "xanchor": anchor,
            "yshift": 17,
            "showarrow": False,
            "font_size": 14,
        }
        for row, (name, value, _) in enumerate(scores)
        for text, x, anchor in ((name, 0, "left"), (f"<b>{words.percent(value)}</b>", 1, "right"))
    ]
    figure.update_xaxes(visible=False, range=[0, 1], fixedrange=True)
    figure.update_yaxes(visible=False, range=[len(rows) - 0.6, -0.85], fixedrange=True)
    figure.update_layout(
        barmode="overlay", height=ROW_HEIGHT * len(rows), margin={"l": 2, "r": 2, "t": 0, "b": 0}
    )
    return plain(figure)


def percent_axis(words: Words) -> dict:
    """Return the properties of an axis of fractions from 0 to 1, labelled in percent."""
    ticks = [0, 0.25, 0.5, 0.75, 1]
    return {
        "tickvals": ticks,
        "ticktext": [words.percent(tick) for tick in ticks],
        "range": [0, 1.04],
        "gridcolor": TRACK,
        "zeroline": False,
        "fixedrange": True,
    }


def hover_text(words: Words, score: Score) -> str:
    """Write a score and its interval."""
    text = f"{score.name}: {words.percent(score.value)}"
    return f"{text} ({'–'.join(map(words.percent, score.interval))})" if score.interval else text


def error_bars(values: Sequence[float], intervals: Sequence[Interval | None]) -> dict:
    """Return Plotly's error bars from values to the ends of their intervals."""
    ends = [interval or (value, value) for value, interval in zip(values, intervals, strict=True)]
    low, high = np.transpose(ends)
    return {
        "type": "data",
        "symmetric": False,
        "array": high - values,
        "arrayminus": values - low,
        "color": LINE,
        "thickness": 2,
        "width": 4,
    }
