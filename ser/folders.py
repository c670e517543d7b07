"""Folders to write to: made or checked before they are needed, with errors that say what to do.

In a container the user may have no home and no name, and all but the folder for temporary files
may be read-only. numba, which compiles librosa, does not work without a cache.
"""

import atexit
import importlib.util
import os
import shutil
import stat
import tempfile
import warnings
from contextlib import suppress
from pathlib import Path

from ser.errors import SerError

CACHE = "ser-cache"  # in the folder for temporary files, where no usual one is writable
RECORDINGS = "ser-recordings"  # that visitors upload


def prepare() -> None:
    """Set HOME and numba's cache to temporary folders where the usual ones are not writable.

    To be called before numba is imported. Compiling again takes numba 15 s, so the folder is kept.

    Raises:
        SerError: one is needed, and there is no folder for temporary files.
    """
    # Unlike pathlib's, this does not raise an error where no home is known.
    if os.path.expanduser("~") == "~":  # noqa: PTH111
        os.environ["HOME"] = str(private(CACHE))
    if not any(map(_writable, _numba_caches())):
        # Where it lies below the HOME set above.
        os.environ["NUMBA_CACHE_DIR"] = str(private(CACHE) / ".cache" / "numba")
    # joblib warns where semaphores cannot be made; neither page nor `predict` uses any.
    warnings.filterwarnings("ignore", "(?s).*serial mode", UserWarning)


def private(name: str, parent: Path | None = None) -> Path:
    """Return a folder that no other user can read or write, made if necessary.

    Args:
        name: of the folder, before the user's number.
        parent: where it lies, by default in the folder for temporary files.

    Raises:
        SerError: no folder can be made there.
    """
    parent = temporary() if parent is None else parent
    user = os.getuid() if hasattr(os, "getuid") else "user"
    folder = parent / f"{name}-{user}"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        if _is_private(folder):
            return folder
        # Another user made it and could put anything there, such as code in a cache.
        folder = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=parent))
    except OSError as error:
        raise SerError(
            f"No folder can be made in {parent}: {error.strerror}. Needed is one that this user "
            "may write to. Change its permissions, or name another one in TMPDIR (or, if that "
            "is set, in GRADIO_TEMP_DIR)."
        ) from error
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def temporary() -> Path:
    """Return the system's folder for temporary files; a SerError if none is writable."""
    try:
        return Path(tempfile.gettempdir())
    except OSError as error:
        raise SerError(
            f"There is no folder for temporary files: {error.strerror}. Needed is one that this "
            "user may write to. Make one of these writable, or name another one in TMPDIR."
        ) from error


def check(folder: Path) -> None:
    """Raise a SerError if results could not be written to a folder, which need not exist yet.

    To be called before the work whose results these are.
    """
    existing = folder.absolute()
    # Unlike pathlib's, this accepts any name.
    while not os.path.exists(existing):  # noqa: PTH110
        existing = existing.parent
    if not existing.is_dir():
        raise SerError(
            f"{folder} cannot hold the results: {existing} is a file. Needed is a folder, or the "
            "name of a new one."
        )
    if not os.access(existing, os.W_OK | os.X_OK):
        raise SerError(
            f"{folder} cannot hold the results: {existing} cannot be written to. Choose another "
            "folder, or change its permissions."
        )


def make(folder: Path) -> None:
    """Make a folder for results with those above it; a SerError if that fails."""
    check(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SerError(
            f"{folder} cannot be made: {error.strerror}. Choose another folder for the results."
        ) from error


def check_file(path: Path) -> None:
    """Raise a SerError if a file could not be written; to be called before the work for it."""
    if path.is_dir():
        raise SerError(f"{path} is a folder. Needed is the name of a file.")
    if not path.parent.is_dir():
        raise SerError(f"There is no folder {path.parent} for {path.name}. Make it first.")
    if path.exists() and not os.access(path, os.W_OK):
        raise SerError(
            f"{path} cannot be written to. Choose another file, or change its permissions."
        )
    if not path.exists():
        check(path.parent)


def _numba_caches() -> list[Path]:
    """List numba's cache folders for librosa, as its caching.py chooses them."""
    librosa = importlib.util.find_spec("librosa")
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    return [
        *([Path(chosen)] if chosen else []),
        *([Path(librosa.origin).parent / "core" / "__pycache__"] if librosa else []),
        caches / "numba",
    ]


def _writable(folder: Path) -> bool:
    """Return whether files can be written to a folder, or to the one it would be made in."""
    # Unlike pathlib's, this accepts folders that may not be read.
    while not os.path.exists(folder) and folder != folder.parent:  # noqa: PTH110
        folder = folder.parent
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


def _is_private(folder: Path) -> bool:
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or not os.access(folder, os.W_OK | os.X_OK):
        return False
    # Windows has a folder for temporary files for each user.
    if not hasattr(os, "getuid"):
        return True
    return status.st_uid == os.getuid() and not stat.S_IMODE(status.st_mode) & 0o077
