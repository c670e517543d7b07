"""Shares of right answers -> bars, axes and intervals, for the figures in charts_quality.py."""

import numpy as np
import plotly.graph_objects as go

from ser.charts.probabilities import plain

TRACK = "rgba(128, 128, 128, 0.13)"
LINE = "rgba(128, 128, 128, 0.6)"


def bars(words, rows: list[tuple], colours: list[str]) -> go.Figure:
    """Draw rows of (name, share, interval or None) as bars to the right, each with its name above.

    A name above its bar needs no margin, so long ones have room on a phone.
    """
    names, shares, intervals = zip(*rows, strict=True)
    places = list(range(len(rows)))
    figure = go.Figure()
    figure.add_bar(x=[1] * len(rows), y=places, marker_color=TRACK, hoverinfo="skip")
    figure.add_bar(
        x=shares,
        y=places,
        marker_color=colours,
        text=[caption(words, *row) for row in rows],
        textposition="none",
        hovertemplate="%{text}<extra></extra>",
    )
    figure.update_traces(orientation="h", width=0.34)
    if any(intervals):
        figure.data[1].error_x = whiskers(shares, [each or (0, 0) for each in intervals])
    for place, (name, share, _) in enumerate(rows):
        for text, x, anchor in ((name, 0, "left"), (f"<b>{words.percent(share)}</b>", 1, "right")):
            figure.add_annotation(
                x=x, y=place, text=text, xanchor=anchor, yshift=17, showarrow=False, font_size=14
            )
    figure.update_xaxes(visible=False, range=[0, 1], fixedrange=True)
    figure.update_yaxes(visible=False, range=[len(rows) - 0.6, -0.85], fixedrange=True)
    figure.update_layout(
        barmode="overlay", height=42 * len(rows), margin={"l": 2, "r": 2, "t": 0, "b": 0}
    )
    return plain(figure)


def shares_up(figure: go.Figure, words) -> None:
    """Let the vertical axis of a figure be shares from 0 to 1."""
    ticks = [0, 0.25, 0.5, 0.75, 1]
    figure.update_yaxes(
        tickvals=ticks,
        ticktext=[words.percent(tick) for tick in ticks],
        range=[0, 1.04],
        gridcolor=TRACK,
        zeroline=False,
        ticks="",
        fixedrange=True,
    )


def interval(score: dict) -> tuple[float, list[float]]:
    """Return UA and its 95 % interval, as a row of `bars` ends."""
    return score["ua"], score["ci95"]


def caption(words, name: str, share: float, interval) -> str:
    """Say a row of `bars` in words."""
    said = f"{name}: {words.percent(share)}"
    return f"{said} ({'–'.join(map(words.percent, interval))})" if interval else said


def whiskers(shares, intervals) -> dict:
    """Return plotly's error bars from shares to the ends of their intervals, none where (0, 0)."""
    shares, (low, high) = np.array(shares), np.transpose(intervals)
    known = high > 0
    return {
        "type": "data",
        "symmetric": False,
        "array": np.where(known, high - shares, 0),
        "arrayminus": np.where(known, shares - low, 0),
        "color": LINE,
        "thickness": 2,
        "width": 4,
    }
