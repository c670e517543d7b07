"""README's figures are those of artifacts/metrics.json, and that file is whole."""

import re
from pathlib import Path

import pytest

from ser import artifacts
from ser.labels import LABELS

README = (Path(__file__).parents[1] / "README.md").read_text()
METRICS = artifacts.read_json(artifacts.FOLDER / artifacts.METRICS)


def percent(fraction):
    return f"{100 * fraction:.1f}"


@pytest.mark.parametrize("protocol", ["actors", "random"])
def test_protocols(protocol):
    row = re.search(rf"^\| `{protocol}` \|.*\| ([\d.]+) \| ([\d.]+) \|$", README, re.MULTILINE)
    result = METRICS["protocols"][protocol]
    assert row.groups() == (percent(result["wa"]), percent(result["ua"]))


def test_map():
    assert f"{percent(METRICS['map']['accuracy'])} % land among" in " ".join(README.split())


def test_the_bars_this_project_set_itself():
    assert METRICS["protocols"]["random"]["wa"] >= 0.83
    assert METRICS["protocols"]["actors"]["ua"] >= 0.72
    assert METRICS["map"]["accuracy"] >= 0.55


@pytest.mark.parametrize("protocol", ["actors", "random"])
def test_every_key_is_there(protocol):
    result = METRICS["protocols"][protocol]
    assert list(result["per_class_recall"]) == list(LABELS)
    assert [sum(row) for row in result["confusion"]] == [96] + [192] * 7
    assert len(result["per_actor"]) == 24
    right = sum(result["confusion"][row][row] for row in range(8))
    assert result["wa"] == pytest.approx(right / METRICS["clips"])
    assert result["ua"] == pytest.approx(sum(result["per_class_recall"].values()) / 8)


def test_linked_files_exist():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (Path(__file__).parents[1] / target).exists(), target
