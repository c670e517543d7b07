"""Decode recordings in processes with bounded file size, time and memory.

A decoder that crashes or hangs takes only its own process with it. A few such processes stay
ready, so a recording of 4 s costs a few milliseconds more than decoding in this process. Arrays
are decoded already and need none. `ser.audio.sandbox_worker` is the other end of the pipe.
"""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from ser.audio import decoding
from ser.audio.decoding import Recording, Sound
from ser.audio.packets import damaged_error
from ser.errors import ErrorKind, SerError

MAX_BYTES = 100 * 2**20  # of a file of up to half an hour; longer ones may be larger in proportion
HALF_AN_HOUR = 1800.0  # s
TIMEOUT = 10.0  # s of waiting for a recording's samples; each block adds its duration / MIN_SPEED
MIN_SPEED = 20.0  # seconds of sound decoded per second
START_TIMEOUT = 120.0  # s until a new process is ready, on a busy machine
PIPE_SIZE = 2**20  # bytes that a process can send without waiting, a few seconds of sound
MAX_PROCESSES = (os.cpu_count() or 1) + 1  # a long recording occupies one for minutes

log = logging.getLogger(__name__)


@contextmanager
def open_recording(
    recording: Recording, max_duration: float = decoding.MAX_DURATION
) -> Iterator[Sound]:
    """Open a recording; its blocks can be read as long as the context lasts.

    Takes what `decoding.open_recording` takes and raises what it raises.

    Raises:
        SerError: also if a file has more than MAX_BYTES, or its decoder crashed or took too long.
    """
    if isinstance(recording, tuple):
        with decoding.open_recording(recording, max_duration) as sound:
            yield sound
        return
    max_bytes = round(MAX_BYTES * max(1.0, max_duration / HALF_AN_HOUR))
    name, request, content = _request(recording, max_bytes)
    request["max_duration"] = max_duration
    with _worker() as worker:
        yield worker.open(name, request, content)


def _request(recording: Recording, max_bytes: int) -> tuple[str, dict, bytes]:
    """Return the recording's name, the request to a worker, and the bytes to send after it."""
    if isinstance(recording, (str, os.PathLike)):
        path = Path(recording)
        name, request, content, size = path.name, {"path": str(path.absolute())}, b"", 0
        # The worker raises the error for what is not a file.
        with suppress(OSError, ValueError):
            size = path.stat().st_size
    else:
        recording.seek(0)  # A caller may have read it before.
        name, content = "the recording", recording.read(max_bytes + 1)
        size = len(content)
        request = {"bytes": size}
    if size > max_bytes:
        raise SerError(
            f"{name} is larger than {max_bytes // 2**20} MB. Choose a shorter part, or save it "
            "as mp3, m4a or flac.",
            ErrorKind.TOO_LARGE,
            name=name,
            megabytes=max_bytes // 2**20,
        )
    return name, request, content


class _Worker:
    """A decoding process; `healthy` as long as it answers in time and in the right form."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ser.audio.sandbox_worker"],
            cwd=Path(__file__).parents[2],
            # More threads would take address space, which is limited.
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Messages of decoders quote from recordings, which are private.
            stderr=subprocess.DEVNULL,
            # Ctrl-C is for the parent process; here it would look like a damaged recording.
            process_group=0,
        )
        with suppress(ImportError, AttributeError, OSError):  # Linux alone has it.
            import fcntl

            fcntl.fcntl(self._process.stdout, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
        self.healthy, self._decoding = True, False
        self._name, self._time_left = "The recording", START_TIMEOUT
        self._ask()

    def open(self, name: str, request: dict, content: bytes) -> Sound:
        """Start decoding a recording."""
        self._name, self._time_left = name, TIMEOUT
        head, block = self._ask(json.dumps(request).encode() + b"\n" + content)
        sound = Sound(head["rate"], iter(()))
        sound.blocks = self._blocks(head, block, sound)
        return sound

    def _blocks(self, head: dict, block: np.ndarray, sound: Sound) -> Iterator[np.ndarray]:
        while not head["last"]:
            yield block
            self._time_left += len(block) / head["rate"] / MIN_SPEED
            head, block = self._ask(b"more\n")
        sound.defects += head["defects"]
        yield block

    def close(self) -> bool:
        """Stop decoding the recording; return whether the process can decode another one."""
        if self._decoding and self.healthy:
            self._decoding = False
            self._process.stdin.write(b"stop\n")
        if not self.healthy or self._process.poll() is not None:
            self._process.kill()
            self._process.communicate()
            return False
        return True

    def _ask(self, request: bytes = b"") -> tuple[dict, np.ndarray | None]:
        """Send a request; return the head of the answer and the block that follows it."""
        timer = threading.Timer(self._time_left, self._process.kill)
        timer.start()
        start = time.monotonic()
        try:
            self._process.stdin.write(request)
            self._process.stdin.flush()
            head = json.loads(self._process.stdout.readline())
            block = None
            if "samples" in head:
                block = np.empty(head["samples"], np.float32)
                if self._process.stdout.readinto(block.view(np.uint8)) < block.nbytes:
                    raise EOFError
        except (OSError, EOFError, ValueError) as error:
            self.healthy = False
            raise self._decoding_error("the decoding process ended") from error
        finally:
            timer.cancel()
            self._time_left -= time.monotonic() - start
            self.healthy &= self._time_left > 0
        self._decoding = not head.get("last", True)
        if "error" in head:
            kind = head["kind"] and ErrorKind(head["kind"])
            raise SerError(head["error"], kind, **head["values"])
        if "failed" in head:
            raise self._decoding_error(head["failed"])
        return head, block

    def _decoding_error(self, reason: str) -> SerError:
        log.warning("A recording could not be decoded: %s", reason)
        return damaged_error(self._name)


_slots = threading.BoundedSemaphore(MAX_PROCESSES)
_idle: list[_Worker] = []


@contextmanager
def _worker() -> Iterator[_Worker]:
    """Yield an idle worker or a new one, which nobody else uses as long as the context lasts."""
    with _slots:
        worker = _idle_worker() or _Worker()
        try:
            yield worker
        finally:
            if worker.close():
                _idle.append(worker)


def _idle_worker() -> _Worker | None:
    with suppress(IndexError):
        while not (worker := _idle.pop()).close():
            pass
        return worker
    return None


def _reset_after_fork() -> None:
    """Drop the workers of the parent process in a process that was forked from it."""
    global _slots
    _slots = threading.BoundedSemaphore(MAX_PROCESSES)
    _idle.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)
