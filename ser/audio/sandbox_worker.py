"""Decode recordings that are requested on stdin and write their samples to stdout.

A request is a line of JSON, followed by the bytes of the recording unless it is a path. Every
answer is a line of JSON too, followed by a block of float32 samples if there is one. Blocks after
the first are sent on request. Nothing is pickled, so a decoder that a recording has taken over can
only answer with numbers and text. `ser.audio.sandbox` is the other end of the pipe.
"""

import io
import json
import sys
import traceback
from contextlib import suppress
from typing import BinaryIO

import numpy as np

from ser.audio.decoding import Sound, open_recording
from ser.errors import SerError

MEMORY = 2 * 2**30  # bytes of address space, libraries included


def limit_resources() -> None:
    """Limit the memory of this process, and keep it from writing files and core dumps."""
    try:
        import resource
    except ImportError:  # Windows has no such limits.
        return
    limits = {resource.RLIMIT_AS: MEMORY, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    for limit, value in limits.items():
        with suppress(ValueError, OSError):  # macOS does not limit memory.
            resource.setrlimit(limit, (value, value))


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until `requests` ends."""
    _answer(answers, {})
    while line := requests.readline():
        request = json.loads(line)
        recording = request.get("path") or io.BytesIO(requests.read(request["bytes"]))
        try:
            with open_recording(recording, request["max_duration"]) as sound:
                _send(sound, requests, answers)
        except SerError as error:
            _answer(answers, {"error": str(error), "kind": error.kind, "values": error.values})
        except OSError as error:
            message = f"The recording cannot be opened: {error.strerror}."
            _answer(answers, {"error": message, "kind": None, "values": {}})
        except Exception as error:
            # Without its message, which may quote from the recording.
            stack = "".join(traceback.format_tb(error.__traceback__))
            _answer(answers, {"failed": f"{stack}{type(error).__name__}"})


def _send(sound: Sound, requests: BinaryIO, answers: BinaryIO) -> None:
    """Send the first block, and another for each "more"; the head of the last one says so."""
    block = next(sound.blocks, np.zeros(0, np.float32))
    while block is not None:
        next_block = next(sound.blocks, None)
        head = {"rate": sound.sampling_rate, "samples": len(block), "last": next_block is None}
        _answer(answers, head | {"defects": sound.defects}, block)
        if next_block is not None and requests.readline() != b"more\n":
            return
        block = next_block


def _answer(answers: BinaryIO, head: dict, block: np.ndarray | None = None) -> None:
    answers.write(json.dumps(head).encode() + b"\n")
    if block is not None:
        answers.write(np.ascontiguousarray(block, np.float32).data)
    answers.flush()


if __name__ == "__main__":
    limit_resources()
    serve(sys.stdin.buffer, sys.stdout.buffer)
