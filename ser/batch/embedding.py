"""Embed any number of recordings in bounded memory and with every core busy."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext

import numpy as np
import torch

from ser.audio import loading
from ser.audio.clip import Clip
from ser.batch.prefetch import prefetch
from ser.errors import SerError
from ser.models.encoder import BATCH, WINDOW, Encoder

CHUNK = 64  # windows that are sorted by length together


def embed_many(
    encoder: Encoder, recordings: Iterable, load: Callable[..., Clip] = loading.load
) -> Iterator[tuple[Clip, np.ndarray] | SerError]:
    """Embed recordings in batches, faster than one by one.

    Threads load recordings ahead of the encoder. Clips of similar lengths are padded to one batch;
    on the CPU as many batches are encoded in parallel as torch has threads.

    Args:
        recordings: of any number, consumed lazily.
        load: makes a Clip of one of them; may raise a SerError.

    Yields:
        for each recording, in order, its clip and embedding of shape (layers, 2, hidden size),
        or the SerError that `load` raised.
    """
    threads = torch.get_num_threads()
    # One batch on many threads leaves cores idle between its many small operations.
    n_batches, threads_per_batch = (threads, 1) if encoder.device.type == "cpu" else (1, threads)
    clips = prefetch(lambda recording: load_or_error(load, recording), recordings)
    pending = deque()
    pool = ThreadPoolExecutor(
        n_batches, initializer=torch.set_num_threads, initargs=(threads_per_batch,)
    )
    try:
        for chunk in _chunks(clips):
            pending.append((chunk, _submit(encoder, chunk, pool)))
            if len(pending) > 1:
                yield from _results(*pending.popleft())
        while pending:
            yield from _results(*pending.popleft())
    finally:
        # If the caller stops early, waiting batches would only delay the end.
        pool.shutdown(cancel_futures=True)
        # Setting the number in a worker thread also changes the default of threads to come.
        torch.set_num_threads(threads)


def load_or_error(load: Callable[..., Clip], recording) -> Clip | SerError:
    """Return `load` of a recording, or the SerError that it raises."""
    try:
        return load(recording)
    except SerError as error:
        return error


def _chunks(clips: Iterable[Clip | SerError]) -> Iterator[list[Clip | SerError]]:
    """Group clips into chunks of about CHUNK windows; an error counts as one."""
    chunk, n_windows = [], 0
    for clip in clips:
        chunk.append(clip)
        n_windows += -(-len(clip.waveform) // WINDOW) if isinstance(clip, Clip) else 1
        if n_windows >= CHUNK:
            yield chunk
            chunk, n_windows = [], 0
    if chunk:
        yield chunk


def _submit(
    encoder: Encoder, chunk: list[Clip | SerError], pool: ThreadPoolExecutor
) -> dict[int, tuple[Future, int]]:
    """Submit a chunk's clips in batches sorted by length.

    Returns:
        by row of the chunk, the future of a batch of embeddings and the row in it.
    """
    rows = [row for row, clip in enumerate(chunk) if isinstance(clip, Clip)]
    rows.sort(key=lambda row: len(chunk[row].waveform))
    futures = {}
    for first in range(0, len(rows), BATCH):
        batch = rows[first : first + BATCH]
        future = pool.submit(encoder.embed, [chunk[row] for row in batch], nullcontext())
        futures |= {row: (future, batch_row) for batch_row, row in enumerate(batch)}
    return futures


def _results(
    chunk: list[Clip | SerError], futures: dict[int, tuple[Future, int]]
) -> Iterator[tuple[Clip, np.ndarray] | SerError]:
    for row, clip in enumerate(chunk):
        if row in futures:
            future, batch_row = futures[row]
            yield clip, future.result()[batch_row]
        else:
            yield clip
