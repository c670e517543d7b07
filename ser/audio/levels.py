"""Levels of a waveform's frames, as librosa measures them to the last bit, but without numba.

The artifacts were made of clips that librosa trimmed, and importing it takes longer than an
analysis, since numba compiles a part of it.
"""

import numpy as np

MIN_LEVEL = 1e-5  # full scale is 1: lower levels are raised to it where frames are compared


def rms(waveform: np.ndarray, frame: int, hop: int) -> np.ndarray:
    """Return the root mean square of frames, shape (1 + samples // hop,), as `librosa.feature.rms`.

    Frame i is centred on sample i * hop; beyond the waveform's ends are zeros.

    Args:
        waveform: float32, shape (samples,).
        frame, hop: even length of a frame and distance between frames, in samples.
    """
    padded = np.pad(waveform, frame // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, frame)[::hop]
    return np.sqrt(np.mean(np.square(frames), axis=1))


def to_db(levels: np.ndarray, minimum: float) -> np.ndarray:
    """Return levels in dB relative to full scale, as `librosa.amplitude_to_db` without `top_db`."""
    return 10 * np.log10(np.maximum(minimum**2, np.square(levels)))


def loud_frames(levels: np.ndarray, range_db: float) -> np.ndarray:
    """Return the indices of the frames less than `range_db` below the loudest one.

    `librosa.effects.trim` keeps what lies between the first and the last, `split` these alone.
    """
    below = to_db(levels, MIN_LEVEL) - to_db(levels.max(), MIN_LEVEL)
    return np.flatnonzero(below > -range_db)
