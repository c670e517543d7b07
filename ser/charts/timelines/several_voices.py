"""The timeline of several speakers: the waveform, and below it a lane for each."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ser.charts.style import FAINT, MARKERS, plain
from ser.charts.timelines.rows import (
    AXIS_HEIGHT,
    MARGIN,
    MIN_LABELLED,
    ROW_COLOUR,
    add_waveform,
    label_time_axis,
)
from ser.timeline.timeline import Segment, Timeline

if TYPE_CHECKING:
    from ser.page.text import Words

WAVEFORM_HEIGHT, LANE_HEIGHT = 62, 54  # px
BLOCK = 0.52  # height of a block in its lane, below the name
FAR = 10_000  # px; with none, every block would be under the pointer
MIN_HEIGHT = 262  # px, so that the page does not shrink


def lanes_figure(words: Words, timeline: Timeline) -> go.Figure:
    """Draw each speaker's turns in a lane, in order of appearance, coloured by emotion.

    A block is paler where the model is not confident.
    """
    n_lanes = timeline.n_speakers
    figure = make_subplots(
        2, 1, shared_xaxes=True, row_heights=[WAVEFORM_HEIGHT, LANE_HEIGHT * n_lanes],
        vertical_spacing=0,
    )  # fmt: skip
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_yaxes(visible=False, fixedrange=True)
    figure.update_yaxes(range=[-1, 1], row=1)
    figure.update_yaxes(range=[n_lanes, 0], row=2)
    height = WAVEFORM_HEIGHT + LANE_HEIGHT * n_lanes + AXIS_HEIGHT
    plain(figure).update_layout(
        height=max(MIN_HEIGHT, height),
        barmode="overlay",
        bargap=0,
        hoverdistance=FAR,
        margin={"l": MARGIN, "r": MARGIN, "t": 0, "b": AXIS_HEIGHT},
    )
    add_waveform(figure, timeline)
    _add_times(figure, timeline)
    _add_blocks(figure, words, timeline)
    _add_labels(figure, words, timeline)
    _add_names(figure, timeline)
    label_time_axis(figure, words, timeline.duration)
    return figure


def _add_times(figure: go.Figure, timeline: Timeline) -> None:
    """Add an invisible line over the waveform, by which a click finds its time."""
    starts = [moment.start for moment in timeline.moments]
    figure.add_scatter(
        x=[(moment.start + moment.end) / 2 for moment in timeline.moments],
        y=[0] * len(starts),
        name="moments",
        mode="lines",
        line={"width": 0, "color": "rgba(0, 0, 0, 0)"},
        customdata=starts,
        hoverinfo="none",
        row=1,
        col=1,
    )


def _add_blocks(figure: go.Figure, words: Words, timeline: Timeline) -> None:
    for lane in range(timeline.n_speakers):
        figure.add_shape(
            type="rect", x0=0, x1=timeline.duration, y0=lane + 1 - BLOCK, y1=lane + 1,
            fillcolor=ROW_COLOUR, line_width=0, layer="below", row=2, col=1,
        )  # fmt: skip
    segments = timeline.segments
    figure.add_bar(
        orientation="h",
        base=[segment.start for segment in segments],
        x=[segment.end - segment.start for segment in segments],
        y=[segment.speaker - BLOCK / 2 for segment in segments],
        width=BLOCK,
        marker={
            "color": [MARKERS[segment.label].colour for segment in segments],
            "opacity": [
                1.0 if segment.probability >= timeline.threshold else FAINT for segment in segments
            ],
            "line_width": 0,
        },
        name="turns",
        text=[_hover_text(words, timeline, segment) for segment in segments],
        textposition="none",
        customdata=[segment.start for segment in segments],
        hovertemplate="%{text}<extra></extra>",
        row=2,
        col=1,
    )


def _add_labels(figure: go.Figure, words: Words, timeline: Timeline) -> None:
    """Write the emotions of the longer segments into their blocks."""
    for segment in timeline.segments:
        if segment.end - segment.start >= MIN_LABELLED * timeline.duration:
            figure.add_annotation(
                x=(segment.start + segment.end) / 2,
                y=segment.speaker - BLOCK / 2,
                text=f"<b>{words.EMOTIONS[segment.label]}</b>",
                showarrow=False,
                font_size=13,
                row=2,
                col=1,
            )


def _hover_text(words: Words, timeline: Timeline, segment: Segment) -> str:
    return "<br>".join(
        [
            f"<b>{_text(timeline.name(segment.speaker))}</b>",
            f"{words.clock(segment.start)}\N{EN DASH}{words.clock(segment.end)}",
            f"{words.EMOTIONS[segment.label]} "
            f"{words.confidence(segment.probability, timeline.threshold)}",
        ]
    )


def _add_names(figure: go.Figure, timeline: Timeline) -> None:
    """Write each speaker's name above the lane."""
    lanes = range(timeline.n_speakers)
    figure.add_scatter(
        x=[0] * len(lanes),
        y=[lane + (1 - BLOCK) / 2 for lane in lanes],
        name="names",
        mode="text",
        text=[_text(timeline.name(lane + 1)) for lane in lanes],
        textposition="middle right",
        textfont_size=13,
        cliponaxis=False,
        hoverinfo="skip",
        row=2,
        col=1,
    )


def _text(name: str) -> str:
    """Return a name as Plotly takes it, which reads some HTML."""
    return escape(name, quote=False)
