"""What the page says, and that it says it honestly."""

from types import SimpleNamespace

import pytest

from ser.labels import LABELS
from ser.page import words


def probabilities(**given):
    rest = (1 - sum(given.values())) / (len(LABELS) - len(given))
    return {label: given.get(label, rest) for label in LABELS}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"angry": 0.72}, "The voice sounds angry, 72%."),
        (
            {"disgust": 0.55, "sad": 0.2},
            "The voice sounds disgusted, 55%, though perhaps sad, 20%.",
        ),
        (
            {"calm": 0.38, "sad": 0.31},
            "Hard to say: it sounds most like calm (38%), or sad (31%).",
        ),
        (
            {"calm": 0.51, "sad": 0.45},
            "Hard to say: it sounds most like calm (51%), or sad (45%).",
        ),
    ],
)
def test_verdict(given, sentence):
    template, labels = words.verdict(probabilities(**given))
    assert template.format(*(words.EMOTIONS[label] for label in labels)) == sentence


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0%"), (0.001, "<1%"), (0.724, "72%"), (0.999, ">99%"), (1, "100%")]
)
def test_percent(share, text):
    assert words.percent(share) == text


@pytest.mark.parametrize(
    ("notes", "text"),
    [
        ((), "Heard clearly: 2.0 s of speech."),
        (("only 0.9 s of speech",), "Heard clearly, but only 0.9 s of speech."),
        (
            ("very quiet", "only 0.4 s of speech"),
            "Heard, but very quiet and only 0.4 s of speech.",
        ),
    ],
)
def test_quality(notes, text):
    assert words.quality(SimpleNamespace(duration=4.0, speech_fraction=0.5, notes=notes)) == text


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
