"""Serve the page and drive it in Chromium, for the tests and for the README's picture."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).parents[2]
PATIENCE = 180  # s; other work may share the processor
CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
FAKE_DEVICE = ["--use-fake-device-for-media-stream"]
ALLOWED = [*FAKE_DEVICE, "--use-fake-ui-for-media-stream"]
REFUSED = [*FAKE_DEVICE, "--deny-permission-prompts"]


@contextmanager
def serve(app: Path = ROOT / "app.py"):
    """Run the app on a free port; yield its `url`, `log` and folder of `recordings`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        places = {"GRADIO_SERVER_PORT": str(port), "GRADIO_TEMP_DIR": folder}
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, app.name],
                cwd=app.parent,
                env=os.environ | places,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        url = f"http://127.0.0.1:{port}/"
        try:
            _wait(url, process, log)
            yield SimpleNamespace(url=url, log=log, recordings=Path(folder))
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait(url: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.3)
    raise RuntimeError(f"the app did not answer:\n{log.read_text()}")


def launch(playwright, *arguments: str):
    """Start Chromium, which says nothing to anybody of its own accord."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *arguments])


def visit(page, url: str) -> None:
    """Open the page and wait until the empty figures are drawn."""
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(url)
    for figure in ("#bars", "#map"):
        page.wait_for_selector(f"{figure} .js-plotly-plot .point", state="attached")


def upload(page, path: Path) -> None:
    """Choose a file as a person does; clears an earlier recording first."""
    clear = page.get_by_label("Clear")
    if clear.is_visible():
        clear.click()
        page.wait_for_selector("#answer .waiting", state="attached")
    page.get_by_label("Upload file").first.click()
    page.set_input_files("input[type=file]", path)


def figure(page, name: str) -> list[dict]:
    """Return the traces that a figure draws."""
    return page.evaluate(
        """name => document.querySelector(`#${name} .js-plotly-plot`)._fullData.map(trace => ({
            name: trace.name, x: Array.from(trace.x), y: Array.from(trace.y), text: trace.text,
        }))""",
        name,
    )
