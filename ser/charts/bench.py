"""README's picture of the bench: who takes how long, and what length and the map's size cost."""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ser.bench.systems import NAMES

COLOURS = {
    "analysis": "#4F46E5",
    "pipeline_base": "#64748B",
    "encoder_base": "#94A3B8",
    "handcrafted": "#D97706",
}
SIZE = {"width": 1200, "height": 400}  # px


def figure(measured: dict) -> go.Figure:
    """Draw what bench.measure returned."""
    titles = ("4 s of speech: ms", "Seconds of speech: ms", "Clips on the map: ms to place one")
    drawn = make_subplots(1, 3, subplot_titles=titles, horizontal_spacing=0.07)
    names = list(reversed(NAMES))
    medians = [1000 * measured["medians"][name] for name in names]
    drawn.add_trace(
        go.Bar(
            x=medians,
            y=[NAMES[name] for name in names],
            orientation="h",
            marker_color=[COLOURS[name] for name in names],
            text=[f"{median:.0f}" for median in medians],
        ),
        1,
        1,
    )
    durations = measured["durations"]
    for name in NAMES:
        drawn.add_trace(
            go.Scatter(
                x=list(map(int, durations)),
                y=[1000 * found[name]["median"] for found in durations.values()],
                line_color=COLOURS[name],
            ),
            1,
            2,
        )
    points = measured["points"]
    drawn.add_trace(
        go.Scatter(
            x=list(map(int, points)),
            y=[1000 * found["median"] for found in points.values()],
            line_color=COLOURS["analysis"],
        ),
        1,
        3,
    )
    drawn.update_xaxes(type="log", row=1, col=3)
    drawn.update_yaxes(rangemode="tozero", row=1, col=2)
    drawn.update_yaxes(rangemode="tozero", row=1, col=3)
    drawn.update_layout(template="plotly_white", showlegend=False, margin_t=50, **SIZE)
    return drawn
