"""Two analysed recordings as figures: their probabilities, their places, their spectrograms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import plotly.graph_objects as go

from ser.audio.clip import SAMPLING_RATE
from ser.charts import map_chart, waveform
from ser.charts.probabilities import RANGE, set_rows
from ser.charts.style import MARKERS, TRACK, plain
from ser.labels import LABELS

if TYPE_CHECKING:
    from ser.page.text import Words
    from ser.recognizer import Analysis

ROW_HEIGHT = 38  # px, of an emotion's two bars
OFFSET = 0.2  # rows from an emotion's name to its bars
FIRST_OPACITY = 0.5  # of the first recording's bars
SPECTROGRAM_HEIGHT = 160  # px of each
TITLE_HEIGHT = 26  # px, above each
ARROW_COLOUR = "#808080"
NEAR = 100, 60  # px between two places whose labels would cover each other, across and up


class Numbered(NamedTuple):
    """An analysis and the number by which its recording is called."""

    number: int
    analysis: Analysis


def probability_bars(words: Words, first: Numbered, second: Numbered) -> go.Figure:
    """Draw the probabilities of two recordings, for each emotion the first one's above."""
    names = [words.EMOTIONS[label] for label in LABELS]
    rows = np.arange(len(LABELS))
    figure = go.Figure()
    for shown, offset, opacity in ((first, -OFFSET, FIRST_OPACITY), (second, OFFSET, 1)):
        values = [shown.analysis.probabilities[label] for label in LABELS]
        y = rows + offset
        figure.add_bar(x=[1] * len(rows), y=y, marker_color=TRACK)
        figure.add_bar(
            x=values,
            y=y,
            name=str(shown.number),
            marker={"color": [MARKERS[label].colour for label in LABELS], "opacity": opacity},
        )
        for x, texts, position in (
            (-0.02, [str(shown.number)] * len(rows), "middle left"),
            (RANGE[1], list(map(words.percent, values)), "middle right"),
        ):
            figure.add_scatter(
                x=[x] * len(rows), y=y, mode="text", text=texts, textposition=position
            )
    figure.update_traces(orientation="h", width=0.32, selector={"type": "bar"})
    figure.update_traces(textfont_size=13, cliponaxis=False, selector={"type": "scatter"})
    figure.update_traces(hoverinfo="skip")
    set_rows(figure, names, names, ROW_HEIGHT * len(rows))
    return plain(figure)


def map_figure(map_: go.Figure, words: Words, first: Numbered, second: Numbered) -> go.Figure:
    """Return a copy of the map with two recordings, and an arrow from the first to the second.

    map_: as `map_chart.map_figure` returns it.
    """
    figure = go.Figure(map_)
    both = (first, second)
    positions = np.array([shown.analysis.place.position for shown in both])
    texts = [words.recording_name(shown.number) for shown in both]
    markers = [MARKERS[shown.analysis.label] for shown in both]
    figure.add_scatter(
        **map_chart.coordinates(positions),
        mode="markers",
        name="recordings",
        marker={
            "color": [marker.colour for marker in markers],
            "symbol": [marker.symbol for marker in markers],
            "size": 24,
            "line_width": 3,
        },
        text=texts,
        hovertemplate="<b>%{text}</b><extra></extra>",
    )
    lowest = int(np.argmin(positions[:, 1]))
    near = _are_near(figure, positions)
    for row, (text, position) in enumerate(zip(texts, positions, strict=True)):
        map_chart.label_clip(figure, text, position, below=row == lowest if near else None)
    (x, y), (to_x, to_y) = positions.tolist()
    figure.add_annotation(
        name="way",
        text="",
        **{"x": to_x, "y": to_y, "ax": x, "ay": y, "axref": "x", "ayref": "y"},
        **{"standoff": 14, "startstandoff": 14, "arrowwidth": 2.5, "arrowhead": 2},
        arrowcolor=ARROW_COLOUR,
    )
    return figure


def spectrograms(
    words: Words, numbers: Sequence[int], waveforms: Sequence[np.ndarray]
) -> go.Figure:
    """Draw the mel spectrograms of 16 kHz waveforms on one scale of levels and one of time."""
    figure = go.Figure()
    figure.set_subplots(
        rows=len(waveforms),
        cols=1,
        shared_xaxes=True,
        subplot_titles=list(map(words.recording_name, numbers)),
        vertical_spacing=TITLE_HEIGHT / (len(waveforms) * SPECTROGRAM_HEIGHT),
    )
    levels = waveform.mel_spectrograms(waveforms)
    for row, (level, samples) in enumerate(zip(levels, waveforms, strict=True), 1):
        figure.add_trace(waveform.heatmap(words, level, len(samples)), row=row, col=1)
    waveform.set_spectrogram_axes(figure, words)
    figure.update_xaxes(range=[0, max(map(len, waveforms)) / SAMPLING_RATE])
    figure.update_xaxes(ticks="", row=1)
    figure.update_annotations(font_size=13, x=0, xanchor="left")
    figure.update_layout(
        height=len(waveforms) * SPECTROGRAM_HEIGHT + TITLE_HEIGHT,
        margin={"l": 70, "r": 8, "t": TITLE_HEIGHT, "b": 26},
        separators=words.SEPARATORS,
    )
    return plain(figure)


def _are_near(figure: go.Figure, positions: np.ndarray) -> bool:
    """Return whether the labels of two positions on the map would cover each other."""
    ranges = np.ptp([figure.layout.xaxis.range, figure.layout.yaxis.range], axis=1)
    pixels = np.abs(positions[0] - positions[1]) / ranges * (map_chart.WIDTH, map_chart.HEIGHT)
    return bool((pixels < NEAR).all())
