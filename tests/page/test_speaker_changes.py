"""Names and merges that a browser sends: what is wrong in them changes nothing."""

from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest

from ser.labels import LABELS
from ser.models.speaker import Features
from ser.page.long_recording import report
from ser.page.long_recording.recording import LongRecording
from ser.page.session import SessionSpeaker, session_state
from ser.page.tabs import timeline
from ser.page.text import ENGLISH as words
from ser.timeline import exports
from ser.timeline.timeline import Moment, Timeline


@pytest.fixture(scope="module")
def functions():
    """The functions behind the tab, by name."""
    recognizer = SimpleNamespace(emotions=LABELS, version="0", adaptation=None, classifier=None)
    with gr.Blocks(analytics_enabled=False) as page:
        timeline.build(words, recognizer, session_state())
    return {event.name: event.fn for event in page.fns.values()}


@pytest.fixture
def recording():
    """Two speakers."""
    angry = {label: float(label == "angry") for label in LABELS}
    features = Features(np.ones((1, 4)), np.ones((1, 8)), np.ones((1, 1)))
    moments = tuple(Moment(float(n), n + 1.0, angry, n + 1, features) for n in range(2))
    return LongRecording("talk", Timeline(2.0, np.ones(20), moments, 0.5, names=("Anna", "Ben")))


def test_a_name_is_shown_everywhere(functions, recording):
    shown = functions["rename"](SimpleNamespace(speaker=2, name="<i>Cleo</i>"), recording)
    assert shown.recording.timeline.names == ("Anna", "i>Cleo</i>")
    for html in (shown.speakers, shown.segments):
        assert "i&gt;Cleo&lt;/i&gt;" in html and "</i>" not in html and "Ben" not in html


def test_a_name_that_is_taken_changes_nothing_but_says_so(functions, recording):
    shown = functions["rename"](SimpleNamespace(speaker=2, name="anna"), recording)
    assert shown.recording == shown.segments == gr.skip() and 'value="Ben"' in shown.speakers
    assert 'role="alert"' in shown.speakers


@pytest.mark.parametrize("number", [0, 3, -1, True, 1.0, "1", None, [1], {}])
def test_speakers_that_are_not_there(functions, recording, number):
    assert functions["rename"](SimpleNamespace(speaker=number, name="x"), recording) == gr.skip()
    for choice in ((number, 1), (1, number)):
        sent = SimpleNamespace(speaker=choice[0], into=choice[1])
        assert functions["merge"](sent, recording) == gr.skip()


@pytest.mark.parametrize("name", [None, 5, ["a"], {}])
def test_names_that_are_no_text(functions, recording, name):
    assert functions["rename"](SimpleNamespace(speaker=1, name=name), recording) == gr.skip()


def test_a_recording_that_is_no_longer_kept(functions):
    assert functions["rename"](SimpleNamespace(speaker=1, name="x"), None) == gr.skip()
    assert functions["merge"](SimpleNamespace(speaker=1, into=2), None) == gr.skip()
    assert functions["make_file"](SimpleNamespace(format="csv"), None) is None


def test_forgetting_the_voice_leaves_the_answer_without_what_describes_voices(functions, recording):
    forgotten = functions["drop_features"](SessionSpeaker(), recording)
    assert not forgotten.has_features and forgotten.timeline.names == ("Anna", "Ben")
    assert functions["merge"](SimpleNamespace(speaker=1, into=2), forgotten) == gr.skip()
    renamed = functions["rename"](SimpleNamespace(speaker=1, name="Cleo"), forgotten)
    assert renamed.recording.timeline.names[0] == "Cleo"


@pytest.mark.parametrize("file_format", words.DOWNLOADS)
def test_every_file_that_is_offered_is_made(functions, recording, file_format):
    made = functions["make_file"](SimpleNamespace(format=file_format), recording)
    suffix = exports.FORMATS.get(file_format, ".html")
    assert made["name"] == f"talk{suffix}" and "Anna" in made["content"]


@pytest.mark.parametrize("file_format", ["", "exe", None, ["csv"], {}])
def test_no_other_file_is_made(functions, recording, file_format):
    assert functions["make_file"](SimpleNamespace(format=file_format), recording) is None


def test_every_format_is_offered():
    assert set(words.DOWNLOADS) == {*exports.FORMATS, "report"}
    assert report.STYLE.is_file()
