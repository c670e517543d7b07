"""Run a program that was started from a shell: one line for an error, and the usual exit codes."""

import argparse
import errno
import io
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

from ser import folders
from ser.errors import SerError

INTERRUPTED = 128 + 2  # exit codes of shells for a program that SIGINT ended
BROKEN_PIPE = 128 + 13  # and for one that SIGPIPE ended
# What the file system or its permissions cause; any other error of the system is a bug.
FILE_SYSTEM = {
    *(errno.EACCES, errno.EPERM, errno.EROFS),
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG),
    *(errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP),
}


def run(program: Callable[[], int], prints_results: bool = True) -> int:
    """Run a program; return its exit code.

    A SerError, an error of the file system and Ctrl-C end it with one line on standard error; a
    reader of its output that has gone away, as `head` does, ends it silently.

    prints_results: whether a closed standard output is an error.
    """
    _replace_closed_streams(prints_results)
    failure = None
    try:
        code = program()
    except SystemExit:  # argparse has said all.
        if code := _flush():
            raise SystemExit(code) from None
        raise
    except KeyboardInterrupt:
        # Threads may still finish what they are at. Who does not want to wait asks again.
        with suppress(ValueError):  # This is not the main thread.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        _say("Interrupted.")
        code = INTERRUPTED
    except SerError as error:
        _say(f"Error: {error}")
        code = 1
    except OSError as error:
        failure = error
        code = BROKEN_PIPE if isinstance(error, BrokenPipeError) else 1
    # First, since an error of standard output explains the one that ended the program.
    if lost := _flush():
        return lost
    if failure and code != BROKEN_PIPE:
        if failure.errno not in FILE_SYSTEM:
            raise failure
        where = f"{failure.filename}: " if failure.filename else ""
        _say(
            f"Error: {where}{failure.strerror}. Needed is a place that this user may read and "
            "write, with room in it. Choose another one, or change its permissions."
        )
    return code


def run_command(parser: argparse.ArgumentParser, arguments: list[str] | None = None) -> int:
    """Run the function that a parser's defaults name as `run`; return the exit code.

    parser: its default `writes`, if there is one, names the option with the folder for results.
    """

    def program() -> int:
        options = parser.parse_args(arguments)
        # Names of files may hold what is no text.
        sys.stdout.reconfigure(errors="backslashreplace")
        if folder := getattr(options, getattr(options, "writes", ""), None):
            folders.check(folder)
        folders.prepare()
        return options.run(options)

    return run(program)


def _replace_closed_streams(prints_results: bool) -> None:
    """Open standard streams that the shell closed, so that no other file takes their place."""
    # What is open for reading only refuses to be written to, as a closed file does.
    output = os.O_RDONLY if prints_results else os.O_WRONLY
    for name, flags, mode in (
        ("stdin", os.O_RDONLY, "r"),
        ("stdout", output, "w"),
        ("stderr", os.O_WRONLY, "w"),
    ):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode))


def _flush() -> int:
    """Write what standard output still holds; return an exit code where that fails, else 0."""
    try:
        sys.stdout.flush()
        # What could not be written may be gone from the buffer; the descriptor still tells.
        with suppress(io.UnsupportedOperation):  # In tests it has none.
            os.write(sys.stdout.fileno(), b"")
    except OSError as error:
        # At its end Python would try again, and complain.
        with suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
        if isinstance(error, BrokenPipeError):
            return BROKEN_PIPE
        _say(
            f"Error: Standard output cannot be written: {error.strerror}. Send it to a file or "
            "program that takes it."
        )
        return 1
    return 0


def _say(line: str) -> None:
    with suppress(OSError):
        print(line, file=sys.stderr, flush=True)
