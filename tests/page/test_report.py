"""The report on a long recording: one file that holds everything and contacts nobody."""

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import numpy as np
import pytest
from driver import ALLOWED, launch

from ser.labels import LABELS
from ser.page.long_recording import report
from ser.page.long_recording.recording import LongRecording
from ser.page.text import ENGLISH, RUSSIAN
from ser.timeline.timeline import Moment, Timeline

NAME = 'Anna </script><img src="https://example.org/x">'


class Reader(HTMLParser):
    """Collects the attributes of a page, and the text outside scripts and styles."""

    def __init__(self, html):
        super().__init__()
        self.attributes, self.text, self.tags = [], "", []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_data(self, data):
        if self.lasttag not in ("script", "style"):
            self.text += data + "\n"


@pytest.fixture(scope="module")
def recording():
    """Two speakers, the first of whom has a name that is no good in HTML."""
    angry, sad = ({label: float(label == top) for label in LABELS} for top in ("angry", "sad"))
    moments = (Moment(0, 6, angry, 1), Moment(6, 8, sad, 2), Moment(8, 9, None))
    timeline = Timeline(9.0, np.ones(90, np.float32), moments, 0.5, names=(NAME, "Ben"))
    return LongRecording("our <talk>", timeline)


@pytest.mark.parametrize("words", [ENGLISH, RUSSIAN], ids=["en", "ru"])
def test_it_says_everything_and_refers_to_no_address(recording, words):
    read = Reader(report.html(words, recording, "0123456789ab", date(2026, 11, 28)))
    for said in ("our <talk>", NAME, "Ben", "0123456789ab", "2026-11-28", words.NOTICE):
        assert said in read.text
    assert words.SOUNDS["angry"] in read.text and words.percent(0.75) in read.text
    assert ("lang", "en" if words is ENGLISH else "ru") in read.attributes
    assert not {"img", "audio", "link", "iframe", "object"} & set(read.tags)
    named = {name for name, _ in read.attributes}
    assert not {"src", "href", "srcset", "action", "data-at"} & named
    assert ("content", report.POLICY) in read.attributes


def test_one_voice(recording):
    timeline = replace(recording.timeline, names=())
    read = Reader(report.html(ENGLISH, LongRecording("voice", timeline), "x", date(2026, 11, 28)))
    assert ENGLISH.SPEAKERS not in read.text and ENGLISH.SEGMENTS_NOTE in read.text


def test_a_browser_draws_it_and_contacts_nobody(recording, playwright, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(report.html(ENGLISH, recording, "x", date(2026, 11, 28)), encoding="utf-8")
    requests, errors = [], []
    with launch(playwright, *ALLOWED) as browser:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: errors.append(error))
        page.goto(path.as_uri())
        page.wait_for_selector(".js-plotly-plot .barlayer path", state="attached")
        assert NAME in page.locator(".js-plotly-plot .textpoint text").first.text_content()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert requests == [path.as_uri()] and not errors
