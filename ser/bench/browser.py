"""Serve the page and drive it in Chromium: for `python -m ser bench --page` and for the tests.

The only module of ser that needs Playwright, which tests/requirements.txt lists.
"""

import functools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from ser.errors import SerError

ROOT = Path(__file__).parents[2]
TIMEOUT = 90  # s, on a processor that may be busy
VARIABLE = "BROWSER_PATH"  # environment variable, which kaleido reads too
NAMES = (  # of programs on the PATH, or absolute
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
HOW_TO_GET = (  # a browser
    "Install one (on Debian: apt install chromium; elsewhere: python -m playwright install "
    f"--with-deps chromium), or set {VARIABLE} to where it is."
)
QUIET = (  # arguments against requests of Chromium's own
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
# Arguments for a fake microphone, which pages may use or may not.
FAKE_DEVICE = ["--use-fake-device-for-media-stream"]
ALLOWED = [*FAKE_DEVICE, "--use-fake-ui-for-media-stream"]
REFUSED = [*FAKE_DEVICE, "--deny-permission-prompts"]


def microphone(recording: Path, once: bool = False) -> str:
    """Return Chromium's argument for a microphone that plays a wav file, repeatedly or once."""
    return f"--use-file-for-fake-audio-capture={recording}{'%noloop' if once else ''}"


@contextmanager
def serve(
    app: Path = ROOT / "app.py", python: str = sys.executable, **settings: str
) -> Iterator[SimpleNamespace]:
    """Run the app on a free port; yield its `url`, `log`, folder of `recordings` and `process`.

    settings: further environment variables.

    Raises:
        SerError: it does not answer; the message quotes its output.
    """
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        defaults = {"GRADIO_SERVER_PORT": str(port), "GRADIO_TEMP_DIR": folder}
        with log.open("w") as output:
            process = subprocess.Popen(
                [python, app.name],
                cwd=app.parent,
                env=os.environ | defaults | settings,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        url = f"http://127.0.0.1:{port}/"
        try:
            _wait(url, process, log)
            yield SimpleNamespace(url=url, log=log, recordings=Path(folder), process=process)
        finally:
            process.terminate()
            process.wait(TIMEOUT)


def _wait(url: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.3)
    raise SerError(f"The page did not start within {TIMEOUT} s. It said:\n{log.read_text()}")


@functools.cache
def starts(path: str) -> bool:
    """Return whether a program starts; Ubuntu's chromium-browser may only ask for a snap."""
    try:
        ended = subprocess.run([path, "--version"], capture_output=True, timeout=TIMEOUT)
        return ended.returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def find_chromium(playwright) -> str:
    """Return the path of a Chromium or Chrome that starts.

    Searched are BROWSER_PATH, alone if it is set; else what is installed, then Playwright's own.

    Raises:
        SerError: there is none.
    """
    if chosen := os.environ.get(VARIABLE):
        if not starts(chosen):
            raise SerError(f"{VARIABLE} names {chosen}, which does not start. Correct or unset it.")
        return chosen
    # An absolute name is looked up as it is, not on the PATH.
    for path in (*map(shutil.which, NAMES), playwright.chromium.executable_path):
        if path and starts(path):
            return path
    raise SerError(f"There is no Chromium or Chrome. {HOW_TO_GET}")


def launch(playwright, *arguments: str):
    """Start Chromium without background requests."""
    path = find_chromium(playwright)
    return playwright.chromium.launch(executable_path=path, args=[*QUIET, *arguments])


@contextmanager
def chromium(*arguments: str) -> Iterator:
    """Start Playwright and Chromium.

    Raises:
        SerError: one of them is missing.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise SerError(
            "Playwright, which drives the browser, is not installed. "
            "Run: pip install -r tests/requirements.txt"
        ) from error
    with sync_playwright() as playwright, launch(playwright, *arguments) as browser:
        yield browser


def visit(page, url: str) -> None:
    """Open the page and wait until the empty figures are drawn."""
    page.set_default_timeout(TIMEOUT * 1000)
    page.goto(url)
    for figure in ("#bars", "#map"):
        page.wait_for_selector(f"{figure} .js-plotly-plot .point", state="attached")


def visit_live(page, url: str) -> None:
    """Open the page's Live tab and wait until its map is drawn."""
    page.set_default_timeout(TIMEOUT * 1000)
    page.goto(url)
    page.locator("[role=tab][data-tab-id=live]").first.click()
    page.wait_for_selector("#live-place .js-plotly-plot .point", state="attached")
