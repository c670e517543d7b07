"""What the page's tests do in the browser, beside what ser/browser.py does for the bench too."""

import sys
from contextlib import contextmanager
from pathlib import Path

from ser import browser
from ser.browser import (
    ALLOWED,
    FAKE_DEVICE,
    PATIENCE,
    REFUSED,
    ROOT,
    launch,
    microphone,
    visit,
    visit_live,
)

__all__ = [
    "ALLOWED",
    "FAKE_DEVICE",
    "PATIENCE",
    "REFUSED",
    "ROOT",
    "launch",
    "microphone",
    "visit",
    "visit_live",
]


@contextmanager
def serve(app: Path = ROOT / "app.py", python: str = sys.executable, **settings: str):
    """Run the app as ser/browser.py does; it reaches no other machine, or its log tells.

    settings: further environment variables.
    """
    offline = str(Path(__file__).with_name("offline"))
    with browser.serve(app, python, PYTHONPATH=offline, **settings) as served:
        yield served


def upload(page, path: Path) -> None:
    """Choose a file as a person does; clears an earlier recording first."""
    box = page.locator("#recording")
    clear = box.get_by_label("Clear")
    if clear.is_visible():
        clear.click()
        page.wait_for_selector("#answer .waiting", state="attached")
    box.get_by_label("Upload file").first.click()
    page.set_input_files("#recording input[type=file]", path)


def figure(page, name: str) -> list[dict]:
    """Return the traces that a figure draws."""
    return page.evaluate(
        """name => document.querySelector(`#${name} .js-plotly-plot`)._fullData.map(trace => ({
            name: trace.name, x: Array.from(trace.x), y: Array.from(trace.y), text: trace.text,
        }))""",
        name,
    )
