"""Find samples in a recording that are copies of another recording's, or of its own."""

import numpy as np

RUN = 64  # samples in a row that are the same only where they were copied
LEAST_RANGE = 0.1  # of these samples, full scale is 1; quiet ones may be the same by chance
FACTOR = np.uint64(0x9E3779B97F4A7C15)


def foreign(found: np.ndarray, other: np.ndarray) -> int:
    """Count the runs of RUN samples, float32, that occur in both recordings."""
    return int(np.isin(_hashes(found), _hashes(other)).sum())


def repeated(found: np.ndarray) -> int:
    """Count the runs of RUN samples, float32, that occur in a recording again."""
    hashes = _hashes(found)
    return len(hashes) - len(np.unique(hashes))


def _hashes(samples: np.ndarray) -> np.ndarray:
    """Return a hash of each run of RUN samples that is not nearly silent, uint64."""
    count = len(samples) - RUN + 1
    if count < 1:
        return np.zeros(0, np.uint64)
    bits = np.ascontiguousarray(samples, np.float32).view(np.uint32).astype(np.uint64)
    hashes = np.zeros(count, np.uint64)
    for place in range(RUN):
        hashes = hashes * FACTOR + bits[place : place + count]
    runs = np.lib.stride_tricks.sliding_window_view(samples, RUN)
    return hashes[runs.max(axis=1) - runs.min(axis=1) > LEAST_RANGE]
