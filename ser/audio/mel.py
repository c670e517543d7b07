"""Mel spectrograms of 16 kHz waveforms, as librosa computes them, but without numba.

The scale is Slaney's (1998, "Auditory Toolbox", version 2): linear up to BREAK, then logarithmic.
"""

import numpy as np

from ser.audio.clip import SAMPLING_RATE

BREAK = 1000.0  # Hz
LINEAR_STEP = 200 / 3  # Hz of a mel below BREAK
LOG_STEP = np.log(6.4) / 27  # of the logarithm of the frequency, of a mel above


def frequencies(n_mels: int) -> np.ndarray:
    """Return the centres of the bands in Hz, shape (n_mels,)."""
    return _edges(n_mels)[1:-1]


def spectrogram(waveform: np.ndarray, n_fft: int, hop: int, n_mels: int) -> np.ndarray:
    """Return the power in mel bands, float32, shape (n_mels, 1 + samples // hop).

    Frame i is centred on sample i * hop; beyond the waveform's ends are zeros.

    Args:
        waveform: float32, shape (samples,).
        n_fft, hop: even length of a frame and distance between frames, in samples.
    """
    padded = np.pad(waveform, n_fft // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop]
    window = np.hanning(n_fft + 1)[:-1].astype(np.float32)
    return _filters(n_fft, n_mels) @ np.square(np.abs(np.fft.rfft(frames * window))).T


def _edges(n_mels: int) -> np.ndarray:
    """Return the centres of the bands and the limits of the first and the last, in Hz."""
    of_break = BREAK / LINEAR_STEP
    mels = np.linspace(0, of_break + np.log(SAMPLING_RATE / 2 / BREAK) / LOG_STEP, n_mels + 2)
    logarithmic = BREAK * np.exp(LOG_STEP * (mels - of_break))
    return np.where(mels < of_break, LINEAR_STEP * mels, logarithmic)


def _filters(n_fft: int, n_mels: int) -> np.ndarray:
    """Return triangular filters, scaled to the same energy, float32 (n_mels, 1 + n_fft // 2)."""
    low, centre, high = np.lib.stride_tricks.sliding_window_view(_edges(n_mels), 3).T[..., None]
    bins = np.fft.rfftfreq(n_fft, 1 / SAMPLING_RATE)
    triangles = np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre))
    return np.float32(np.maximum(triangles, 0) * 2 / (high - low))
