"""Levels and mel spectrograms of a waveform's frames, as librosa measures them.

Importing librosa takes longer than an analysis, since numba compiles a part of it. Levels are the
same to the last bit: the artifacts were made of clips that librosa trimmed.
"""

import numpy as np

MIN_LEVEL = 1e-5  # full scale is 1: lower levels are raised to it where frames are compared
# Slaney's mel scale (1998, "Auditory Toolbox", version 2): linear up to a frequency, logarithmic
# above.
MEL_BREAK = 1000.0  # Hz
LINEAR_STEP = 200 / 3  # Hz of a mel below
LOG_STEP = np.log(6.4) / 27  # of the logarithm of the frequency, of a mel above


def rms(waveform: np.ndarray, length: int, hop: int) -> np.ndarray:
    """Return the root mean square of frames, shape (frames,), as `librosa.feature.rms`.

    Args:
        waveform: float32, shape (samples,).
        length, hop: as `_frames` takes them.
    """
    return np.sqrt(np.mean(np.square(_frames(waveform, length, hop)), axis=1))


def to_db(levels: np.ndarray, minimum: float) -> np.ndarray:
    """Return levels in dB relative to full scale, as `librosa.amplitude_to_db` without `top_db`."""
    return 10 * np.log10(np.maximum(minimum**2, np.square(levels)))


def loud(levels: np.ndarray, range_db: float) -> np.ndarray:
    """Return the indices of the frames less than `range_db` below the loudest one.

    `librosa.effects.trim` keeps what lies between the first and the last, `split` these alone.
    """
    below = to_db(levels, MIN_LEVEL) - to_db(levels.max(), MIN_LEVEL)
    return np.flatnonzero(below > -range_db)


def mel_spectrogram(
    waveform: np.ndarray, sampling_rate: int, length: int, hop: int, n_mels: int
) -> np.ndarray:
    """Return the power in mel bands, float32, shape (n_mels, frames).

    Args:
        waveform: float32, shape (samples,).
        sampling_rate: in Hz.
        length, hop: as `_frames` takes them.
    """
    window = np.hanning(length + 1)[:-1].astype(np.float32)
    power = np.square(np.abs(np.fft.rfft(_frames(waveform, length, hop) * window)))
    return _mel_filters(sampling_rate, length, n_mels) @ power.T


def mel_frequencies(sampling_rate: int, n_mels: int) -> np.ndarray:
    """Return the centres of the mel bands in Hz, shape (n_mels,)."""
    return _mel_edges(sampling_rate, n_mels)[1:-1]


def _frames(waveform: np.ndarray, length: int, hop: int) -> np.ndarray:
    """Return the frames of a waveform, shape (1 + samples // hop, length), without copying them.

    Frame i is centred on sample i * hop; beyond the waveform's ends are zeros. The length is even.
    """
    padded = np.pad(waveform, length // 2)
    return np.lib.stride_tricks.sliding_window_view(padded, length)[::hop]


def _mel_edges(sampling_rate: int, n_mels: int) -> np.ndarray:
    """Return the centres of the bands and the limits of the first and the last, in Hz."""
    of_break = MEL_BREAK / LINEAR_STEP
    highest = of_break + np.log(sampling_rate / 2 / MEL_BREAK) / LOG_STEP
    mels = np.linspace(0, highest, n_mels + 2)
    logarithmic = MEL_BREAK * np.exp(LOG_STEP * (mels - of_break))
    return np.where(mels < of_break, LINEAR_STEP * mels, logarithmic)


def _mel_filters(sampling_rate: int, length: int, n_mels: int) -> np.ndarray:
    """Return triangular filters of the same area, float32 (n_mels, 1 + length // 2)."""
    edges = _mel_edges(sampling_rate, n_mels)
    low, centre, high = np.lib.stride_tricks.sliding_window_view(edges, 3).T[..., None]
    bins = np.fft.rfftfreq(length, 1 / sampling_rate)
    triangles = np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre))
    return np.float32(np.maximum(triangles, 0) * 2 / (high - low))
