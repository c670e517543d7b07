"""Recordings from strangers, decoded within bounds: of bytes, of time, of memory, and elsewhere.

A decoder that crashes or never ends takes only its own process with it. A few such processes stay
ready, so a recording of 4 s costs a few milliseconds more than if it were decoded here. Arrays
hold samples already and need none. `ser.decoding_worker` is the other side.
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
from ser.errors import SerError

MAX_BYTES = 100 * 2**20  # of a file
TIMEOUT = 10.0  # s that a decoder may keep its caller waiting in all,
LEAST_SPEED = 20.0  # and a second more for every so many seconds of sound
START_TIMEOUT = 120.0  # s until a new process is ready, on a machine with much else to do
PIPE = 2**20  # bytes that a process can answer without waiting, a few seconds of sound
AT_ONCE = (os.cpu_count() or 1) + 1  # processes; a long recording keeps one for minutes

log = logging.getLogger(__name__)


@contextmanager
def open_recording(recording: Recording, longest: float = decoding.MAX_DURATION) -> Iterator[Sound]:
    """Open a recording; its blocks can be read as long as the context lasts.

    Takes what `decoding.open_recording` takes and raises what it raises.

    Raises:
        SerError: also if a file has more than 100 MB, or its decoder crashed or took too long.
    """
    if isinstance(recording, tuple):
        with decoding.open_recording(recording, longest) as opened:
            yield opened
        return
    name, request, content = _request(recording)
    request["longest"] = longest
    with _borrowed() as worker:
        yield worker.open(name, request, content)


def _request(recording: Recording) -> tuple[str, dict, bytes]:
    """Return the recording's name, what to ask a worker, and the bytes to send after it."""
    if isinstance(recording, (str, os.PathLike)):
        path = Path(recording)
        name, request, content, size = path.name, {"path": str(path.absolute())}, b"", 0
        # What is no file is the decoder's to explain.
        with suppress(OSError, ValueError):
            size = path.stat().st_size
    else:
        recording.seek(0)  # it may have been heard before
        name, content = "the recording", recording.read(MAX_BYTES + 1)
        size = len(content)
        request = {"bytes": size}
    if size > MAX_BYTES:
        raise SerError(
            f"{name} is larger than {MAX_BYTES // 2**20} MB. Choose a shorter part, or save it "
            "as mp3, m4a or flac.",
            "large",
            name=name,
            megabytes=MAX_BYTES // 2**20,
        )
    return name, request, content


class _Worker:
    """A decoding process; `fit` for recordings as long as it answers as it should."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ser.audio.sandbox_worker"],
            cwd=Path(__file__).parents[2],
            # Threads that it does not need would take memory that it may not have.
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # What decoders say there quotes from recordings.
            stderr=subprocess.DEVNULL,
            # Ctrl-C is for the process that started it, and would look like a damaged recording.
            process_group=0,
        )
        with suppress(ImportError, AttributeError, OSError):  # Linux alone has it.
            import fcntl

            fcntl.fcntl(self._process.stdout, fcntl.F_SETPIPE_SZ, PIPE)
        self.fit, self._decoding = True, False
        self._name, self._left = "The recording", START_TIMEOUT
        self._answer()

    def open(self, name: str, request: dict, content: bytes) -> Sound:
        """Begin with a recording."""
        self._name, self._left = name, TIMEOUT
        head, block = self._answer(json.dumps(request).encode() + b"\n" + content)
        sound = Sound(head["rate"], iter(()))
        sound.blocks = self._blocks(head, block, sound)
        return sound

    def _blocks(self, head: dict, block: np.ndarray, sound: Sound) -> Iterator[np.ndarray]:
        while not head["last"]:
            yield block
            self._left += len(block) / head["rate"] / LEAST_SPEED
            head, block = self._answer(b"more\n")
        sound.defects += head["defects"]
        yield block

    def rest(self) -> bool:
        """Leave the recording, read to its end or not; return whether it can take another."""
        if self._decoding and self.fit:
            self._decoding = False
            self._process.stdin.write(b"stop\n")
        if not self.fit or self._process.poll() is not None:
            self._process.kill()
            self._process.communicate()
            return False
        return True

    def _answer(self, asked: bytes = b"") -> tuple[dict, np.ndarray | None]:
        """Send what is asked; return the head of the answer and the block that follows it."""
        timer = threading.Timer(self._left, self._process.kill)
        timer.start()
        began = time.monotonic()
        try:
            self._process.stdin.write(asked)
            self._process.stdin.flush()
            head = json.loads(self._process.stdout.readline())
            block = None
            if "samples" in head:
                block = np.empty(head["samples"], np.float32)
                if self._process.stdout.readinto(block.view(np.uint8)) < block.nbytes:
                    raise EOFError
        except (OSError, EOFError, ValueError) as error:
            self.fit = False
            raise self._gave_up("a decoder broke off") from error
        finally:
            timer.cancel()
            self._left -= time.monotonic() - began
            self.fit &= self._left > 0
        self._decoding = not head.get("last", True)
        if "error" in head:
            raise SerError(head["error"], head["kind"], **head["values"])
        if "failed" in head:
            raise self._gave_up(head["failed"])
        return head, block

    def _gave_up(self, reason: str) -> SerError:
        log.warning("A recording could not be decoded: %s", reason)
        return SerError(
            f"{self._name} cannot be read: it is damaged, or takes far too long to decode. "
            "Export it again as ordinary audio.",
            "damaged",
            name=self._name,
        )


_places = threading.BoundedSemaphore(AT_ONCE)
_idle: list[_Worker] = []


@contextmanager
def _borrowed() -> Iterator[_Worker]:
    with _places:
        worker = _rested() or _Worker()
        try:
            yield worker
        finally:
            if worker.rest():
                _idle.append(worker)


def _rested() -> _Worker | None:
    """Return a worker that waits for a recording, if there is one."""
    with suppress(IndexError):
        while not (worker := _idle.pop()).rest():
            pass
        return worker
    return None


def _start_anew() -> None:
    """Forget workers that belong to the process that this one was forked from."""
    global _places
    _places = threading.BoundedSemaphore(AT_ONCE)
    _idle.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)
