"""The tab for long recordings: analysed, played from any moment, downloaded, and stopped."""

import csv
import json
import re
import threading
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
import soundfile
from driver import ALLOWED, TIMEOUT, choose_tab, figure, launch, microphone, photograph
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from playwright.sync_api import expect

from ser.errors import SerError
from ser.labels import LABELS
from ser.models.speaker import Features
from ser.page.session import SessionSpeaker, session_state
from ser.page.tabs import timeline
from ser.page.text import ENGLISH as words
from ser.timeline.timeline import Moment, Timeline

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
BLOCKS = ("#people", "#long-recording", "#long-answer", "#timeline-figure", "#segments")


@pytest.fixture(scope="module")
def recording(clips, tmp_path_factory):
    """Three of one person's clips, and six seconds of silence before the last one."""
    rate = soundfile.info(clips[0]).samplerate
    waveforms = [soundfile.read(path)[0] for path in clips[:3]]
    path = tmp_path_factory.mktemp("long") / "long.wav"
    soundfile.write(path, np.concatenate([*waveforms[:2], np.zeros(6 * rate), waveforms[2]]), rate)
    return path


def visit(page, url):
    page.set_default_timeout(TIMEOUT * 1000)
    page.goto(url)
    choose_tab(page, words.LONG)
    page.wait_for_selector("#timeline-figure .js-plotly-plot .shapelayer path", state="attached")


def choose(page, path):
    page.locator("#long-recording input[type=file]").set_input_files(path)


def played(page):
    """Wait for the player to play; return where it is, in seconds."""
    page.wait_for_function("!document.querySelector('#long-recording audio').paused")
    return page.evaluate("document.querySelector('#long-recording audio').currentTime")


def download(page, file_format):
    """Choose a file; return its name and content."""
    with page.expect_download() as downloaded:
        page.locator("#segments header select").select_option(file_format)
    return downloaded.value.suggested_filename, Path(downloaded.value.path()).read_text()


def test_a_recording_is_analysed_played_and_downloaded(app, new_page, recording, requests):
    page = new_page(viewport=DESKTOP)
    visit(page, app.url)
    choose(page, recording)
    expect(page.locator("#long-answer .verdict")).to_contain_text("%")
    duration = soundfile.info(recording).duration

    traces = {trace["name"]: trace for trace in figure(page, "timeline-figure")}
    assert set(LABELS) < set(traces)
    heights = np.sum([traces[label]["y"] for label in LABELS], axis=0)
    assert set(heights.round(6)) == {0, 1}
    assert traces["angry"]["x"][-1] == pytest.approx(duration, abs=0.01)

    assert sum("queue/join" in url for url in requests) == 1
    name, table = download(page, "csv")
    rows, result = list(csv.DictReader(table.splitlines())), json.loads(download(page, "json")[1])
    assert name == "long.csv"
    buttons = page.locator("#segments button")
    assert len(result["segments"]) == len(rows) == buttons.count() > 0
    assert [float(row["start"]) for row in rows] == [
        segment["start"] for segment in result["segments"]
    ]
    # The browser plays a copy, as the server deletes the file.
    page.wait_for_function(
        "document.querySelector('#long-recording audio').currentSrc.startsWith('blob:')"
    )
    plot = page.locator("#timeline-figure .nsewdrag").last.bounding_box()
    page.mouse.click(plot["x"] + plot["width"] / 2, plot["y"] + plot["height"] / 2)
    assert played(page) == pytest.approx(duration / 2, abs=2)
    expect(page.locator("#timeline-figure")).to_have_class(re.compile(r"\bplayed\b"))
    last = buttons.last
    last.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(
        "at => Math.abs(document.querySelector('#long-recording audio').currentTime - at) < 2",
        arg=float(last.get_attribute("data-at")),
    )
    # The chosen part can be corrected, and corrected again; each part has its own label.
    menu, line = page.locator("#long-correction select"), page.locator("#long-voice")
    menu.select_option("sad")
    expect(line).to_contain_text(words.knows_voice(1))
    buttons.first.click()
    assert menu.input_value() == ""
    menu.select_option("happy")
    expect(line).to_contain_text(words.knows_voice(2))
    with page.expect_response("**/queue/join*"):
        menu.select_option("angry")
    expect(line).to_contain_text(words.knows_voice(2))
    last.click()
    assert menu.input_value() == "sad"


def test_a_bad_recording_is_explained_and_the_next_one_is_analysed(
    app, new_page, recording, tmp_path
):
    silent, endless = tmp_path / "silent.wav", tmp_path / "endless.flac"
    soundfile.write(silent, np.zeros(80_000), 8000)
    soundfile.write(endless, np.zeros(31 * 60 * 1000, np.int16), 1000)
    page = new_page(viewport=DESKTOP)
    visit(page, app.url)
    for path, said in ((silent, "No voice was found"), (endless, "longer than 30 minutes")):
        choose(page, path)
        expect(page.locator("#long-answer .sorry")).to_contain_text(said)
        page.locator("#long-recording").get_by_label("Clear").click()
        expect(page.locator("#long-answer")).to_contain_text(words.LONG_WAITING)
    choose(page, recording)
    expect(page.locator("#long-answer .verdict")).to_be_visible()


