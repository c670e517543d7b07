"""What the page's tests do in the browser, in addition to `ser.bench.browser`."""

import os
import sys
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

from ser.bench import browser
from ser.bench.browser import (
    ALLOWED,
    FAKE_DEVICE,
    REFUSED,
    ROOT,
    TIMEOUT,
    launch,
    microphone,
    visit,
    visit_live,
)

__all__ = [
    "ALLOWED",
    "FAKE_DEVICE",
    "TIMEOUT",
    "REFUSED",
    "ROOT",
    "launch",
    "microphone",
    "visit",
    "visit_live",
]


@contextmanager
def serve(app: Path = ROOT / "app.py", python: str = sys.executable, **settings: str):
    """Run the app as `ser.bench.browser` does, and log any attempt to reach another machine.

    settings: further environment variables.
    """
    folders = [str(Path(__file__).with_name("offline")), os.environ.get("PYTHONPATH")]
    path = os.pathsep.join(filter(None, folders))
    with browser.serve(app, python, PYTHONPATH=path, **settings) as served:
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


def choose_tab(page, name: str) -> None:
    """Choose a tab as a person does; a phone has some of them in a menu."""
    page.wait_for_selector("[role=tab]")
    tab = page.get_by_role("tab", name=name)
    if not tab.is_visible():
        page.locator(".overflow-menu > button").click()
        tab = page.locator(".overflow-dropdown").get_by_role("button", name=name)
    tab.click()


def figure(page, name: str) -> list[dict]:
    """Return the traces of which a figure draws anything."""
    return page.evaluate(
        """name => document.querySelector(`#${name} .js-plotly-plot`)._fullData
            .filter(trace => trace.x.some(x => x !== null)).map(trace => ({
                name: trace.name, x: Array.from(trace.x), y: Array.from(trace.y), text: trace.text,
            }))""",
        name,
    )


def photograph(page, name: str, check: bool = False) -> list[str]:
    """Save pictures of the whole page in both themes; return what is not accessible, if asked."""
    folder = ROOT / "screenshots"
    folder.mkdir(exist_ok=True)
    page.evaluate("document.fonts.ready")
    found = []
    for theme in ("dark", "light"):
        page.evaluate("dark => document.body.classList.toggle('dark', dark)", theme == "dark")
        page.screenshot(path=folder / f"{name}-{theme}.png", full_page=True)
        found += serious_violations(page) if check else []
    return found


def serious_violations(page) -> list[str]:
    """Return what keeps people with disabilities from using the page, by axe."""
    return [
        f"{violation['id']}: {node['html']} {node['failureSummary']}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
