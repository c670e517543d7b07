"""Which clips enrol a speaker, and what that is worth."""

from pathlib import Path

import numpy as np
import pytest

from ser.labels import LABELS
from ser.training.classifier import enrolment
from ser.training.data import ravdess
from ser.training.data.utterance import Utterance


def utterances(speakers=2):
    """Neutral and angry, two sentences, two repetitions each, in no particular order."""
    return [
        Utterance(
            Path(f"{speaker}-{emotion}-{sentence}-{repetition}.wav"),
            corpus="own", speaker=speaker, sex="", emotion=emotion, sentence=sentence,
            licence="", intensity="",
        )
        for repetition in (2, 1)
        for speaker in range(speakers)
        for emotion in ("neutral", "angry")
        for sentence in ("dogs", "kids")
    ]  # fmt: skip


def test_one_clip_of_each_sentence_enrols():
    rows = utterances()
    chosen = enrolment.chosen(rows)
    assert len(chosen) == 2
    for own in chosen.values():
        names = [rows[row].name for row in own]
        assert [name.split("-", 1)[1] for name in names] == ["neutral-dogs-1", "neutral-kids-1"]
    without = [row for row in rows if (row.speaker, row.emotion) != (1, "neutral")]
    assert len(enrolment.chosen(without)) == 1


def test_ravdess_enrols_with_its_first_repetitions():
    names = [
        f"03-01-01-01-0{sentence}-0{repetition}-05.wav"
        for sentence in (1, 2)
        for repetition in (1, 2)
    ]
    rows = [ravdess.parse(Path(name)) for name in names]
    (own,) = enrolment.chosen(rows).values()
    assert [rows[row].name for row in own] == ["03-01-01-01-01-01-05", "03-01-01-01-02-01-05"]


def test_gain_leaves_out_the_clips_that_enrol():
    rows = utterances()
    emotions = np.array([row.emotion for row in rows])
    speakers = np.array([str(row.speaker) for row in rows])
    enrolled = {"0": [0, 1], "1": [4, 5]}
    right = np.eye(8)[[LABELS.index(emotion) for emotion in emotions]]
    wrong = np.roll(right, 1, axis=1)
    found = enrolment.gain(emotions, speakers, wrong, right, enrolled)
    assert found == {"ua": 1.0, "gain_ua": 1.0, "n": len(rows) - 4}
    half = np.where((emotions == "angry")[:, None], right, wrong)
    found = enrolment.gain(emotions, speakers, right, half, enrolled)
    assert (found["ua"], found["gain_ua"]) == (pytest.approx(0.5), pytest.approx(-0.5))
    assert enrolment.gain(emotions, speakers, wrong, right, {}) == {}
