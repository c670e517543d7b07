"""The folder of uploaded recordings, and their deletion soon after the answer.

Gradio deletes the files that it registered by age (`delete_cache`), but neither uploads that broke
off nor what an earlier process left when it was killed. So recordings have a folder in which
everything too old is deleted; and the recordings of a session are deleted when it ends.
"""

import os
import tempfile
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ser import folders

FREQUENCY, AGE = 120, 420  # s between deletions, of the files to delete; none outlives their sum
GRACE = 10  # s within which a session refers to what it uploaded

# Of each session its files, and when each had last changed: gradio gives the same content the same
# path, so another session may have uploaded it again since.
_session_files: dict[str, dict[Path, int]] = {}
_lock = threading.Lock()


def prepare_folder() -> Path:
    """Make gradio keep uploads in a separate folder; delete old ones while the process lives.

    The folder lies in GRADIO_TEMP_DIR, or in the system's folder for temporary files.
    """
    folder = Path(os.environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir())
    if not folder.name.startswith(folders.RECORDINGS):  # app.py makes it before gradio is imported.
        folder = folders.private(folders.RECORDINGS, folder)
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    threading.Thread(target=_delete_old_forever, args=[folder], daemon=True).start()
    return folder


def is_upload(path: object) -> bool:
    """Return whether a path may be that of an upload; gradio checks it further."""
    if not isinstance(path, str) or "\0" in path:
        return False
    folder = Path(os.environ["GRADIO_TEMP_DIR"])
    inside = any(Path(path).is_relative_to(parent) for parent in (folder, folder.resolve()))
    return inside and ".." not in Path(path).parts


def register(session: str, paths: Iterable[Path]) -> None:
    """Register the recordings that a session refers to; files that are no uploads are ignored."""
    files = {path: _changed(path) for path in paths if is_upload(str(path))}
    if files:
        with _lock:
            _session_files.setdefault(session, {}).update(files)


def delete_session(session: str) -> None:
    """Delete the recordings of a session that ended, except those that another one refers to.

    What changed since may be the upload of another session that has not referred to it yet, or
    this session's own, which gradio moved to its path later; it is deleted after GRACE.
    """
    with _lock:
        files = _session_files.pop(session, {})
    # 0 where gradio had not moved the upload to its path yet.
    unchanged = {path for path, changed in files.items() if changed in (0, _changed(path))}
    _delete_unreferenced(unchanged)
    if changed := files.keys() - unchanged:
        timer = threading.Timer(GRACE, _delete_unreferenced, [changed])
        timer.daemon = True
        timer.start()


def delete_old(folder: Path, age: float = AGE) -> None:
    """Delete the files below a folder that have not changed for `age` seconds."""
    for path in folder.rglob("*"):
        # Gradio deletes here too, and an upload may be moving its file.
        with suppress(OSError):
            if path.is_file() and time.time() - path.stat().st_ctime > age:
                path.unlink()
    with _lock:
        for session, paths in list(_session_files.items()):
            for path in [path for path in paths if not path.exists()]:
                del paths[path]
            if not paths:
                del _session_files[session]


def _delete_unreferenced(paths: Iterable[Path]) -> None:
    """Delete those files that no session refers to."""
    with _lock:
        for path in set(paths).difference(*_session_files.values()):
            path.unlink(missing_ok=True)


def _changed(path: Path) -> int:
    """Return when a file last changed, in nanoseconds; 0 if there is none."""
    try:
        return path.stat().st_ctime_ns
    except OSError:
        return 0


def _delete_old_forever(folder: Path) -> None:
    while True:
        delete_old(folder)
        time.sleep(FREQUENCY)
