"""The list of a tab's recordings, and what is said of two."""

from types import SimpleNamespace

import gradio as gr
import pytest

from ser.audio.prosody import Prosody
from ser.labels import LABELS
from ser.page.recent.difference import Difference, difference
from ser.page.recent.recordings import MAX_RECORDINGS, NO_RECORDINGS
from ser.page.recent.recordings_html import recordings_list
from ser.page.session import SessionSpeaker, session_state
from ser.page.tabs import analyse
from ser.page.text import ENGLISH, RUSSIAN

words = ENGLISH


@pytest.fixture(scope="module")
def analysis(recognizer, speech):
    return recognizer.analyse(speech)


@pytest.fixture(scope="module")
def functions(recognizer):
    """The tab's functions by name."""
    with gr.Blocks(analytics_enabled=False) as page:
        analyse.build(words, recognizer, session_state())
    return {event.name: event.fn for event in page.fns.values()}


def filled(analysis, count):
    recent = NO_RECORDINGS
    for number in range(count):
        recent = recent.add(analysis, f"{number}.wav", number, is_example=False)
    return recent


def numbers(recent):
    return [recording.number for recording in recent.recordings]


def test_the_newest_twenty_are_kept(analysis):
    recent = filled(analysis, MAX_RECORDINGS).mark([1, 3])
    recent = recent.add(analysis, "further.wav", 99, is_example=False)
    assert numbers(recent) == list(range(21, 1, -1))
    assert recent.marked == (3,) and recent.shown == 21 and recent.find(1) is None


def test_a_trimmed_recording_replaces_the_whole_one_and_examples_do_not(analysis):
    recent = filled(analysis, 2).add(analysis, "trimmed.wav", 1, is_example=False)
    assert numbers(recent) == [2, 1] and recent.find(2).path == "trimmed.wav"
    for path, expected in (("a", [3, 2, 1]), ("b", [4, 3, 2, 1]), ("a", [3, 4, 2, 1])):
        recent = recent.add(analysis, path, 1, is_example=True)
        assert numbers(recent) == expected


def test_no_sound_and_nothing_of_the_voice_is_kept(analysis):
    kept = filled(analysis, 1).recordings[0].analysis
    assert kept.clip.waveform.size == 0 and kept.features is None and kept.speaker.n_clips == 0
    assert analysis.clip.waveform.size and kept.probabilities == analysis.probabilities
    assert words.analysed_part(kept.clip) == words.analysed_part(analysis.clip)


@pytest.mark.parametrize(
    ("sent", "marked"),
    [
        ([3, 1], (1, 3)),
        ([1, 2, 3], (1, 2)),
        ([9], ()),
        ("13", ()),
        (None, ()),
        ([[1], {}, 2], (2,)),
    ],
)
def test_only_own_recordings_are_marked_two_at_most(analysis, sent, marked):
    assert filled(analysis, 3).mark(sent).marked == marked


@pytest.mark.parametrize("number", [0, 4, "1", None, [1], {"path": "/etc/passwd"}])
def test_only_own_recordings_are_shown(functions, analysis, number):
    choice = SimpleNamespace(number=number)
    shown = functions["show"](choice, SessionSpeaker(), False, filled(analysis, 3))
    assert shown == gr.skip()


def test_the_list_is_shown_from_two_on(analysis):
    assert recordings_list(words, filled(analysis, 1)) == ""
    listed = recordings_list(words, filled(analysis, 3).mark([2]))
    assert listed.count("<li") == 3 and listed.count(" checked") == 1


def test_without_sound_the_comparison_says_so(functions, analysis):
    marked = functions["compare"](SimpleNamespace(numbers=[1, 2]), filled(analysis, 2))
    assert words.RECORDINGS_GONE in marked.text and not marked.spectrograms["visible"]
    assert marked.section["visible"] and len(marked.embedding_map.data[-1].x) == 2
    closed = functions["close"](marked.recent)
    assert not closed.section["visible"] and closed.recent.marked == ()


def test_forgetting_the_speaker_forgets_the_recordings(functions, analysis):
    recent = filled(analysis, 2)
    forgotten = functions["forget_recordings"](SessionSpeaker(), recent)
    assert forgotten.recent.recordings == () and forgotten.listed == ""
    known = SessionSpeaker(after=analysis.speaker)
    assert functions["forget_recordings"](known, recent) == gr.skip()


def probabilities(**some):
    rest = (1 - sum(some.values())) / (len(LABELS) - len(some))
    return {label: some.get(label, rest) for label in LABELS}


CALM = Prosody(pitch=120.0, level=-30.0, rate=3.0)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (CALM, Difference()),
        (Prosody(125.0, -30.9, 4.4), Difference()),  # all just below what is named
        (Prosody(60.0, -24.0, 6.0), Difference(level=6.0, pitch=-12.0, rates=(3.0, 6.0))),
        (Prosody(None, -31.0, 2.0), Difference(level=-1.0, rates=(3.0, 2.0))),
        (Prosody(240.0, -30.0, 0.0), Difference(pitch=12.0)),
    ],
)
def test_what_differs_of_the_sound(second, expected):
    same = probabilities(calm=0.6)
    assert difference(same, same, (CALM, second)) == expected


@pytest.mark.parametrize(
    ("second", "emotion"),
    [
        (probabilities(calm=0.6), None),
        (probabilities(calm=0.55, sad=0.14), None),
        (probabilities(calm=0.2, angry=0.64), "angry"),
    ],
)
def test_which_emotion_rises(second, emotion):
    assert difference(probabilities(calm=0.6), second) == Difference(emotion)


@pytest.mark.parametrize("language", [ENGLISH, RUSSIAN])
def test_the_sentence_has_the_figures(language):
    found = Difference("angry", level=6.2, pitch=-3.4, rates=(3.04, 5.1))
    before, after = probabilities(angry=0.12), probabilities(angry=0.64)
    sentence = language.compared((2, 5), before, after, found.emotion)
    assert language.percent(0.12) in sentence and language.percent(0.64) in sentence
    assert sentence.count("{}") == 1
    sound = language.sound_compared(found).replace(",", ".")
    for figure in ("6", "3", "5.1", "3.0"):
        assert figure in sound
    nothing = language.sound_compared(Difference())
    assert not any(character.isdigit() for character in nothing)
