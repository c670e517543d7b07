"""Several speakers in a long recording: lanes, names, merging, and every file that is offered."""

import json
import re

import pytest
import soundfile
import webvtt
from driver import ROOT, TIMEOUT, choose_tab, figure
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
            return set(re.findall(r'(?:"(?:[^"]|"")*"|[^,\n]*)$', text, re.MULTILINE)) - {"name"}
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
            return {caption.voice for caption in webvtt.from_string(text).captions}


def test_speakers_are_named_merged_and_saved(app, new_page, conversation, requests, tmp_path):
    page = new_page(viewport=DESKTOP)
    analyse(page, app.url, ENGLISH, conversation, "3")
    assert lanes(page) == ["Speaker 1", "Speaker 2", "Speaker 3"]
