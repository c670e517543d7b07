"""Compute results in threads ahead of their use, a bounded number ahead."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

THREADS = 4
AHEAD = 16  # results waiting; decoded recordings of the longest kind take 0.3 GB


def prefetch(function: Callable, items: Iterable) -> Iterator:
    """Yield `function` of each item, in order; items are consumed lazily."""
    pool, pending = ThreadPoolExecutor(THREADS), deque()
    try:
        for item in items:
            pending.append(pool.submit(function, item))
            if len(pending) > AHEAD:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        # If the caller stops early, waiting items would only delay the end.
        pool.shutdown(cancel_futures=True)
