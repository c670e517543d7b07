"""Where somebody speaks in a recording, by its levels, cut into windows for the encoder."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ser.audio import loading
from ser.audio.clip import SAMPLING_RATE, TRIM_DB
from ser.audio.decoding import Recording
from ser.timeline.timeline import LEVEL_DURATION

MAX_DURATION = 1800.0  # s
NOISE_FLOOR_PERCENTILE = 10  # of the levels
ABOVE_NOISE_FLOOR = 6  # dB, of a voice
MIN_PAUSE = 0.3  # s; shorter ones belong to the speech around them
MIN_SPEECH = 0.4  # s; shorter sounds are left out
MAX_WINDOW = 3.0  # s


@dataclass(frozen=True)
class Span:
    """A window of speech.

    Attributes:
        start, end: levels, as numbers of Timeline.levels.
        region: number of the uninterrupted speech that it was cut from.
    """

    start: int
    end: int
    region: int


def measure_levels(
    recording: Recording, max_duration: float = MAX_DURATION
) -> tuple[float, np.ndarray, tuple[str, ...]]:
    """Return the duration in seconds, the levels and the notes, as Timeline describes them."""
    size = round(LEVEL_DURATION * SAMPLING_RATE)
    rest, n_samples, levels = np.zeros(0, np.float32), 0, []
    for block in loading.blocks(recording, max_duration):
        n_samples += len(block.waveform)
        rest = np.concatenate([rest, block.waveform])
        complete = len(rest) // size * size
        # The deviation rather than the root mean square: a constant offset is no sound.
        levels.append(rest[:complete].reshape(-1, size).std(axis=1))
        rest = rest[complete:]
    if len(rest):
        levels.append(rest[None].std(axis=1))
    # The last block lists the defects of the whole recording.
    return n_samples / SAMPLING_RATE, np.concatenate(levels), block.defects


def voiced(levels: np.ndarray) -> np.ndarray:
    """Return which levels may be a voice's, compared with the whole recording."""
    below_peak = levels.max() * 10 ** (-TRIM_DB / 20)
    noise_floor = np.percentile(levels, NOISE_FLOOR_PERCENTILE)
    return levels > max(below_peak, noise_floor * 10 ** (ABOVE_NOISE_FLOOR / 20))


def spans(levels: np.ndarray, voiced: np.ndarray) -> list[Span]:
    """Return windows of at most MAX_WINDOW that cover speech, in order.

    Pauses separate them. Longer speech is cut near equal parts, where it is quietest.

    Args:
        levels: as `Timeline` has them, shape (n,).
        voiced: which of them may be a voice's, bool, shape (n,).
    """
    closed = ndimage.binary_closing(
        np.pad(voiced, _levels(MIN_PAUSE)), np.ones(_levels(MIN_PAUSE))
    )[_levels(MIN_PAUSE) : -_levels(MIN_PAUSE)]
    labels, n_regions = ndimage.label(closed)
    found = []
    for region, (where,) in enumerate(ndimage.find_objects(labels)):
        if voiced[where].sum() < _levels(MIN_SPEECH):
            continue
        edges = _cuts(levels, where.start, where.stop)
        found += [Span(*edge, region) for edge in zip(edges[:-1], edges[1:], strict=True)]
    return found


def _cuts(levels: np.ndarray, start: int, end: int) -> list[int]:
    """Return the edges of windows of at most MAX_WINDOW in speech from start to end."""
    n_windows = -(-(end - start) // _levels(MAX_WINDOW))
    if n_windows == 1:
        return [start, end]
    size = (end - start) / n_windows
    # As far as every window stays short enough, whatever the next cut is.
    reach = int((_levels(MAX_WINDOW) - size) / 2)
    cuts = []
    for number in range(1, n_windows):
        middle = round(start + number * size)
        first = middle - reach
        cuts.append(first + int(np.argmin(levels[first : middle + reach + 1])))
    return [start, *cuts, end]


def _levels(duration: float) -> int:
    return round(duration / LEVEL_DURATION)
