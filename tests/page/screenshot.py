"""Make the README's picture of the page answering a recording.

PYTHONPATH=. python tests/page/screenshot.py PICTURE.png RECORDING [light|dark]
"""

import sys
from pathlib import Path

from driver import ALLOWED, launch, serve, upload, visit
from playwright.sync_api import sync_playwright

SIZE = {"width": 1280, "height": 800}


def main(picture: str, recording: str, theme: str = "light") -> None:
    """Serve the page, let it answer a recording and photograph it at twice its size."""
    with serve() as app, sync_playwright() as playwright, launch(playwright, *ALLOWED) as browser:
        page = browser.new_page(viewport=SIZE, device_scale_factor=2, color_scheme=theme)
        visit(page, f"{app.url}?__theme={theme}")
        upload(page, Path(recording))
        page.wait_for_selector("#answer .verdict")
        page.wait_for_timeout(1000)  # the player draws its waveform
        page.screenshot(path=picture)


if __name__ == "__main__":
    main(*sys.argv[1:])
