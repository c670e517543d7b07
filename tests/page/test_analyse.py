"""The outputs for an analysis and for one that fails, and the speaker of the session."""

from dataclasses import replace
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest

from ser.audio import loading
from ser.charts import waveform
from ser.errors import SerError
from ser.page.session import SessionSpeaker, session_state
from ser.page.tabs import analyse, api
from ser.page.text import ENGLISH as words

UNDECODED = SimpleNamespace(load=lambda path: path, load_with_waveform=lambda path: (path, None))


@pytest.fixture
def functions(recognizer):
    """Return the page's functions by name for a recognizer with another `analyse_clip`."""

    def build(analyse_clip):
        changed = SimpleNamespace(
            embedding_map=recognizer.embedding_map,
            analyse_clip=analyse_clip,
            enrol=None,
            metrics={},
        )
        with gr.Blocks(analytics_enabled=False) as page:
            analyse.build(words, changed, session_state())
            api.build(changed, changed)
        return {event.name: event.fn for event in page.fns.values()}

    return build


@pytest.fixture
def failing(functions, monkeypatch):
    """Return the function behind the audio box for a recognizer that raises an error."""
    monkeypatch.setattr(analyse, "loading", UNDECODED)

    def build(error):
        def fail(clip, speaker):
            raise error

        return functions(fail)["answer"]

    return build


@pytest.fixture
def counting(functions, recognizer, speech, monkeypatch):
    """The page's functions for a recognizer whose clips are numbers that the speaker sums up."""
    analysis = recognizer.analyse(speech)
    for module in (analyse, api):
        monkeypatch.setattr(module, "loading", UNDECODED)

    def analyse_clip(clip, speaker):
        if clip == "silence":
            raise SerError("silent")
        return replace(analysis, speaker=speaker.update(np.full(2, float(clip)), np.ones(8) / 8))

    return functions(analyse_clip)


def test_a_users_error_is_shown_as_text(failing):
    answer = failing(SerError("<b>voice</b>.wav is silent."))
    outputs = answer("voice.wav", 0, SessionSpeaker())
    assert "&lt;b&gt;voice&lt;/b&gt;.wav is silent." in outputs.answer
    assert set(outputs.bars.data[1].x) == {0} and outputs.embedding_map.data[-1].name != "voice"


def test_a_bug_is_apologised_for_and_logged(failing, caplog):
    outputs = failing(ZeroDivisionError("a bug"))("voice.wav", 0, SessionSpeaker())
    assert words.APOLOGY in outputs.answer and "a bug" not in outputs.answer
    assert caplog.records[0].exc_info[0] is ZeroDivisionError


def test_no_recording_is_the_empty_page(failing):
    assert words.WAITING in failing(ValueError())(None, 0, SessionSpeaker()).answer


def test_a_recording_is_decoded_once_for_answer_and_spectrogram(
    functions, recognizer, speech, monkeypatch
):
    decoded = []

    def open_recording(*arguments):
        decoded.append(arguments)
        return loading_open(*arguments)

    loading_open = loading.open_recording
    monkeypatch.setattr(loading, "open_recording", open_recording)
    answer = functions(recognizer.analyse_clip)["answer"]
    outputs = answer(str(speech), 0, SessionSpeaker(), details_open=True)
    assert len(decoded) == 1
    expected = waveform.spectrogram(words, loading.decode(speech))
    assert np.array_equal(outputs.spectrogram.data[0].z, expected.data[0].z)
    assert "%" in outputs.answer


def test_every_recording_updates_the_speaker(counting):
    speaker = SessionSpeaker()
    for number, text in enumerate([": 1 recording ", ": 2 recordings ", ": 3 recordings "]):
        outputs = counting["answer"]("1", number, speaker)
        speaker = outputs.speaker
        assert text in outputs.recordings_used and words.START_OVER in outputs.recordings_used
    assert speaker.before.n_clips == 2 and speaker.after.n_clips == 3


def test_a_trimmed_recording_replaces_the_whole_one(counting):
    speaker = SessionSpeaker()
    for recording, number in (("1", 0), ("10", 1), ("100", 1), ("1000", 1)):
        speaker = counting["answer"](recording, number, speaker).speaker
    assert speaker.after.n_clips == 2
    assert speaker.after.unlabelled_sum[0] == 1001


def test_clearing_the_box_keeps_the_speaker(counting):
    first = counting["answer"]("1", 0, SessionSpeaker())
    cleared = counting["answer"](None, 0, first.speaker)
    assert cleared.recordings_used == first.recordings_used
    assert cleared.speaker is first.speaker


def test_a_failed_recording_keeps_the_speaker(counting):
    first = counting["answer"]("1", 0, SessionSpeaker())
    for number in (0, 1):
        failed = counting["answer"]("silence", number, first.speaker)
        assert failed.recordings_used == first.recordings_used
        assert failed.speaker is first.speaker
    with pytest.raises(gr.Error):
        counting["predict"]("silence", True, first.speaker)


def test_starting_over_resets_the_speaker(counting):
    recordings_used, speaker = counting["start_over"]()
    assert recordings_used == "" and speaker.after.n_clips == 0
