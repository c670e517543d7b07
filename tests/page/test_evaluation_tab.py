"""The Evaluation tab shows the metrics, and the programs on it run as they are shown."""

import json
import re
import shutil
import subprocess
import sys
from types import SimpleNamespace

import gradio as gr
import pytest
from driver import ROOT, TIMEOUT
from playwright.sync_api import expect

from ser import artifacts
from ser.labels import LABELS
from ser.page import snippets
from ser.page.tabs import evaluation
from ser.page.text import ENGLISH as words

METRICS = artifacts.read_json(artifacts.FOLDER / artifacts.METRICS)
RELIABILITY = {"confidence": [0.5, 0.9], "accuracy": [0.6, 0.8], "count": [10, 90]}


@pytest.fixture
def parts():
    """Return the ids and the HTML of the tab for other metrics."""

    def build(metrics):
        with gr.Blocks(analytics_enabled=False) as page:
            evaluation.build(words, SimpleNamespace(metrics=metrics))
        blocks = page.blocks.values()
        ids = {block.elem_id for block in blocks if block.elem_id}
        return ids, " ".join(str(block.value) for block in blocks if isinstance(block, gr.HTML))

    return build


def test_every_part(parts):
    ids, said = parts(METRICS)
    assert {"quality-often", "quality-confusion", "quality-people", "quality-law"} <= ids
    for text in (*words.LIMITS_LIST, *words.LAW_LIST, *words.DATA_LIST):
        assert text in said
    for _, text in words.PROTOCOLS.values():
        assert text in said
    right = METRICS["protocols"]["actors"]["ua"]
    assert f"it names the emotion of {100 * right:.0f}; guessing would be right once in 8" in said


def test_parts_whose_figures_are_missing_are_left_out(parts):
    protocols = {key: dict(METRICS["protocols"][key]) for key in ("random", "actors")}
    del protocols["actors"]["reliability"]
    ids, said = parts({"protocols": protocols})
    assert "quality-confusion" in ids
    assert not {"quality-people", "quality-reliability"} & ids
    assert "CREMA-D)" not in said and words.PROTOCOLS["cross_corpus"][1] not in said


def test_calibration_appears_with_its_figures(parts):
    actors = METRICS["protocols"]["actors"] | {"reliability": RELIABILITY, "ece": 0.031}
    ids, said = parts({"protocols": METRICS["protocols"] | {"actors": actors}})
    assert "quality-reliability" in ids
    assert "3.1 percentage points" in said


def test_the_most_frequent_mistake(parts):
    counts = [[0] * 8 for _ in LABELS]
    for row in range(8):
        counts[row][row] = 10
    counts[3][1] = 30
    actors = METRICS["protocols"]["actors"] | {"confusion": counts}
    _, said = parts({"protocols": {"actors": actors, "random": actors}})
    assert "of sad voices, 75% were heard as calm" in said


def test_protocols_are_explained_in_two_sentences():
    for _, text in words.PROTOCOLS.values():
        assert len(re.findall(r"[.!?](?= |$)", text)) == 2


def test_the_documents_show_the_same_programs():
    readme, api = (ROOT / "README.md").read_text(), (ROOT / "docs" / "api.md").read_text()
    assert snippets.PYTHON in readme
    assert snippets.PYTHON in api and snippets.CURL in api


def test_programs_work_as_they_are_shown(app, new_page, speech, tmp_path):
    page = new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(TIMEOUT * 1000)
    page.goto(app.url)
    page.get_by_role("tab", name=words.QUALITY).click()
    page.get_by_text(words.FROM_PROGRAMS).click()
    code = page.locator("#programs code")
    expect(code).to_have_count(2)
    expect(code.first).to_be_visible()
    shown = code.all_inner_texts()
    assert app.url.rstrip("/") in shown[0] and snippets.ADDRESS not in "".join(shown)
    shutil.copy(speech, tmp_path / "voice.wav")
    python, shell = (
        subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=TIMEOUT)
        for command in ([sys.executable, "-c", shown[0]], ["bash", "-c", shown[1]])
    )
    label = python.stdout.splitlines()[-1].split()[0]
    assert label in LABELS, python.stderr
    (data,) = re.findall(r"^event: complete\ndata: (.*)$", shell.stdout, re.MULTILINE)
    assert json.loads(data)[0]["label"] == label
