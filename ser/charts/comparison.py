"""The comparison of classifiers as a figure for the documentation."""

from collections.abc import Mapping
from pathlib import Path

import plotly.graph_objects as go

from ser.errors import SerError

WIDTH, ROW_HEIGHT = 860, 40  # px
SHIPPED_COLOUR, BASELINE_COLOUR, COLOUR = "#4f46e5", "#c98a1b", "#9aa3b8"
TEXT_COLOUR = "#1f2937"
FAINT = 0.35  # opacity of the protocol whose test speakers are in the training set


def figure(results: Mapping[str, Mapping], shipped: str, baseline: str) -> go.Figure:
    """Draw UA under both protocols as bars, and that of each fold as a dot.

    Args:
        results: by classifier and protocol: `ua` and `ua_folds`, 0-1.
        shipped, baseline: the classifiers to highlight.
    """
    names = list(results)
    labels = [f"<b>{name}</b>" if name in (shipped, baseline) else name for name in names]
    highlights = {shipped: SHIPPED_COLOUR, baseline: BASELINE_COLOUR}
    colours = [highlights.get(name, COLOUR) for name in names]
    chart = go.Figure()
    for protocol, opacity, offset in (("actors", 1, -0.4), ("random", FAINT, 0.04)):
        scores = [result[protocol] for result in results.values()]
        chart.add_bar(
            x=[100 * score["ua"] for score in scores],
            y=labels,
            orientation="h",
            offset=offset,
            width=0.36,
            marker={"color": colours, "opacity": opacity},
            text=[f"{100 * score['ua']:.1f}" for score in scores],
            textposition="inside",
            insidetextanchor="start",
            textangle=0,
            constraintext="none",
            textfont={"size": 11, "color": "#ffffff" if protocol == "actors" else TEXT_COLOUR},
            cliponaxis=False,
        )
        dots = [
            (100 * ua, row + offset + 0.18)
            for row, score in enumerate(scores)
            for ua in score["ua_folds"]
        ]
        chart.add_scatter(
            x=[x for x, _ in dots],
            y=[y for _, y in dots],
            yaxis="y2",
            mode="markers",
            marker={"color": TEXT_COLOUR, "size": 4, "opacity": 0.55},
        )
    rows = [len(names) - 0.5, -0.5]
    chart.update_layout(
        template="none",
        showlegend=False,
        width=WIDTH,
        height=ROW_HEIGHT * len(names) + 110,
        margin={"l": 250, "r": 24, "t": 56, "b": 46},
        paper_bgcolor="#ffffff",
        font={"family": "system-ui, sans-serif", "size": 13, "color": TEXT_COLOUR},
        title={
            "text": "Right answers by classifier (UA %): <b>unseen speakers</b>, and faint below "
            "it known speakers; dots are folds",
            "font_size": 14,
            "x": 0.02,
        },
        xaxis={"range": [0, 100], "gridcolor": "#e5e7eb", "zeroline": False, "ticksuffix": " %"},
        yaxis={"range": rows, "type": "category", "ticklabelstandoff": 8},
        yaxis2={"range": rows, "type": "linear", "overlaying": "y", "visible": False},
    )
    return chart


def draw(results: Mapping[str, Mapping], shipped: str, baseline: str, path: Path) -> None:
    """Write the figure as SVG.

    Raises:
        SerError: there is no browser to draw it with.
    """
    try:
        figure(results, shipped, baseline).write_image(path)
    except RuntimeError as error:
        raise SerError(
            "There is no Chrome or Chromium to draw the figure with. Install one and start again: "
            "all that was computed is kept."
        ) from error
