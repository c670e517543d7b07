"""Several speakers in a long recording: lanes, names, merging, and every file that is offered."""

import csv
import json
from html import escape, unescape

import httpx
import pytest
import webvtt
from driver import TIMEOUT, choose_tab, figure, photograph
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from playwright.sync_api import expect
from pympi import Elan, Praat

from ser.page.text import ENGLISH, RUSSIAN
from ser.timeline import exports

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
NAME = 'Anna "A" & <Co>'


def analyse(page, url, words, recording, people):
    """Open the tab, choose how many people speak, and have a recording answered."""
    page.set_default_timeout(TIMEOUT * 1000)
    page.goto(url)
    choose_tab(page, words.LONG)
    page.get_by_label(words.PEOPLE).click()
    page.get_by_role("option", name=people, exact=True).click()
    page.locator("#long-recording input[type=file]").set_input_files(recording)
    expect(page.locator("#long-answer .verdict")).to_be_visible()


def lanes(page):
    """Return the names of the lanes from the top."""
    (names,) = (trace for trace in figure(page, "timeline-figure") if trace["name"] == "names")
    return names["text"]


def downloaded(page, file_format, folder):
    """Choose a file; return where it was saved."""
    with page.expect_download() as download:
        page.locator("#segments header select").select_option(file_format)
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def speakers_of(path):
    """Open a file of any format; return the names of the speakers in it."""
    text = path.read_text(encoding="utf-8")
    match path.suffix:
        case ".csv":
            return {row["name"] for row in csv.DictReader(text.splitlines())}
        case ".json":
            return set(json.loads(text)["speakers"])
        case ".rttm":
            return {line.split()[7] for line in text.splitlines()}
        case ".TextGrid":
            return {tier.name for tier in Praat.TextGrid(str(path), codec="utf-8").get_tiers()}
        case ".eaf":
            return set(Elan.Eaf(str(path)).get_tier_names())
        case ".txt":
            return {line.split("\t")[2].rpartition(": ")[0] for line in text.splitlines()}
        case ".vtt":
            return {unescape(caption.voice) for caption in webvtt.from_string(text).captions}


def test_speakers_are_named_merged_and_saved(app, new_page, conversation, requests, tmp_path):
    page = new_page(viewport=DESKTOP)
    analyse(page, app.url, ENGLISH, conversation, "3")
    assert lanes(page) == ["Speaker 1", "Speaker 2", "Speaker 3"]
    rows = page.locator("#speakers li")
    assert rows.count() == 3

    # A click on a block plays that part.
    block = page.locator("#timeline-figure .barlayer .trace").last.locator("path").nth(1)
    block.click(force=True)
    page.wait_for_function("!document.querySelector('#long-recording audio').paused")
    second = float(page.locator("#segments button").nth(1).get_attribute("data-at"))
    played = page.evaluate("document.querySelector('#long-recording audio').currentTime")
    assert played == pytest.approx(second, abs=2)

    name = page.get_by_label(ENGLISH.SPEAKER_NAME)
    name.nth(1).fill(NAME)
    name.nth(1).press("Tab")
    expect(page.locator("#segments td", has_text=NAME).first).to_be_visible()
    assert lanes(page)[1] == escape(NAME, quote=False)
    # The next field has the focus also after the rows were made anew.
    expect(rows.nth(1).locator("select")).to_be_focused()
    name.nth(0).fill(NAME)
    name.nth(0).press("Enter")
    expect(page.locator("#speakers .sorry")).to_be_visible()
    expect(name.nth(0)).to_have_value("Speaker 1")

    rows.nth(2).locator("select").select_option("Speaker 1")
    expect(rows).to_have_count(2)
    expect(page.locator("#speakers .sorry")).to_be_hidden()
    assert lanes(page) == ["Speaker 1", escape(NAME, quote=False)]

    for file_format, suffix in exports.FORMATS.items():
        path = downloaded(page, file_format, tmp_path)
        assert path.name == conversation.stem + suffix
        speakers = {"Speaker 1", NAME}
        if file_format == "rttm":
            speakers = {"_".join(speaker.split()) for speaker in speakers}
        assert speakers_of(path) == speakers, file_format
    report = downloaded(page, "report", tmp_path).read_text(encoding="utf-8")
    assert escape(NAME) in report and "Speaker 3" not in report
    assert not list(app.recordings.rglob("*.html"))

    # The recording is still there, so that it can be answered with another number of people.
    page.get_by_label(ENGLISH.PEOPLE).click()
    page.get_by_role("option", name=ENGLISH.FIND_PEOPLE).click()
    expect(page.locator("#speakers")).not_to_contain_text("Anna")
    expect(page.locator("#long-answer .verdict")).to_be_visible()
    for path in app.recordings.rglob(conversation.name):
        path.unlink()
    page.get_by_label(ENGLISH.PEOPLE).click()
    page.get_by_role("option", name="2", exact=True).click()
    expect(page.locator(".toast-body")).to_contain_text(ENGLISH.LONG_GONE)
    expect(page.locator("#long-answer .verdict")).to_be_visible()


@pytest.mark.parametrize(
    ("size", "words"), [(DESKTOP, ENGLISH), (PHONE, RUSSIAN)], ids=["1280x800-en", "390x844-ru"]
)
def test_looks(app, new_page, conversation, size, words):
    page = new_page(viewport=size)
    route = "" if words is ENGLISH else "ru/"
    analyse(page, f"{app.url}{route}", words, conversation, "3")
    expect(page.locator("#speakers li")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert not photograph(page, f"speakers-{size['width']}x{size['height']}", check=True)


def test_api(app, conversation):
    client = Client(app.url, verbose=False)
    recording = handle_file(conversation)
    answer = client.predict(recording, n_speakers=3, api_name="/timeline")
    assert answer["speakers"] == ["Speaker 1", "Speaker 2", "Speaker 3"]
    assert {turn["speaker"] for turn in answer["turns"]} == {1, 2, 3}
    assert answer["turns"] == sorted(answer["turns"], key=lambda turn: turn["start"])
    found = client.predict(recording, 0, api_name="/timeline")
    assert 1 <= len(found["speakers"]) <= 6
    for wrong in (7, -1, 1.5, "two"):
        with pytest.raises(AppError):
            client.predict(recording, wrong, api_name="/timeline")


def test_programs_of_before_send_no_number_of_speakers(app, conversation):
    with conversation.open("rb") as file:
        [name] = httpx.post(f"{app.url}gradio_api/upload", files={"files": file}).json()
    data = [{"path": name, "meta": {"_type": "gradio.FileData"}}]
    call = f"{app.url}gradio_api/call/timeline"
    event = httpx.post(call, json={"data": data}).json()["event_id"]
    text = httpx.get(f"{call}/{event}", timeout=TIMEOUT).text
    assert "event: complete" in text
    assert json.loads(text.rpartition("data: ")[2])[0]["speakers"] == ["Speaker 1"]
