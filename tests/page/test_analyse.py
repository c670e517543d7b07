"""What the tab says when an analysis fails."""

from types import SimpleNamespace

import gradio as gr
import pytest

from ser.errors import SerError
from ser.page import analyse, words


@pytest.fixture
def answer(recognizer):
    """Return the function behind the audio box for a recognizer that raises an error."""

    def failing(error):
        def fail(recording):
            raise error

        with gr.Blocks(analytics_enabled=False) as page:
            analyse.build(SimpleNamespace(atlas=recognizer.atlas, analyse=fail))
        return next(event.fn for event in page.fns.values() if event.name == "answer")

    return failing


def test_a_users_error_is_shown_as_text(answer):
    sentence, bars, atlas_map, _ = answer(SerError("<b>voice</b>.wav is silent."))("voice.wav")
    assert "&lt;b&gt;voice&lt;/b&gt;.wav is silent." in sentence
    assert set(bars.data[1].x) == {0} and atlas_map.data[-1].name != "voice"


def test_a_bug_is_apologised_for_and_logged(answer, caplog):
    sentence, *_ = answer(ZeroDivisionError("a bug"))("voice.wav")
    assert words.APOLOGY in sentence and "a bug" not in sentence
    assert caplog.records[0].exc_info[0] is ZeroDivisionError


def test_no_recording_is_the_empty_page(answer):
    assert words.WAITING in answer(ValueError())(None)[0]
