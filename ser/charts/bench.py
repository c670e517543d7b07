"""Plot the benchmark: time by system, by length of the recording and by size of the map."""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

COLOURS = {
    "analysis": "#4F46E5",
    "pipeline_base": "#64748B",
    "encoder_base": "#94A3B8",
    "handcrafted": "#D97706",
}
SIZE = {"width": 1200, "height": 400}  # px


def figure(measured: dict, systems: dict[str, str]) -> go.Figure:
    """Plot what `bench.speed.measure` returned.

    systems: titles of the timed systems by their keys.
    """
    titles = ("4 s of speech: ms", "Seconds of speech: ms", "Clips on the map: ms to place one")
    chart = make_subplots(1, 3, subplot_titles=titles, horizontal_spacing=0.07)
    names = list(reversed(systems))
    medians = [1000 * measured["medians"][name] for name in names]
    chart.add_trace(
        go.Bar(
            x=medians,
            y=[systems[name] for name in names],
            orientation="h",
            marker_color=[COLOURS[name] for name in names],
            text=[f"{median:.0f}" for median in medians],
        ),
        1,
        1,
    )
    durations = measured["durations"]
    for name in systems:
        chart.add_trace(
            go.Scatter(
                x=list(map(int, durations)),
                y=[1000 * summaries[name]["median"] for summaries in durations.values()],
                line_color=COLOURS[name],
            ),
            1,
            2,
        )
    points = measured["points"]
    chart.add_trace(
        go.Scatter(
            x=list(map(int, points)),
            y=[1000 * summary["median"] for summary in points.values()],
            line_color=COLOURS["analysis"],
        ),
        1,
        3,
    )
    chart.update_xaxes(type="log", row=1, col=3)
    chart.update_yaxes(rangemode="tozero", row=1, col=2)
    chart.update_yaxes(rangemode="tozero", row=1, col=3)
    chart.update_layout(template="plotly_white", showlegend=False, margin_t=50, **SIZE)
    return chart
