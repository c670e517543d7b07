"""What the page says, and that it says it honestly."""

from types import SimpleNamespace

import pytest

from ser.labels import CONFIDENT, LABELS, NO_VOICE, UNCERTAIN
from ser.page.text import ENGLISH as words


def analysis(verdict, notes=(), clips_before=0, **given):
    """What the words need of an analysis."""
    rest = (1 - sum(given.values())) / (len(LABELS) - len(given))
    return SimpleNamespace(
        verdict=verdict,
        probabilities={label: given.get(label, rest) for label in LABELS},
        clip=SimpleNamespace(notes=notes, speech=0.4),
        clips_before=clips_before,
    )


@pytest.mark.parametrize(
    ("heard", "sentence"),
    [
        (analysis(CONFIDENT, angry=0.72), "The voice sounds angry, 72%."),
        (
            analysis(UNCERTAIN, disgust=0.55, sad=0.2),
            "Hard to say: it sounds most like disgusted (55%), or sad (20%).",
        ),
        (analysis(NO_VOICE, angry=0.9), words.NOBODY),
    ],
)
def test_verdict(heard, sentence):
    template, labels = words.verdict(heard)
    assert template.format(*(words.EMOTIONS[label] for label in labels)) == sentence


@pytest.mark.parametrize(
    ("heard", "reasons"),
    [
        (analysis(CONFIDENT, angry=0.72), ""),
        (
            analysis(UNCERTAIN, clips_before=1, calm=0.51, sad=0.45),
            "Why unsure: calm and sad are close together.",
        ),
        (
            analysis(UNCERTAIN, ("quiet", "short"), calm=0.5, sad=0.2),
            "Why unsure: no emotion stands out, the recording is very quiet, there is only 0.4 s "
            "of speech, this voice is new to it; another recording helps.",
        ),
    ],
)
def test_why_unsure(heard, reasons):
    assert words.why_unsure(heard) == reasons


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0%"), (0.001, "<1%"), (0.724, "72%"), (0.999, ">99%"), (1, "100%")]
)
def test_percent(share, text):
    assert words.percent(share) == text


@pytest.mark.parametrize(
    ("notes", "text"),
    [
        ((), "Heard clearly: 2.0 s of speech."),
        (("short",), "Heard clearly, but only 2.0 s of speech."),
        (("quiet", "short"), "Heard, but very quiet and only 2.0 s of speech."),
    ],
)
def test_quality(notes, text):
    assert words.quality(SimpleNamespace(speech=2.0, notes=notes)) == text


def test_honesty():
    assert words.honesty(0.7512, 8) == (
        "With actors it was not trained on, it is right 75% of the time (guessing: 12.5%)."
    )
    assert "(guessing: 16.7%)" in words.honesty(0.7, 6)


def test_what_is_not_known_of_a_recording_is_left_out():
    known = {"emotion": "sad", "actor": 12, "sex": "female", "intensity": "strong"}
    assert words.facts(SimpleNamespace(**known, sentence="Dogs are sitting by the door")) == (
        "<b>strongly sad</b><br>actor 12, woman<br>“Dogs are sitting by the door”"
    )
    unknown = {"emotion": "sad", "actor": "EB0", "sex": "", "intensity": "", "sentence": ""}
    assert words.facts(SimpleNamespace(**unknown)) == "<b>sad</b><br>actor EB0"


def test_known():
    assert words.known(1) == "Getting to know your voice: 1 recording"
    assert words.known(3) == "Getting to know your voice: 3 recordings"


def test_strangers():
    assert words.strangers(0.421, 0.416) == (
        "With people recorded elsewhere, 42% (human listeners: 42%)."
    )


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (65.9, "1:05"), (1800, "30:00")])
def test_clock(seconds, text):
    assert words.clock(seconds) == text


@pytest.mark.parametrize(
    ("left", "text"),
    [(None, ""), (0.2, " 50%, about 1 s left"), (150, " 50%, about 2 min left")],
)
def test_listening(left, text):
    assert words.listening(0.5, left) == words.LISTENING + text


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [
        ({"calm": 1.0, "sad": 0.0}, "It sounds calm 100% of the time."),
        ({"calm": 0.7, "sad": 0.3}, "It sounds mostly calm (70% of the time), then sad (30%)."),
        ({"calm": 0.4, "sad": 0.3}, "It sounds most often calm (40% of the time), then sad (30%)."),
    ],
)
def test_course(shares, sentence):
    template, labels = words.course(shares)
    assert template.format(*(words.EMOTIONS[label] for label in labels)) == sentence


def test_sureness():
    assert words.sureness(0.8, 0.6) == "80%"
    assert words.sureness(0.5, 0.6) == "50%, hard to say"
