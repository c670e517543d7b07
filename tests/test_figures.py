"""What the documents say of speed is what was measured: committed files, written by commands."""

import json
from pathlib import Path

import pytest

from ser.bench import scale, speed
from ser.charts import bench

ROOT = Path(__file__).parents[1]


def measured(name):
    return json.loads((ROOT / name).read_text())


@pytest.mark.parametrize(
    ("document", "figures", "table"),
    [
        ("docs/scale.md", "docs/scale.json", scale.table),
        ("README.md", "docs/bench.json", speed.table),
    ],
)
def test_tables(document, figures, table):
    lines = []
    table(measured(figures), lines.append)
    assert "\n".join(lines) in (ROOT / document).read_text()


def test_picture():
    figures = measured("docs/bench.json")
    bars = bench.figure(figures).data[0]
    assert [1000 * figures["medians"][name] for name in speed.NAMES] == list(reversed(bars.x))


def test_page():
    text = " ".join((ROOT / "README.md").read_text().split())
    seconds = measured("docs/bench_page.json")["seconds"]
    assert f"drawn {seconds['answer']:.1f} s after" in text
    assert f"the bars {seconds['live']:.1f} s after" in text
    assert f"at once {seconds['crowd']:.1f} s" in text
