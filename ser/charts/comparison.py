"""The comparison of classifiers, told: a table in Markdown and a figure, for README."""

from pathlib import Path

import plotly.graph_objects as go

from ser.errors import SerError
from ser.evaluation.baselines.classifiers import IDEA, SHIPPED

WIDTH, ROW = 860, 40  # px
SHIPPED_COLOUR, IDEA_COLOUR, COLOUR = "#4f46e5", "#c98a1b", "#9aa3b8"
FAINT = 0.35  # opacity of the protocol that flatters


def figure(results: dict) -> go.Figure:
    """Draw UA of both protocols as bars, and each fold as a dot."""
    names = list(results)
    labels = [f"<b>{name}</b>" if name in (SHIPPED, IDEA) else name for name in names]
    colours = [{SHIPPED: SHIPPED_COLOUR, IDEA: IDEA_COLOUR}.get(name, COLOUR) for name in names]
    drawn = go.Figure()
    for protocol, opacity, offset in (("actors", 1, -0.4), ("random", FAINT, 0.04)):
        values = [result[protocol] for result in results.values()]
        drawn.add_bar(
            x=[100 * value["ua"] for value in values],
            y=labels,
            orientation="h",
            offset=offset,
            width=0.36,
            marker={"color": colours, "opacity": opacity},
            text=[f"{100 * value['ua']:.1f}" for value in values],
            textposition="inside",
            insidetextanchor="start",
            textangle=0,
            constraintext="none",
            textfont={"size": 11, "color": "#ffffff" if protocol == "actors" else "#1f2937"},
            cliponaxis=False,
        )
        dots = [
            (100 * fold, row + offset + 0.18)
            for row, value in enumerate(values)
            for fold in value["ua_folds"]
        ]
        drawn.add_scatter(
            x=[x for x, _ in dots],
            y=[y for _, y in dots],
            yaxis="y2",
            mode="markers",
            marker={"color": "#1f2937", "size": 4, "opacity": 0.55},
        )
    rows = [len(names) - 0.5, -0.5]
    drawn.update_layout(
        template="none",
        showlegend=False,
        width=WIDTH,
        height=ROW * len(names) + 110,
        margin={"l": 250, "r": 24, "t": 56, "b": 46},
        paper_bgcolor="#ffffff",
        font={"family": "system-ui, sans-serif", "size": 13, "color": "#1f2937"},
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
    return drawn


def draw(results: dict, path: Path) -> None:
    """Write the figure as SVG; a SerError if there is no browser to draw it."""
    try:
        figure(results).write_image(path)
    except RuntimeError as error:
        raise SerError(
            "There is no Chrome or Chromium to draw the figure with. Install one and start again: "
            "all that was computed is kept."
        ) from error
