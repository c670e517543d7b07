"""Find samples in a recording that are copies of another recording's, or repeated in it."""

import numpy as np

RUN = 64  # equal consecutive samples that prove a copy
MIN_RANGE = 0.1  # of these samples, full scale is 1; quiet ones may coincide
FACTOR = np.uint64(0x9E3779B97F4A7C15)


def foreign(samples: np.ndarray, source: np.ndarray) -> int:
    """Count the runs of RUN samples, float32, of a recording that occur in a source, too."""
    return int(np.isin(_hashes(samples), _hashes(source)).sum())


def repeated(samples: np.ndarray) -> int:
    """Count the runs of RUN samples, float32, that occur in a recording more than once."""
    hashes = _hashes(samples)
    return len(hashes) - len(np.unique(hashes))


def _hashes(samples: np.ndarray) -> np.ndarray:
    """Return a hash of each run of RUN samples that is not nearly silent, uint64."""
    count = len(samples) - RUN + 1
    if count < 1:
        return np.zeros(0, np.uint64)
    bits = np.ascontiguousarray(samples, np.float32).view(np.uint32).astype(np.uint64)
    hashes = np.zeros(count, np.uint64)
    for offset in range(RUN):
        hashes = hashes * FACTOR + bits[offset : offset + count]
    runs = np.lib.stride_tricks.sliding_window_view(samples, RUN)
    return hashes[runs.max(axis=1) - runs.min(axis=1) > MIN_RANGE]
