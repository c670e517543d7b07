"""What all figures of a long recording have in common: the waveform's row, and the time axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from ser.charts.style import MARKERS
from ser.timeline.timeline import LEVEL_DURATION, Timeline

if TYPE_CHECKING:
    from ser.page.text import Words

MARGIN = 10  # px left and right of the time axis; timeline.css draws the playback position by it
AXIS_HEIGHT = 26  # px
MAX_BARS = 600  # of the waveform: half as many as a large screen has pixels for it
NO_VOICE_COLOUR = "rgba(128, 128, 128, 0.35)"
MIN_LABELLED = 0.08  # fraction of the duration from which a segment has room for a label
ROW_COLOUR = "rgba(128, 128, 128, 0.07)"
TICKS = (1, 2, 5, 10, 30, 60, 120, 300)  # s, possible distances
MAX_TICKS = 8


def add_waveform(figure: go.Figure, timeline: Timeline) -> None:
    """Draw the levels in the emotions' colours, grey where there is no voice."""
    levels_per_bar = -(-len(timeline.levels) // MAX_BARS)
    padded = np.pad(timeline.levels, (0, -len(timeline.levels) % levels_per_bar))
    # The square root, or next to a single shout all else would be a flat line.
    levels = np.sqrt(padded.reshape(-1, levels_per_bar).max(axis=1) / timeline.levels.max())
    width = levels_per_bar * LEVEL_DURATION
    middles = (np.arange(len(levels)) + 0.5) * width
    ends = [moment.end for moment in timeline.moments[:-1]]
    labels = [timeline.moments[i].label for i in np.searchsorted(ends, middles, side="right")]
    figure.add_bar(
        x=middles,
        y=2 * levels,
        base=-levels,
        width=width,
        marker={
            "color": [MARKERS[label].colour if label else NO_VOICE_COLOUR for label in labels],
            "line_width": 0,
        },
        name="waveform",
        hoverinfo="skip",
        row=1,
        col=1,
    )


def label_time_axis(figure: go.Figure, words: Words, duration: float) -> None:
    """Show the whole duration, in seconds, with at most MAX_TICKS times below it."""
    step = next((step for step in TICKS if duration / step <= MAX_TICKS), TICKS[-1])
    ticks = list(range(0, int(duration) + 1, step))
    figure.update_xaxes(range=[0, duration])
    figure.update_xaxes(
        row=2,
        visible=True,
        showgrid=False,
        zeroline=False,
        tickvals=ticks,
        ticktext=[words.clock(tick) for tick in ticks],
        ticklabelposition="outside",
    )
