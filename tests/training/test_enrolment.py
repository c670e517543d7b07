"""Which clips enrol a speaker, and which embeddings are adapted."""

import dataclasses

import numpy as np
from recordings import ravdess_utterances
from synthetic import labelled, made_up

from ser.models.linear import Projection
from ser.models.speaker import SpeakerAdaptation
from ser.training.classifier import enrolment


def utterances(n_speakers=2):
    """Neutral and angry, two sentences, two repetitions each, in no particular order."""
    return [
        dataclasses.replace(
            utterance,
            path=utterance.path.with_stem(
                f"{utterance.speaker}-{utterance.emotion}-{sentence}-{n}"
            ),
            sentence=sentence,
        )
        for n in (2, 1)
        for sentence in ("dogs", "kids")
        for utterance in made_up("home", n_speakers, ("neutral", "angry"), 1)
    ]


def test_a_neutral_clip_of_each_of_two_sentences_enrols():
    table = utterances()
    rows_by_speaker = enrolment.enrolment_rows(table)
    assert list(rows_by_speaker) == ["home 00", "home 01"]
    for rows in rows_by_speaker.values():
        names = [table[row].name for row in rows]
        assert [name.split("-", 1)[1] for name in names] == ["neutral-dogs-1", "neutral-kids-1"]
    without = [u for u in table if (u.speaker, u.emotion) != (1, "neutral")]
    assert list(enrolment.enrolment_rows(without)) == ["home 00"]


def test_ravdess_enrols_with_first_repetitions():
    table = ravdess_utterances(
        f"03-01-01-01-0{sentence}-0{repetition}-05" for sentence in (1, 2) for repetition in (1, 2)
    )
    [rows] = enrolment.enrolment_rows(table).values()
    assert [table[row].name for row in rows] == ["03-01-01-01-01-01-05", "03-01-01-01-02-01-05"]


def test_only_enrolled_speakers_are_adapted():
    table = utterances(3)
    table = [u for u in table if (u.speaker, u.emotion) != (1, "neutral")]
    emotions = np.array([u.emotion for u in table])
    speakers = np.array([u.speaker for u in table])
    offsets = np.array([0.0, 5.0, 10.0])
    noise = np.random.default_rng(0).normal(0, 0.1, (len(table), 2, 3))
    embeddings = noise + offsets[speakers, None, None]
    training_set = dataclasses.replace(
        labelled(embeddings, emotions, speakers), utterances=tuple(table)
    )
    projection = Projection.fit(embeddings, 0)
    rows = projection(embeddings)
    enrolled = enrolment.enrol(training_set, projection)
    assert {speaker: statistics.n_neutral for speaker, statistics in enrolled.items()} == {
        "home 00": 2,
        "home 02": 2,
    }
    for speaker, of_speaker in enrolment.enrolment_rows(table).items():
        assert np.allclose(enrolled[speaker].neutral_sum, rows[of_speaker].sum(axis=0), atol=1e-4)
    adaptation = SpeakerAdaptation.fit(rows, emotions, np.full(len(table), "home"))
    adapted = enrolment.adapt_all(adaptation, rows, training_set.speakers, enrolled)
    assert adapted.shape == rows.shape and adapted.dtype == np.float32
    assert np.array_equal(adapted[speakers == 1], rows[speakers == 1])
    before, after = (
        np.linalg.norm(values[speakers == 2].mean(axis=0) - values[speakers == 0].mean(axis=0))
        for values in (rows, adapted)
    )
    assert after < 0.6 * before
