"""Sound -> Plotly figures: which part of a recording was listened to, and what is in it.

As in `charts`, backgrounds are transparent and the style sheet colours what is written. `words`
is the page's table of words in one language.
"""

import librosa
import numpy as np
import plotly.graph_objects as go

from ser.audio import loading
from ser.charts.probabilities import plain

OUTLINE_HEIGHT = 46  # px
SPECTROGRAM_HEIGHT = 220  # px
HEARD, SKIPPED = "#6366f1", "rgba(128, 128, 128, 0.45)"
PITCHES = (250, 500, 1000, 2000, 4000)  # Hz, named beside the spectrogram
SCALE = "Magma"
MELS = 64  # bands of the spectrogram
COLUMNS = 600  # of the spectrogram at most, about


def outline(words, clip: loading.Clip | None = None) -> go.Figure:
    """Draw a recording's waveform, paler where it was not listened to; empty before the first."""
    figure = go.Figure()
    seconds = clip.duration if clip else 1.0
    figure.update_xaxes(range=[0, seconds], visible=False, fixedrange=True)
    figure.update_yaxes(range=[-1.05, 1.05], visible=False, fixedrange=True)
    figure.update_layout(height=OUTLINE_HEIGHT, margin={"l": 4, "r": 4, "t": 0, "b": 0})
    figure.add_shape(type="line", x0=0, x1=seconds, y0=0, y1=0, line={"color": SKIPPED, "width": 1})
    if clip:
        figure.add_vrect(clip.start, clip.end, fillcolor=HEARD, opacity=0.1, line_width=0)
        times = np.linspace(0, seconds, len(clip.outline), dtype=np.float32)
        samples = clip.outline / max(np.abs(clip.outline).max(), loading.SILENCE)
        heard = (times >= clip.start) & (times <= clip.end)
        for name, part, colour in (
            (words.SKIPPED_PART, times <= clip.start, SKIPPED),
            (words.HEARD_PART, heard, HEARD),
            (words.SKIPPED_PART, times >= clip.end, SKIPPED),
        ):
            low, high = samples[part].T
            figure.add_scatter(
                x=np.concatenate([times[part], times[part][::-1]]),
                y=np.concatenate([high, low[::-1]]),
                name=name,
                mode="lines",
                fill="toself",
                fillcolor=colour,
                line={"color": colour, "width": 1},
                hoverinfo="skip",
            )
    return plain(figure)


def spectrogram(words, waveform: np.ndarray | None = None) -> go.Figure:
    """Draw how strong each pitch is over time; an empty frame without a 16 kHz waveform."""
    figure = go.Figure()
    if waveform is not None:
        levels = mel_spectrogram(waveform)
        figure.add_heatmap(
            z=levels,
            x0=0,
            dx=len(waveform) / loading.SAMPLING_RATE / levels.shape[1],
            colorscale=SCALE,
            showscale=False,
            hovertemplate=f"%{{x:.2f}} {words.SECONDS}<br>%{{z}} dB<extra></extra>",
        )
    bands = np.arange(MELS)
    figure.update_xaxes(
        ticksuffix=f" {words.SECONDS}", showgrid=False, zeroline=False, fixedrange=True, nticks=8
    )
    figure.update_yaxes(
        range=[-0.5, MELS - 0.5],
        tickvals=np.interp(PITCHES, mel_frequencies(), bands),
        ticktext=[f"{words.number(pitch)} {words.HERTZ}" for pitch in PITCHES],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )
    figure.update_layout(
        height=SPECTROGRAM_HEIGHT,
        margin={"l": 70, "r": 8, "t": 6, "b": 26},
        separators=words.SEPARATORS,
    )
    return plain(figure)


def mel_spectrogram(waveform: np.ndarray) -> np.ndarray:
    """Return a 16 kHz waveform's power by mel band and time, int8, shape (MELS, columns).

    In whole dB below the loudest, -80 to 0; band i is centred on `mel_frequencies()[i]`.
    """
    power = librosa.feature.melspectrogram(
        y=waveform,
        sr=loading.SAMPLING_RATE,
        n_fft=loading.TRIM_FRAME,
        hop_length=max(loading.TRIM_HOP, len(waveform) // COLUMNS),
        n_mels=MELS,
    )
    return librosa.power_to_db(power, ref=np.max).round().astype(np.int8)


def mel_frequencies() -> np.ndarray:
    """Return the centres of the spectrogram's bands in Hz, shape (MELS,)."""
    return librosa.mel_frequencies(MELS + 2, fmax=loading.SAMPLING_RATE / 2)[1:-1]