def test_api(app, recording, tmp_path):
    client = Client(app.url, verbose=False)
    result = client.predict(handle_file(recording), api_name="/timeline")
    assert list(result) == ["duration", "notes", "speakers", "turns", "segments", "moments"]
    assert result["duration"] == pytest.approx(soundfile.info(recording).duration, abs=0.01)
    assert {segment["label"] for segment in result["segments"]} <= set(LABELS)
    assert any(moment["probabilities"] is None for moment in result["moments"])
    bad = tmp_path / "text.wav"
    bad.write_text("this is no sound\n" * 40)
    with pytest.raises(AppError, match="cannot be read as audio"):
        client.predict(handle_file(bad), api_name="/timeline")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280x800", "390x844"])
def test_looks(app, new_page, recording, size):
    page = new_page(viewport=size)
    visit(page, app.url)
    name = f"{size['width']}x{size['height']}"
    before = [page.locator(block).bounding_box() for block in BLOCKS]
    photograph(page, f"long-before-{name}")
    choose(page, recording)
    expect(page.locator("#long-answer .verdict")).to_be_visible()
    photograph(page, f"long-after-{name}")
    assert [page.locator(block).bounding_box() for block in BLOCKS] == before
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_recording_of_the_microphone_is_analysed(app, new_page, playwright, speech):
    with launch(playwright, *ALLOWED, microphone(speech)) as browser:
        page = new_page(browser, viewport=DESKTOP)
        visit(page, app.url)
        box = page.locator("#long-recording")
        box.get_by_label("Record audio").click()
        box.get_by_role("button", name="Record", exact=True).click()
        page.wait_for_timeout(4000)
        box.get_by_role("button", name="Stop", exact=True).click()
        expect(page.locator("#long-answer .verdict")).to_contain_text("%")
        expect(page.locator("#segments button").first).to_be_visible()


class Endless:
    """Analyses a recording endlessly, until it is stopped; signals its start and stop."""

    emotions = LABELS

    def __init__(self):
        self.started, self.stopped = threading.Semaphore(0), threading.Semaphore(0)
        self.tick = threading.Event()

    def timeline(self, recording, speaker, n_speakers):
        self.started.release()
        try:
            while True:
                yield 0.25
                self.tick.wait(0.1)
        finally:
            self.stopped.release()


@pytest.fixture
def endless():
    """A page with this tab alone, whose recordings never end."""
    recognizer = Endless()
    with gr.Blocks(analytics_enabled=False) as page:
        timeline.build(words, recognizer, session_state())
    page.queue().launch(prevent_thread_lock=True, quiet=True)
    yield SimpleNamespace(url=page.local_url, recognizer=recognizer)
    page.close()


def test_another_recording_and_a_closed_page_stop_the_work(endless, new_page, recording):
    page, recognizer = new_page(viewport=DESKTOP), endless.recognizer
    page.goto(endless.url)
    choose(page, recording)
    expect(page.locator("#long-answer progress")).to_have_attribute("value", "0.250")
    assert recognizer.started.acquire(timeout=TIMEOUT)
    page.locator("#long-recording").get_by_label("Clear").click()
    assert recognizer.stopped.acquire(timeout=TIMEOUT)
    choose(page, recording)
    assert recognizer.started.acquire(timeout=TIMEOUT)
    expect(page.locator("#long-answer progress")).to_be_visible()
    page.close()
    assert recognizer.stopped.acquire(timeout=TIMEOUT)


@pytest.fixture
def analyse():
    """Return the function behind the box for a recognizer with these steps or exceptions."""

    def build(*steps):
        def yield_steps(recording, speaker, n_speakers):
            for step in steps:
                if isinstance(step, Exception):
                    raise step
                yield step

        with gr.Blocks(analytics_enabled=False) as page:
            recognizer = SimpleNamespace(timeline=yield_steps, emotions=LABELS)
            timeline.build(words, recognizer, session_state())
        return {event.name: event.fn for event in page.fns.values()}["analyse"]

    return build


def test_progress_and_answer(analyse):
    probabilities = dict.fromkeys(LABELS, 0.05) | {"sad": 0.65}
    features = Features(np.ones((1, 4)), np.ones((1, 8)), np.ones((1, 1)))
    moments = (Moment(0, 2, probabilities, features=features), Moment(2, 3, None))
    steps = list(
        analyse(0.0, 0.5, Timeline(3.0, np.ones(30), moments, 0.5))("long.wav", SessionSpeaker())
    )
    assert 'value="0.000"' in steps[0][0] and "50%" in steps[1][0] and "left" in steps[1][0]
    sentence, _, speakers, segments, recording, _, answered = steps[-1]
    assert speakers == "" and recording.name == "long" and recording.timeline.moments == moments
    assert not recording.has_features
    assert list(answered) == ["0"] and answered["0"].rows.tolist() == features.rows.tolist()
    assert "sad" in sentence and "100% of the time" in sentence
    assert "0:00\N{EN DASH}0:02" in segments and "65%" in segments


def test_errors_are_shown_and_bugs_apologised_for(analyse, caplog):
    silent = analyse(0.0, SerError("<b>x</b> is silent."))
    answer, *_ = list(silent("x.wav", SessionSpeaker()))[-1]
    assert "&lt;b&gt;x&lt;/b&gt; is silent." in answer
    answer, *_ = list(analyse(ZeroDivisionError("a bug"))("x.wav", SessionSpeaker()))[-1]
    assert words.APOLOGY in answer and caplog.records[0].exc_info[0] is ZeroDivisionError
