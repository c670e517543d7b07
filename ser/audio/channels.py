"""Mix the channels of a recording to mono, so that its voice is neither cancelled nor masked.

The mean of all channels is right for most recordings. It is not for two that cancel each other
(one with inverted polarity) or where a channel holds only hiss or hum.
"""

from collections.abc import Iterable, Iterator

import numpy as np

FRAME = 0.064  # s over which a level is measured
SPEECH_RANGE = 13.0  # dB between the loud and the quiet frames; noise alone has less
RANGE_TOLERANCE = 3.0  # dB below the largest range, where no channel has that of speech
INVERTED = -0.5  # correlation with the first channel below which a channel is inverted
SILENCE = 1e-4  # level, full scale is 1; lower levels are raised to it


def mix(blocks: Iterable[np.ndarray], sampling_rate: int) -> Iterator[np.ndarray]:
    """Mix blocks of shape (samples, channels) to mono, shape (samples,), float32.

    The weights of a block are estimated from that block alone. A block in which no channel has the
    dynamic range of speech is mixed with the weights of the block before it.

    Args:
        blocks: float32, some seconds each, all with the same number of channels.
        sampling_rate: in Hz.
    """
    weights = None
    for block in blocks:
        if block.shape[1] == 1:
            yield block[:, 0]
            continue
        ranges = _dynamic_ranges(block, max(1, round(FRAME * sampling_rate)))
        if weights is None or ranges.max() >= SPEECH_RANGE:
            weights = _weights(block, ranges)
        yield block @ weights


def _dynamic_ranges(block: np.ndarray, frame: int) -> np.ndarray:
    """Return the dB between the 95th and the 5th percentile of each channel's frame levels."""
    n_frames = max(1, len(block) // frame)
    frames = block[: n_frames * frame].reshape(n_frames, -1, block.shape[1])
    # The standard deviation rather than the root mean square: a DC offset is no sound.
    levels = 20 * np.log10(np.maximum(frames.std(axis=1), SILENCE))
    quiet, loud = np.percentile(levels, [5, 95], axis=0)
    return loud - quiet


def _weights(block: np.ndarray, ranges: np.ndarray) -> np.ndarray:
    """Return the weight of each channel, float32 (channels,): 0 for noise, else equal but for sign.

    The sign is that of the correlation with the first channel that is kept, so that they add up.
    """
    kept = np.flatnonzero(ranges >= min(SPEECH_RANGE, ranges.max() - RANGE_TOLERANCE))
    centred = block[:, kept] - block[:, kept].mean(axis=0)
    levels = np.sqrt(np.mean(np.square(centred), axis=0))
    covariances = centred.T @ centred[:, 0] / len(block)
    inverted = covariances < INVERTED * levels * levels[0]
    weights = np.zeros(block.shape[1], np.float32)
    weights[kept] = np.where(inverted, -1, 1) / len(kept)
    return weights
