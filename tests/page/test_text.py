"""The texts of the page that depend on results."""

from types import SimpleNamespace

import pytest

from ser.labels import CONFIDENT, LABELS, NO_VOICE, UNCERTAIN
from ser.page.text import ENGLISH as words


def analysis(verdict, notes=(), clips_before=0, familiarity=0.9, **highest):
    """What the words need of an analysis."""
    rest = (1 - sum(highest.values())) / (len(LABELS) - len(highest))
    return SimpleNamespace(
        verdict=verdict,
        probabilities={label: highest.get(label, rest) for label in LABELS},
        clip=SimpleNamespace(notes=notes, speech=0.4),
        clips_before=clips_before,
        familiarity=familiarity,
    )


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (analysis(CONFIDENT, angry=0.72), "The voice sounds angry, 72%."),
        (
            analysis(UNCERTAIN, disgust=0.55, sad=0.2),
            "Hard to say: it sounds most like disgusted (55%), or sad (20%).",
        ),
        (analysis(NO_VOICE, angry=0.9), words.NO_VOICE),
    ],
)
def test_verdict(result, sentence):
    template, labels = words.verdict(result)
    assert template.format(*(words.EMOTIONS[label] for label in labels)) == sentence


@pytest.mark.parametrize(
    ("result", "reasons"),
    [
        (analysis(CONFIDENT, angry=0.72), ""),
        (
            analysis(UNCERTAIN, clips_before=1, calm=0.51, sad=0.45),
            "Why unsure: calm and sad are close together.",
        ),
        (
            analysis(UNCERTAIN, ("quiet", "short"), calm=0.5, sad=0.2),
            "Why unsure: no emotion stands out, the recording is very quiet, there is only 0.4 s "
            "of speech, this voice is new to it; a second recording or two neutral sentences help.",
        ),
        (
            analysis(UNCERTAIN, familiarity=0.1, calm=0.5, sad=0.2),
            "Why unsure: no emotion stands out, this voice and room are new to it; a second "
            "recording or two neutral sentences help.",
        ),
    ],
)
def test_why_unsure(result, reasons):
    assert words.why_unsure(result) == reasons


@pytest.mark.parametrize(
    ("fraction", "text"), [(0, "0%"), (0.001, "<1%"), (0.724, "72%"), (0.999, ">99%"), (1, "100%")]
)
def test_percent(fraction, text):
    assert words.percent(fraction) == text


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


def test_speaker_independent_accuracy():
    assert words.speaker_independent_accuracy(0.7512, 8) == (
        "With actors it was not trained on, it is right 75% of the time (guessing: 12.5%)."
    )
    assert "(guessing: 16.7%)" in words.speaker_independent_accuracy(0.7, 6)


def test_unknown_properties_of_a_clip_are_left_out():
    described = {"emotion": "sad", "actor": 12, "sex": "female", "intensity": "strong"}
    assert words.clip_details(
        SimpleNamespace(**described, sentence="Dogs are sitting by the door")
    ) == ("<b>strongly sad</b><br>actor 12, woman<br>“Dogs are sitting by the door”")
    unknown = {"emotion": "sad", "actor": "EB0", "sex": "", "intensity": "", "sentence": ""}
    assert words.clip_details(SimpleNamespace(**unknown)) == "<b>sad</b><br>actor EB0"


def test_recordings_used():
    assert words.recordings_used(1) == "Getting to know your voice: 1 recording"
    assert words.recordings_used(3) == "Getting to know your voice: 3 recordings"


def test_cross_corpus_accuracy():
    assert words.cross_corpus_accuracy(0.421, 0.416) == (
        "With people recorded elsewhere, 42% (human listeners: 42%)."
    )


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (65.9, "1:05"), (1800, "30:00")])
def test_clock(seconds, text):
    assert words.clock(seconds) == text


@pytest.mark.parametrize(
    ("left", "text"),
    [(None, ""), (0.2, " 50%, about 1 s left"), (150, " 50%, about 2 min left")],
)
def test_progress(left, text):
    assert words.progress(0.5, left) == words.IN_PROGRESS + text


@pytest.mark.parametrize(
    ("fractions", "sentence"),
    [
        ({"calm": 1.0, "sad": 0.0}, "It sounds calm 100% of the time."),
        ({"calm": 0.7, "sad": 0.3}, "It sounds mostly calm (70% of the time), then sad (30%)."),
        ({"calm": 0.4, "sad": 0.3}, "It sounds most often calm (40% of the time), then sad (30%)."),
    ],
)
def test_timeline_verdict(fractions, sentence):
    template, labels = words.timeline_verdict(fractions)
    assert template.format(*(words.EMOTIONS[label] for label in labels)) == sentence


def test_confidence():
    assert words.confidence(0.8, 0.6) == "80%"
    assert words.confidence(0.5, 0.6) == "50%, hard to say"
