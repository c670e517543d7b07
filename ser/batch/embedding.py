"""Any number of recordings through the encoder, in bounded memory and with every core busy."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext

import numpy as np
import torch

from ser.audio import loading
from ser.audio.loading import Clip
from ser.batch.prefetch import prefetch
from ser.errors import SerError
from ser.models.encoder import BATCH, WINDOW, Encoder

CHUNK = 64  # windows sorted by length together


def embed_many(
    encoder: Encoder, recordings: Iterable, load: Callable[..., Clip] = loading.load
) -> Iterator[tuple[Clip, np.ndarray] | SerError]:
    """Embed recordings, faster than one by one.

    They are loaded in threads ahead of the encoder. Clips of like lengths go through it
    together, on the CPU in as many passes side by side as torch has threads.

    Args:
        recordings: of any number, taken as they are needed.
        load: makes a Clip of one of them; may raise a SerError.

    Yields:
        for each recording, in order, its clip and embedding of shape (layers, 2, hidden size),
        or the SerError that `load` raised.
    """
    threads = torch.get_num_threads()
    # One pass with many threads leaves cores idle between its many small steps.
    passes, each = (threads, 1) if encoder.device.type == "cpu" else (1, threads)
    begun = deque()
    pool = ThreadPoolExecutor(passes, initializer=torch.set_num_threads, initargs=(each,))
    try:
        for chunk in _chunks(prefetch(lambda recording: _heard(load, recording), recordings)):
            begun.append(_begin(encoder, chunk, pool))
            if len(begun) > 1:
                yield from _finished(*begun.popleft())
        while begun:
            yield from _finished(*begun.popleft())
    finally:
        # If the results are wanted no more, what waits would only delay the end.
        pool.shutdown(cancel_futures=True)
        # What a worker thread sets is also the default of threads to come.
        torch.set_num_threads(threads)


def _begin(
    encoder: Encoder, chunk: list[Clip | SerError], pool: ThreadPoolExecutor
) -> tuple[list[Clip | SerError], dict[int, tuple[Future, int]]]:
    """Send a chunk's clips to the encoder, like lengths together; tell where each will be."""
    rows = [row for row, clip in enumerate(chunk) if isinstance(clip, Clip)]
    rows.sort(key=lambda row: len(chunk[row].waveform))
    places = {}
    for first in range(0, len(rows), BATCH):
        alike = rows[first : first + BATCH]
        future = pool.submit(encoder.embed, [chunk[row] for row in alike], nullcontext())
        places |= {row: (future, place) for place, row in enumerate(alike)}
    return chunk, places


def _heard(load: Callable[..., Clip], recording) -> Clip | SerError:
    try:
        return load(recording)
    except SerError as error:
        return error


def _chunks(heard: Iterable[Clip | SerError]) -> Iterator[list[Clip | SerError]]:
    """Cut what is heard where about CHUNK windows, or as many errors, have come together."""
    chunk, windows = [], 0
    for clip in heard:
        chunk.append(clip)
        windows += -(-len(clip.waveform) // WINDOW) if isinstance(clip, Clip) else 1
        if windows >= CHUNK:
            yield chunk
            chunk, windows = [], 0
    if chunk:
        yield chunk


def _finished(
    chunk: list[Clip | SerError], places: dict[int, tuple[Future, int]]
) -> Iterator[tuple[Clip, np.ndarray] | SerError]:
    for row, clip in enumerate(chunk):
        if row in places:
            future, place = places[row]
            yield clip, future.result()[place]
        else:
            yield clip
