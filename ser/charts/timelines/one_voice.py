"""The timeline of one voice: the waveform, and below it the emotions at the same times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ser.charts.style import MARKERS, plain
from ser.charts.timelines.rows import (
    AXIS_HEIGHT,
    MARGIN,
    MIN_LABELLED,
    ROW_COLOUR,
    add_waveform,
    label_time_axis,
)
from ser.labels import LABELS
from ser.timeline.timeline import Moment, Timeline

if TYPE_CHECKING:
    from ser.page.text import Words

HEIGHT = 262  # px
WITHIN = 0.01  # s from the edges of a moment


def timeline_figure(words: Words, timeline: Timeline | None = None) -> go.Figure:
    """Draw a timeline; the two empty rows if there is none yet."""
    figure = make_subplots(2, 1, shared_xaxes=True, row_heights=[0.3, 0.7], vertical_spacing=0.06)
    figure.update_xaxes(visible=False, fixedrange=True, range=[0, 1])
    figure.update_yaxes(visible=False, fixedrange=True)
    figure.update_yaxes(range=[-1, 1], row=1)
    figure.update_yaxes(range=[0, 1], row=2)
    figure.update_layout(
        height=HEIGHT, bargap=0, margin={"l": MARGIN, "r": MARGIN, "t": 0, "b": AXIS_HEIGHT}
    )
    for axis in (figure.layout.yaxis, figure.layout.yaxis2):
        bottom, top = axis.domain
        figure.add_shape(
            type="rect", xref="paper", x0=0, x1=1, yref="paper", y0=bottom, y1=top,
            fillcolor=ROW_COLOUR, line_width=0, layer="below",
        )  # fmt: skip
    plain(figure)
    if timeline:
        add_waveform(figure, timeline)
        _add_probabilities(figure, timeline)
        _add_hover_texts(figure, words, timeline)
        _add_labels(figure, words, timeline)
        label_time_axis(figure, words, timeline.duration)
    return figure


def _add_probabilities(figure: go.Figure, timeline: Timeline) -> None:
    """Draw the probabilities as stacked steps, from the beginning to the end of the recording."""
    moments = [*timeline.moments, timeline.moments[-1]]
    for label in LABELS:
        figure.add_scatter(
            x=[*(moment.start for moment in timeline.moments), timeline.duration],
            y=[moment.probabilities[label] if moment.probabilities else 0 for moment in moments],
            name=label,
            mode="lines",
            line={"width": 0, "shape": "hv", "color": MARKERS[label].colour},
            fillcolor=MARKERS[label].colour,
            stackgroup="emotions",
            hoverinfo="skip",
            row=2,
            col=1,
        )


def _add_hover_texts(figure: go.Figure, words: Words, timeline: Timeline) -> None:
    """Add an invisible line to both rows, which shows the moment above or below the pointer.

    It has a point at either end of a moment, so that the nearest one is of the pointer's moment,
    whatever the durations.
    """
    moments = [moment for moment in timeline.moments for _ in ("start", "end")]
    times = [t for m in timeline.moments for t in (m.start + WITHIN, m.end - WITHIN)]
    for row, height in ((1, 0), (2, 0.5)):
        figure.add_scatter(
            x=times,
            y=[height] * len(times),
            name="moments",
            mode="lines",
            line={"width": 0, "color": "rgba(0, 0, 0, 0)"},
            text=[_hover_text(words, moment) for moment in moments],
            customdata=[moment.start for moment in moments],
            hovertemplate="%{text}<extra></extra>",
            row=row,
            col=1,
        )
    figure.update_layout(hovermode="x", hoverdistance=-1)


def _hover_text(words: Words, moment: Moment) -> str:
    time = words.clock(moment.start)
    if not moment.probabilities:
        return f"{time}<br>{words.NOT_VOICED}"
    ranked = sorted(moment.probabilities.items(), key=lambda item: -item[1])
    lines = [f"{words.EMOTIONS[label]} {words.percent(p)}" for label, p in ranked[:2]]
    return "<br>".join([time, *lines])


def _add_labels(figure: go.Figure, words: Words, timeline: Timeline) -> None:
    """Write the emotions of the longer segments into their areas."""
    for segment in timeline.segments:
        if segment.end - segment.start < MIN_LABELLED * timeline.duration:
            continue
        middle = (segment.start + segment.end) / 2
        figure.add_annotation(
            x=middle,
            y=_area_middle(timeline, middle, segment.label),
            text=f"<b>{words.EMOTIONS[segment.label]}</b>",
            showarrow=False,
            font_size=13,
            row=2,
            col=1,
        )


def _area_middle(timeline: Timeline, time: float, label: str) -> float:
    """Return the middle of an emotion's stacked area at a time in seconds that has a voice."""
    moment = next(moment for moment in timeline.moments if time < moment.end)
    below = sum(moment.probabilities[lower] for lower in LABELS[: LABELS.index(label)])
    return below + moment.probabilities[label] / 2
