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
from ser.page.teaching import voice_line
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
            emotions=recognizer.emotions,
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
    assert set(outputs.bars.data[1].x) == {0} and "data-clip" not in outputs.neighbours


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
        speaker = counting["answer"]("1", number, speaker).speaker
        line = voice_line.line(words, speaker)
        assert text in line and words.START_OVER in line
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
    assert cleared.speaker is first.speaker
    assert words.IT_WAS in first.correction and cleared.correction == ""


def test_a_failed_recording_keeps_the_speaker(counting):
    first = counting["answer"]("1", 0, SessionSpeaker())
    for number in (0, 1):
        failed = counting["answer"]("silence", number, first.speaker)
        assert failed.speaker is first.speaker and failed.correction == ""
    with pytest.raises(gr.Error):
        counting["predict"]("silence", True, first.speaker)


def test_a_correction_is_kept_when_the_recording_is_trimmed(counting):
    first = counting["answer"]("1", 0, SessionSpeaker()).speaker
    corrected = first.correct("sad").correct("calm")
    assert [clip.emotion for clip in corrected.after.labelled] == ["calm"]
    assert corrected.after.n_clips == 1 and not corrected.before.labelled
    trimmed = counting["answer"]("2", 0, corrected)
    assert [clip.emotion for clip in trimmed.speaker.after.labelled] == ["calm"]
    assert 'value="calm" selected' in trimmed.correction
    further = counting["answer"]("3", 1, trimmed.speaker)
    assert [clip.emotion for clip in further.speaker.after.labelled] == ["calm"]
    assert further.speaker.after.n_clips == 2
    assert 'value="" selected' in further.correction


def test_an_example_cannot_be_corrected(counting):
    outputs = counting["answer"]("1", 0, SessionSpeaker(), is_example=True)
    assert outputs.correction == "" and outputs.speaker.after.n_clips == 0


def test_forgetting_resets_the_speaker_and_hides_the_correction(counting):
    assert counting["forget"]().after.n_clips == 0
    assert counting["hide_if_forgotten"](SessionSpeaker()) == ""
    answered = counting["answer"]("1", 0, SessionSpeaker()).speaker
    assert counting["hide_if_forgotten"](answered) == gr.skip()


def test_only_an_emotion_that_the_classifier_knows_is_taught(counting):
    answered = counting["answer"]("1", 0, SessionSpeaker()).speaker
    for emotion in ("hungry", "", None, ["sad"]):
        choice = SimpleNamespace(emotion=emotion)
        assert counting["correct"](choice, answered) == gr.skip()
    corrected = counting["correct"](SimpleNamespace(emotion="sad"), answered)
    assert corrected.label == "sad" and len(corrected.after.labelled) == 1
    assert counting["correct"](choice, SessionSpeaker()) == gr.skip()
