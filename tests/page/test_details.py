"""Examples, details and downloads, as a visitor uses them."""

import io
import json

import pytest
from driver import figure, upload, visit
from PIL import Image
from playwright.sync_api import expect

from ser.labels import LABELS
from ser.page.tabs import examples
from ser.page.text import ENGLISH as words

DESKTOP = {"width": 1280, "height": 800}


def downloaded(page, button):
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_an_example_and_then_a_recording(app, new_page, speech, requests):
    page = new_page(viewport=DESKTOP)
    visit(page, app.url)
    name = list(examples.choices()[1])[0]
    page.locator(f"#examples button[name={name}]").click()
    expect(page.locator("#answer .verdict")).to_contain_text("%")
    expect(page.locator("#outline")).to_contain_text(words.ANALYSED_PART + ": ")
    expect(page.locator("#recordings-used p")).to_have_count(0)
    assert sum("queue/join" in url for url in requests) == 1
    upload(page, speech)
    expect(page.locator("#recordings-used")).to_contain_text(words.recordings_used(1))


def test_details_and_downloads(app, new_page, speech, other_speech):
    page = new_page(viewport=DESKTOP)
    visit(page, app.url)
    upload(page, speech)
    expect(page.locator("#answer .verdict")).to_be_visible()
    expect(page.locator("#spectrogram")).to_be_hidden()
    page.get_by_role("button", name=words.DETAILS).click()
    expect(page.locator("#spectrogram .hm image")).to_be_visible()
    name, result = downloaded(page, words.SAVE_RESULT)
    assert name.endswith(".json")
    probabilities = json.loads(result)["probabilities"]
    assert list(probabilities) == list(LABELS)
    assert figure(page, "bars")[1]["x"] == pytest.approx(list(probabilities.values()), abs=1e-6)
    name, picture = downloaded(page, words.SAVE_PICTURE)
    assert name.endswith(".png")
    drawn = Image.open(io.BytesIO(picture))
    assert drawn.size == (2560, 1440)
    assert len(drawn.convert("RGB").getcolors(drawn.width * drawn.height)) > 1000
    before = page.locator("#spectrogram .hm image").get_attribute("href")
    upload(page, other_speech)
    expect(page.locator("#spectrogram .hm image")).not_to_have_attribute("href", before)
    assert not list(app.recordings.rglob("*.png"))
