"""The losses of a training run over time."""

from collections.abc import Sequence
from pathlib import Path

import plotly.graph_objects as go


def draw_losses(history: Sequence[dict], columns: Sequence[str], path: Path) -> None:
    """Draw some columns of a training history over training time, as a web page.

    Args:
        history: rows of losses.csv, with their "seconds".
        columns: keys of the rows, one line each.
        path: of the HTML file.
    """
    minutes = [row["seconds"] / 60 for row in history]
    figure = go.Figure()
    for column in columns:
        figure.add_scatter(x=minutes, y=[row[column] for row in history], name=column)
    figure.update_layout(
        xaxis_title="minutes", yaxis_title="normalised mean squared error", yaxis_type="log"
    )
    figure.write_html(path, include_plotlyjs="cdn")
