"""What runs in a decoding process: recordings asked for on stdin, their samples given on stdout.

A request is a line of JSON, with the bytes of the recording after it where it is not a file. Every
answer is a line of JSON too, with a block of float32 samples after it where there is one. Blocks
after the first are sent when they are asked for. Nothing is pickled, so a decoder that a recording
has taken over can only answer with numbers and with words. `ser.bounded` is the other side.
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


def confine() -> None:
    """Let this process take no more memory than it needs, and write nothing, cores included."""
    try:
        import resource
    except ImportError:  # Windows has no such limits.
        return
    limits = {resource.RLIMIT_AS: MEMORY, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    for limit, most in limits.items():
        with suppress(ValueError, OSError):  # macOS does not limit memory.
            resource.setrlimit(limit, (most, most))


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    _answer(answers, {})
    while line := requests.readline():
        request = json.loads(line)
        recording = request.get("path") or io.BytesIO(requests.read(request["bytes"]))
        try:
            with open_recording(recording, request["longest"]) as sound:
                _send(sound, requests, answers)
        except SerError as error:
            _answer(answers, {"error": str(error), "kind": error.kind, "values": error.values})
        except OSError as error:
            told = f"The recording cannot be opened: {error.strerror}."
            _answer(answers, {"error": told, "kind": "", "values": {}})
        except Exception as error:
            # Without its message, which may quote from the recording.
            where = "".join(traceback.format_tb(error.__traceback__))
            _answer(answers, {"failed": f"{where}{type(error).__name__}"})


def _send(sound: Sound, requests: BinaryIO, answers: BinaryIO) -> None:
    """Send a block, and another for each "more" until the last one, which says that it is."""
    block = next(sound.blocks, np.zeros(0, np.float32))
    while block is not None:
        following = next(sound.blocks, None)
        head = {"rate": sound.sampling_rate, "samples": len(block), "last": following is None}
        _answer(answers, head | {"defects": sound.defects}, block)
        if following is not None and requests.readline() != b"more\n":
            return
        block = following


def _answer(answers: BinaryIO, head: dict, block: np.ndarray | None = None) -> None:
    answers.write(json.dumps(head).encode() + b"\n")
    if block is not None:
        answers.write(np.ascontiguousarray(block, np.float32).data)
    answers.flush()


if __name__ == "__main__":
    confine()
    serve(sys.stdin.buffer, sys.stdout.buffer)
