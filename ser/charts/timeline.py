"""Timeline -> a Plotly figure: the waveform, and below it the emotions of the same moments.

Looks and `words` as in ser/charts.py; also NOT_VOICED and `clock(seconds)`.
"""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ser.charts.probabilities import MARKERS, plain
from ser.labels import LABELS
from ser.timeline.timeline import LEVEL

HEIGHT = 262  # px
MARGIN = 10  # px left and right of the time axis; long.css draws what is being played by it
BARS = 600  # of the waveform at most: half as many pixels as a large screen has for it
SILENT = "rgba(128, 128, 128, 0.35)"
NAMED = 0.08  # share of the recording from which a segment has room for its emotion's name
TICKS = (1, 2, 5, 10, 30, 60, 120, 300)  # s apart


def course(words, timeline=None) -> go.Figure:
    """Draw a timeline, or before the first one the two empty rows it will fill."""
    figure = make_subplots(2, 1, shared_xaxes=True, row_heights=[0.3, 0.7], vertical_spacing=0.06)
    figure.update_xaxes(visible=False, fixedrange=True, range=[0, 1])
    figure.update_yaxes(visible=False, fixedrange=True)
    figure.update_yaxes(range=[-1, 1], row=1)
    figure.update_yaxes(range=[0, 1], row=2)
    figure.update_layout(
        height=HEIGHT, bargap=0, margin={"l": MARGIN, "r": MARGIN, "t": 0, "b": 26}
    )
    for axis in (figure.layout.yaxis, figure.layout.yaxis2):
        bottom, top = axis.domain
        figure.add_shape(
            type="rect", xref="paper", x0=0, x1=1, yref="paper", y0=bottom, y1=top,
            fillcolor="rgba(128, 128, 128, 0.07)", line_width=0, layer="below",
        )  # fmt: skip
    plain(figure)
    if timeline:
        _draw(figure, words, timeline)
    return figure


def _draw(figure: go.Figure, words, timeline) -> None:
    _add_waveform(figure, timeline)
    # A step at each moment's edges, and the ends drawn to the recording's.
    middles = [(moment.start + moment.end) / 2 for moment in timeline.moments]
    middles[0], middles[-1] = timeline.moments[0].end - 0.5, timeline.moments[-1].start + 0.5
    at = [0.0, *middles, timeline.duration]
    moments = [timeline.moments[0], *timeline.moments, timeline.moments[-1]]
    for label in LABELS:
        figure.add_scatter(
            x=at,
            y=[moment.probabilities[label] if moment.probabilities else 0 for moment in moments],
            name=label,
            mode="lines",
            line={"width": 0, "shape": "hvh", "color": MARKERS[label].colour},
            fillcolor=MARKERS[label].colour,
            stackgroup="emotions",
            hoverinfo="skip",
            row=2,
            col=1,
        )
    for row, height in ((1, 0), (2, 0.5)):
        figure.add_scatter(
            x=middles,
            y=[height] * len(middles),
            name="moments",
            mode="lines",
            line={"width": 0, "color": "rgba(0, 0, 0, 0)"},
            text=[_told(words, moment) for moment in timeline.moments],
            customdata=[moment.start for moment in timeline.moments],
            hovertemplate="%{text}<extra></extra>",
            row=row,
            col=1,
        )
    for segment in timeline.segments:
        if segment.end - segment.start >= NAMED * timeline.duration:
            middle = (segment.start + segment.end) / 2
            figure.add_annotation(
                x=middle,
                y=_height(timeline, middle, segment.label),
                text=f"<b>{words.EMOTIONS[segment.label]}</b>",
                showarrow=False,
                font_size=13,
                row=2,
                col=1,
            )
    apart = next((step for step in TICKS if timeline.duration / step <= 8), TICKS[-1])
    ticks = list(range(0, int(timeline.duration) + 1, apart))
    figure.update_xaxes(range=[0, timeline.duration])
    figure.update_xaxes(
        row=2,
        visible=True,
        showgrid=False,
        zeroline=False,
        tickvals=ticks,
        ticktext=[words.clock(tick) for tick in ticks],
        ticklabelposition="outside",
    )
    # Whichever moment is above or below the pointer answers, not only one beside it.
    figure.update_layout(hovermode="x", hoverdistance=-1)


def _add_waveform(figure: go.Figure, timeline) -> None:
    """Draw how loud it is, in the colour of the emotion and grey where no voice is heard."""
    together = -(-len(timeline.levels) // BARS)
    padded = np.pad(timeline.levels, (0, -len(timeline.levels) % together))
    # The root, or a single shout would leave a flat line of everything else.
    levels = np.sqrt(padded.reshape(-1, together).max(axis=1) / timeline.levels.max())
    width = together * LEVEL
    middles = (np.arange(len(levels)) + 0.5) * width
    ends = [moment.end for moment in timeline.moments[:-1]]
    labels = [timeline.moments[i].label for i in np.searchsorted(ends, middles, side="right")]
    figure.add_bar(
        x=middles,
        y=2 * levels,
        base=-levels,
        width=width,
        marker={
            "color": [MARKERS[label].colour if label else SILENT for label in labels],
            "line_width": 0,
        },
        name="waveform",
        hoverinfo="skip",
        row=1,
        col=1,
    )


def _height(timeline, at: float, label: str) -> float:
    """Find the middle of an emotion's area at a moment with a voice."""
    shares = next(moment for moment in timeline.moments if at < moment.end).probabilities
    below = sum(shares[other] for other in LABELS[: LABELS.index(label)])
    return below + shares[label] / 2


def _told(words, moment) -> str:
    when = words.clock(moment.start)
    if not moment.probabilities:
        return f"{when}<br>{words.NOT_VOICED}"
    likeliest = sorted(moment.probabilities.items(), key=lambda item: -item[1])[:2]
    told = "<br>".join(f"{words.EMOTIONS[label]} {words.percent(p)}" for label, p in likeliest)
    return f"{when}<br>{told}"
