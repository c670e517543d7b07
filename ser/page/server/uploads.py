"""Where uploaded recordings lie while they are answered, and that they are gone soon after.

Gradio deletes the files it knows of by age (`delete_cache`). It does not know of an upload that
broke off, nor of anything that an earlier process left behind when it was killed. So recordings
get a folder of their own, and everything in it that is too old is deleted; and what a session asked
about is deleted when it ends.
"""

import os
import tempfile
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

FREQUENCY, AGE = 120, 420  # s; nothing is older than their sum when it goes

_asked_about: dict[str, set[Path]] = {}  # by session
_lock = threading.Lock()


def set_aside() -> Path:
    """Make gradio keep recordings in a folder of their own, swept while this process lives.

    The folder lies in GRADIO_TEMP_DIR, or in the system's folder for temporary files.
    """
    user = os.getuid() if hasattr(os, "getuid") else os.getlogin()
    folder = Path(os.environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir())
    if not folder.name.startswith("ser-recordings"):
        folder /= f"ser-recordings-{user}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    threading.Thread(target=_keep_sweeping, args=[folder], daemon=True).start()
    return folder


def uploaded(path: object) -> bool:
    """Tell whether a path may be one that an upload was answered with; gradio looks closer."""
    if not isinstance(path, str) or "\0" in path:
        return False
    folder = Path(os.environ["GRADIO_TEMP_DIR"])
    within = any(Path(path).is_relative_to(each) for each in (folder, folder.resolve()))
    return within and ".." not in Path(path).parts


def note(session: str, paths: Iterable[Path]) -> None:
    """Note which recordings a session asked about; files that lie elsewhere are none."""
    own = {path for path in paths if uploaded(str(path))}
    if own:
        with _lock:
            _asked_about.setdefault(session, set()).update(own)


def forget(session: str) -> None:
    """Delete what a session asked about that has ended, unless another asked about the same."""
    with _lock:
        for path in _asked_about.pop(session, set()).difference(*_asked_about.values()):
            path.unlink(missing_ok=True)


def sweep(folder: Path, age: float = AGE) -> None:
    """Delete the files below a folder that have not changed for `age` seconds."""
    for path in folder.rglob("*"):
        # Gradio deletes here too, and an upload may be moving its file.
        with suppress(OSError):
            if path.is_file() and time.time() - path.stat().st_ctime > age:
                path.unlink()
    with _lock:
        for session, paths in list(_asked_about.items()):
            paths -= {path for path in paths if not path.exists()}
            if not paths:
                del _asked_about[session]


def _keep_sweeping(folder: Path) -> None:
    while True:
        sweep(folder)
        time.sleep(FREQUENCY)
