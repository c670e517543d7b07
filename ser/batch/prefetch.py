"""Work done in threads ahead of whoever takes the results, a bounded way ahead."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

THREADS = 4
AHEAD = 16  # results waiting; decoded recordings of the longest kind take 0.3 GB


def prefetch(function: Callable, items: Iterable) -> Iterator:
    """Yield `function` of each item, in order; items are taken as they are needed."""
    pool, waiting = ThreadPoolExecutor(THREADS), deque()
    try:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        # If the results are wanted no more, those that are waiting would only delay the end.
        pool.shutdown(cancel_futures=True)
