"""Make the picture of docs/speed.md of the benchmark from its JSON file.

PYTHONPATH=. python tests/page/bench_picture.py PICTURE.png BENCH.json
"""

import json
import sys
from pathlib import Path

from driver import launch
from playwright.sync_api import sync_playwright

from ser.bench.systems import NAMES
from ser.charts import bench


def main(path: str, figures: str) -> None:
    """Plot the figures in a browser and save a screenshot at twice their size."""
    chart = bench.figure(json.loads(Path(figures).read_text())["analysis"], NAMES)
    with sync_playwright() as playwright, launch(playwright) as browser:
        page = browser.new_page(viewport=bench.SIZE, device_scale_factor=2)
        page.set_content(chart.to_html(config={"displayModeBar": False}))
        page.wait_for_selector(".js-plotly-plot .point")
        page.locator(".js-plotly-plot").screenshot(path=path)


if __name__ == "__main__":
    main(*sys.argv[1:])
