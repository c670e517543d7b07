"""What the tab does with an analysis, with one that fails, and what it remembers of the voice."""

from dataclasses import replace
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest

from ser.errors import SerError
from ser.page.session import Voice, remembered
from ser.page.tabs import analyse, api
from ser.page.text import ENGLISH as words

ANSWER, KNOWN, VOICE = 0, 6, 7  # places among what the page's `answer` returns


@pytest.fixture
def functions(recognizer):
    """Return the page's functions by name for a recognizer with an `analyse` of one's own."""

    def build(analysing):
        own = SimpleNamespace(
            embedding_map=recognizer.embedding_map, analyse=analysing, enrol=None, metrics={}
        )
        with gr.Blocks(analytics_enabled=False) as page:
            analyse.build(words, own, remembered())
            api.build(own, own)
        return {event.name: event.fn for event in page.fns.values()}

    return build


@pytest.fixture
def failing(functions):
    """Return the function behind the audio box for a recognizer that raises an error."""

    def build(error):
        def fail(recording, speaker):
            raise error

        return functions(fail)["answer"]

    return build


@pytest.fixture
def listening(functions, recognizer, speech):
    """The page's functions for a recognizer that remembers recordings by their number."""
    analysis = recognizer.analyse(speech)

    def listen(recording, speaker):
        if recording == "silence":
            raise SerError("silent")
        return replace(
            analysis, speaker=speaker.update(np.full(2, float(recording)), np.ones(8) / 8)
        )

    return functions(listen)


def test_a_users_error_is_shown_as_text(failing):
    answer = failing(SerError("<b>voice</b>.wav is silent."))
    sentence, bars, map_figure, *_ = answer("voice.wav", 0, Voice())
    assert "&lt;b&gt;voice&lt;/b&gt;.wav is silent." in sentence
    assert set(bars.data[1].x) == {0} and map_figure.data[-1].name != "voice"


def test_a_bug_is_apologised_for_and_logged(failing, caplog):
    sentence, *_ = failing(ZeroDivisionError("a bug"))("voice.wav", 0, Voice())
    assert words.APOLOGY in sentence and "a bug" not in sentence
    assert caplog.records[0].exc_info[0] is ZeroDivisionError


def test_no_recording_is_the_empty_page(failing):
    assert words.WAITING in failing(ValueError())(None, 0, Voice())[ANSWER]


def test_every_recording_makes_the_voice_known_better(listening):
    voice = Voice()
    for number, text in enumerate([": 1 recording ", ": 2 recordings ", ": 3 recordings "]):
        *_, known, voice = listening["answer"]("1", number, voice)
        assert text in known and words.ANEW in known
    assert voice.before.n_clips == 2 and voice.after.n_clips == 3


def test_a_trimmed_recording_takes_the_place_of_the_whole_one(listening):
    voice = Voice()
    for recording, number in (("1", 0), ("10", 1), ("100", 1), ("1000", 1)):
        voice = listening["answer"](recording, number, voice)[VOICE]
    assert voice.after.n_clips == 2
    assert voice.after.unlabelled_sum[0] == 1001


def test_clearing_the_box_keeps_what_is_known(listening):
    *_, known, voice = listening["answer"]("1", 0, Voice())
    assert listening["answer"](None, 0, voice)[KNOWN:] == (known, voice)


def test_a_failed_recording_changes_nothing(listening):
    *_, known, voice = listening["answer"]("1", 0, Voice())
    for number in (0, 1):
        assert listening["answer"]("silence", number, voice)[KNOWN:] == (known, voice)
    with pytest.raises(gr.Error):
        listening["predict"]("silence", True, voice)


def test_starting_anew_knows_nobody(listening):
    known, voice = listening["start_anew"]()
    assert known == "" and voice.after.n_clips == 0
