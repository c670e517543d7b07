"""A recording's waveform and mel spectrogram as figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from ser.audio import frames
from ser.audio.clip import SAMPLING_RATE, SILENCE, TRIM_FRAME, TRIM_HOP, Clip
from ser.charts.style import ACCENT, plain

if TYPE_CHECKING:
    from ser.page.text import Words

OUTLINE_HEIGHT = 46  # px
SPECTROGRAM_HEIGHT = 220  # px
MAX_LEVEL = 100  # of the outline
TRIMMED_COLOUR = "rgba(128, 128, 128, 0.45)"
FREQUENCIES = (250, 500, 1000, 2000, 4000)  # Hz, labelled on the spectrogram's axis
COLOUR_SCALE = "Magma"
N_MELS = 64
MAX_FRAMES = 600  # of the spectrogram, about
MIN_POWER = 1e-10  # to which lower powers are raised, so that logarithms stay finite
DYNAMIC_RANGE = 80  # dB below the maximum that the spectrogram shows


def outline(words: Words, clip: Clip | None = None) -> go.Figure:
    """Draw a recording's waveform, paler where it was trimmed; empty if there is none yet."""
    figure = go.Figure()
    duration = clip.duration if clip else 1.0
    figure.update_xaxes(range=[0, duration], visible=False, fixedrange=True)
    figure.update_yaxes(range=[-1.05 * MAX_LEVEL, 1.05 * MAX_LEVEL], visible=False, fixedrange=True)
    figure.update_layout(height=OUTLINE_HEIGHT, margin={"l": 4, "r": 4, "t": 0, "b": 0})
    axis = {"color": TRIMMED_COLOUR, "width": 1}
    figure.add_shape(type="line", x0=0, x1=duration, y0=0, y1=0, line=axis)
    if clip:
        figure.add_vrect(clip.start, clip.end, fillcolor=ACCENT, opacity=0.1, line_width=0)
        times, step = np.linspace(0, duration, len(clip.outline), retstep=True)
        # One byte a level is finer than pixels, and quickly sent.
        scale = MAX_LEVEL / max(np.abs(clip.outline).max(), SILENCE)
        extremes = (clip.outline * scale).round().astype(np.int8)
        for name, part, colour in (
            (words.TRIMMED_PART, times <= clip.start, TRIMMED_COLOUR),
            (words.SPEECH_PART, (times >= clip.start) & (times <= clip.end), ACCENT),
            (words.TRIMMED_PART, times >= clip.end, TRIMMED_COLOUR),
        ):
            low, high = extremes[part].T
            for levels, fill in ((low, {}), (high, {"fill": "tonexty", "fillcolor": colour})):
                figure.add_scatter(
                    x0=round(times[np.argmax(part)], 4),
                    dx=round(step, 6),
                    y=levels,
                    name=name,
                    mode="lines",
                    **fill,
                    line={"color": colour, "width": 1},
                )
    return plain(figure).update_layout(hovermode=False)


def spectrogram(words: Words, waveform: np.ndarray | None = None) -> go.Figure:
    """Draw the mel spectrogram of a 16 kHz waveform, shape (samples,); empty if there is none."""
    figure = go.Figure()
    if waveform is not None:
        figure.add_trace(heatmap(words, mel_spectrograms([waveform])[0], len(waveform)))
    set_spectrogram_axes(figure, words)
    figure.update_layout(
        height=SPECTROGRAM_HEIGHT,
        margin={"l": 70, "r": 8, "t": 6, "b": 26},
        separators=words.SEPARATORS,
    )
    return plain(figure)


def heatmap(words: Words, levels: np.ndarray, n_samples: int) -> go.Heatmap:
    """Draw levels, as `mel_spectrograms` returns them, of a waveform with n_samples samples."""
    return go.Heatmap(
        z=levels,
        x0=0,
        dx=n_samples / SAMPLING_RATE / levels.shape[1],
        zmin=-DYNAMIC_RANGE,
        zmax=0,
        colorscale=COLOUR_SCALE,
        showscale=False,
        hovertemplate=f"%{{x:.2f}} {words.SECONDS}<br>%{{z}} dB<extra></extra>",
    )


def set_spectrogram_axes(figure: go.Figure, words: Words) -> None:
    """Label the axes of spectrograms, seconds and mel bands."""
    figure.update_xaxes(
        ticksuffix=f" {words.SECONDS}", showgrid=False, zeroline=False, fixedrange=True, nticks=8
    )
    figure.update_yaxes(
        range=[-0.5, N_MELS - 0.5],
        tickvals=np.interp(
            FREQUENCIES, frames.mel_frequencies(SAMPLING_RATE, N_MELS), np.arange(N_MELS)
        ),
        ticktext=[f"{words.number(frequency)} {words.HERTZ}" for frequency in FREQUENCIES],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )


def mel_spectrograms(waveforms: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return the mel spectrograms of 16 kHz waveforms, int8, shape (N_MELS, frames) each.

    In whole dB below the maximum of all, -DYNAMIC_RANGE to 0; band i is centred on
    `frames.mel_frequencies(SAMPLING_RATE, N_MELS)[i]`.
    """
    powers = []
    for waveform in waveforms:
        hop = max(TRIM_HOP, len(waveform) // MAX_FRAMES)
        powers.append(frames.mel_spectrogram(waveform, SAMPLING_RATE, TRIM_FRAME, hop, N_MELS))
    levels = [10 * np.log10(np.maximum(power, MIN_POWER)) for power in powers]
    loudest = max(level.max() for level in levels)
    return [np.maximum(level - loudest, -DYNAMIC_RANGE).round().astype(np.int8) for level in levels]
