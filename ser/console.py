"""Run a command-line program: errors as one line, and the usual exit codes."""

import argparse
import errno
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from ser import folders
from ser.errors import SerError

INTERRUPTED = 128 + 2  # exit code of shells for a program that SIGINT ended
BROKEN_PIPE = 128 + 13  # exit code of shells for a program that SIGPIPE ended
# Errors of the file system or its permissions; any other OSError is a bug.
FILE_SYSTEM = {
    *(errno.EACCES, errno.EPERM, errno.EROFS),
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG),
    *(errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP),
}


def run(program: Callable[[], int], prints_results: bool = True) -> int:
    """Run a program; return its exit code.

    A SerError, an error of the file system and Ctrl-C end it with one line on standard error; a
    closed output pipe, as by `head`, ends it silently.

    prints_results: whether a closed standard output is an error.
    """
    _replace_closed_streams(prints_results)
    failure = None
    try:
        code = program()
    except SystemExit:  # argparse has printed all.
        if code := _flush():
            raise SystemExit(code) from None
        raise
    except KeyboardInterrupt:
        # Threads may still be finishing their work; a second Ctrl-C does not wait for them.
        with suppress(ValueError):  # This is not the main thread.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        _print_error("Interrupted.")
        code = INTERRUPTED
    except SerError as error:
        _print_error(f"Error: {error}")
        code = 1
    except OSError as error:
        failure = error
        code = BROKEN_PIPE if isinstance(error, BrokenPipeError) else 1
    # First, since an error of standard output explains the one that ended the program.
    if output_code := _flush():
        return output_code
    if failure and code != BROKEN_PIPE:
        if failure.errno not in FILE_SYSTEM:
            raise failure
        where = f"{failure.filename}: " if failure.filename else ""
        _print_error(
            f"Error: {where}{failure.strerror}. Needed is a place that this user may read and "
            "write, with room in it. Choose another one, or change its permissions."
        )
    return code


@contextmanager
def required(requirements: str) -> Iterator[None]:
    """Turn the error of a missing library into one that names the requirements file."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise SerError(
            f"This needs {error.name}, which is not installed. Install it with: "
            f"pip install -r {requirements}"
        ) from error


def run_command(parser: argparse.ArgumentParser, arguments: list[str] | None = None) -> int:
    """Parse arguments and call the parser's default `run` with them; return the exit code.

    parser: its default `writes`, if any, names the option with the folder for results.
    """

    def program() -> int:
        options = parser.parse_args(arguments)
        # File names may contain bytes that are no text.
        sys.stdout.reconfigure(errors="backslashreplace")
        if folder := getattr(options, getattr(options, "writes", ""), None):
            folders.check(folder)
        folders.prepare()
        return options.run(options)

    return run(program)


def _replace_closed_streams(prints_results: bool) -> None:
    """Open standard streams that the shell closed, so that no other file takes their place."""
    # Writing to a file that is open for reading only fails, as with a closed one.
    output = os.O_RDONLY if prints_results else os.O_WRONLY
    for name, flags, mode in (
        ("stdin", os.O_RDONLY, "r"),
        ("stdout", output, "w"),
        ("stderr", os.O_WRONLY, "w"),
    ):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode))


def _flush() -> int:
    """Flush standard output; return the exit code of a failure, else 0."""
    try:
        sys.stdout.flush()
        # The buffer may have dropped what could not be written; the descriptor still fails.
        with suppress(io.UnsupportedOperation):  # In tests there is no descriptor.
            os.write(sys.stdout.fileno(), b"")
    except OSError as error:
        # Python would try again at its exit, and print a traceback.
        with suppress(OSError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, sys.stdout.fileno())
            os.close(null)
        if isinstance(error, BrokenPipeError):
            return BROKEN_PIPE
        _print_error(
            f"Error: Standard output cannot be written: {error.strerror}. Send it to a file or "
            "program that takes it."
        )
        return 1
    return 0


def _print_error(line: str) -> None:
    with suppress(OSError):
        print(line, file=sys.stderr, flush=True)
