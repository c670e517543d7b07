"""Uploads: which files are accepted or rejected and why, and that each replaces the one before."""

import re
from pathlib import Path

import pytest
import soundfile
from containers import KINDS, write
from driver import figure, upload, visit
from playwright.sync_api import expect

from ser.audio.formats import SUFFIXES
from ser.labels import LABELS
from ser.page.text import ENGLISH, RUSSIAN

DESKTOP = {"width": 1280, "height": 800}
STYLES = sorted((Path(__file__).parents[2] / "ser" / "page" / "static").glob("*.css"))
# Kinds whose type the browser does not call audio.
VIDEO = ("webm, Opus, streamed", "mp4, fragments", "mov, AAC", "mkv, AAC", "3gp, AMR", "caf, ALAC")


@pytest.fixture(scope="module")
def page(app, browser):
    """The page, open for all of these tests."""
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    visit(page, app.url)
    yield page
    context.close()


def clear(page):
    """Empty the box, if there is something in it."""
    button = page.locator("#recording").get_by_label("Clear")
    if button.is_visible():
        button.click()
    expect(page.locator("#answer .waiting")).to_be_attached()


@pytest.mark.parametrize("name", VIDEO)
def test_what_the_browser_calls_video_is_answered(page, name, speech, tmp_path):
    clear(page)
    path = tmp_path / f"voice{KINDS[name].suffix}"
    path.write_bytes(write(KINDS[name], soundfile.read(speech)[0]))
    upload(page, path)
    expect(page.locator("#answer .verdict")).to_contain_text("%")
    assert page.locator(".toast-wrap").inner_text() == ""


def test_a_dropped_file_is_accepted_or_rejected(page, speech, tmp_path):
    clear(page)
    page.locator("#recording").get_by_label("Upload file").first.click()
    for name, content in (("notes.txt", b"no sound"), ("voice.mov", None)):
        sound = content or write(KINDS["mov, AAC"], soundfile.read(speech)[0])
        page.evaluate(
            """([name, bytes]) => {
                const transfer = new DataTransfer();
                transfer.items.add(new File([new Uint8Array(bytes)], name));
                const place = document.querySelector("#recording button[aria-dropeffect]");
                const drop = { dataTransfer: transfer, bubbles: true, cancelable: true };
                place.dispatchEvent(new DragEvent("drop", drop));
            }""",
            [name, list(sound)],
        )
        if content:
            expect(page.locator("#answer .rejected")).to_contain_text(name)
    expect(page.locator("#answer .verdict")).to_contain_text("%")
    expect(page.locator(".rejected")).to_have_count(0)


def test_the_box_offers_all_that_is_read(page):
    clear(page)
    page.locator("#recording").get_by_label("Upload file").first.click()
    with page.expect_file_chooser() as chooser:
        page.locator("#recording button[aria-dropeffect]").click()
    offered = chooser.value.element.get_attribute("accept").split(",")
    assert offered == [*SUFFIXES, "audio/*"]


@pytest.mark.parametrize("words", [ENGLISH, RUSSIAN], ids=["en", "ru"])
@pytest.mark.parametrize(
    ("box", "answer"), [("recording", "answer"), ("long-recording", "long-answer")]
)
def test_a_file_is_rejected_in_the_language_of_the_page(
    app, new_page, words, box, answer, tmp_path
):
    page = new_page(viewport=DESKTOP)
    visit(page, app.url if words is ENGLISH else f"{app.url}ru")
    if box == "long-recording":
        page.get_by_role("tab", name=words.LONG).click()
    else:
        page.locator(f"#{box}").get_by_label(words.CONTROLS["Upload file"]).first.click()
    text, large = tmp_path / "notes.txt", tmp_path / "large.wav"
    text.write_text("no sound")
    with large.open("wb") as file:
        file.truncate(101 * 2**20)
    for path, message in ((text, words.NOT_AUDIO), (large, words.TOO_LARGE)):
        page.set_input_files(f"#{box} input[type=file]", path)
        expect(page.locator(f"#{answer} .rejected")).to_have_text(message.format(path.name))
        expect(page.locator(f"#{answer} .rejected")).to_be_visible()
        expect(page.locator(f"#{answer} .waiting")).to_be_hidden()
        assert page.locator(".toast-wrap").inner_text() == ""
    assert not list(app.recordings.rglob("*.txt"))


@pytest.mark.parametrize("after", ["silent", "clear", "broken"])
def test_nothing_of_an_earlier_recording_stays(page, after, speech, tmp_path):
    clear(page)
    details = page.get_by_role("button", name=ENGLISH.DETAILS)
    if not page.locator("#spectrogram").is_visible():
        details.click()
    upload(page, speech)
    expect(page.locator("#answer .verdict")).to_contain_text("%")
    expect(page.locator("#outline .scatterlayer path.js-fill").first).to_be_attached()
    expect(page.locator("#spectrogram .hm image")).to_be_visible()
    before = page.locator("#spectrogram .hm image").get_attribute("href")
    if after == "clear":
        clear(page)
    else:
        path = tmp_path / f"{after}.wav"
        soundfile.write(path, [0.0] * 48_000, 48_000)
        if after == "broken":
            path.write_text("no sound at all " * 40)
        upload(page, path)
        expect(page.locator("#answer .sorry")).to_be_visible()
    expect(page.locator("#answer .verdict")).to_have_count(0)
    expect(page.locator("#neighbours li")).to_have_count(0)
    expect(page.locator("#saving")).to_be_hidden()
    expect(page.locator("#outline > label")).to_contain_text(ENGLISH.ANALYSED_PART)
    expect(page.locator("#outline > label")).not_to_contain_text(" of ")
    expect(page.locator("#outline .scatterlayer path.js-fill")).to_have_count(0)
    expect(page.locator("#outline .shapelayer path")).to_have_count(1)
    if after == "silent":  # Silence has a spectrogram, too.
        expect(page.locator("#spectrogram .hm image")).not_to_have_attribute("href", before)
    else:
        expect(page.locator("#spectrogram .hm image")).to_have_count(0)
    assert [trace["name"] for trace in figure(page, "map")] == list(LABELS)
    assert not any(
        "%" in (text or "") for trace in figure(page, "bars") for text in trace["text"] or []
    )


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_no_decoration_that_webkit_leaves_out(path):
    """WebKit takes nothing but a line in the shorthand, and else draws none."""
    shorthands = re.findall(r"text-decoration:\s*([^;}]+)", path.read_text(encoding="utf-8"))
    assert {value.strip() for value in shorthands} <= {"underline", "none"}
