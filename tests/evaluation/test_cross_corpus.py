"""Protocol `corpora`: who is known when a clip is scored, and what is made of the answers."""

from pathlib import Path

import numpy as np
import pytest

from ser.errors import SerError
from ser.evaluation import cross_corpus, enrolment_sampling, speaker_metrics
from ser.labels import LABELS
from ser.training.classifier import emotion_directions
from ser.training.data.utterance import Table, Utterance

COMMON = [label for label in LABELS if label not in ("calm", "surprised")]


def utterances(corpus, speakers, emotions, repetitions, **details):
    return [
        Utterance(
            path=Path(f"{corpus}-{speaker}-{emotion}-{number}.wav"),
            corpus=corpus,
            speaker=speaker,
            sex="female" if speaker % 2 else "male",
            emotion=emotion,
            sentence="",
            licence="",
            details=details,
        )
        for speaker in range(speakers)
        for emotion in emotions
        for number in range(repetitions)
    ]


@pytest.fixture(scope="module")
def update():
    """Embeddings in which emotions are clear but for an offset of every speaker and corpus."""
    random = np.random.default_rng(0)
    tables = {
        "ravdess": utterances("ravdess", 12, LABELS, 4),
        "crema_d": utterances("crema_d", 10, COMMON, 4, age="52", heard_as="sad"),
        "nemo": utterances("nemo", 6, COMMON, 4),
    }
    emotions = 1.5 * random.normal(size=(8, 64))
    embeddings = {}
    for corpus, rows in tables.items():
        room = (0 if corpus == "ravdess" else 8) * random.normal(size=64)
        voices = 1.5 * random.normal(size=(20, 64))
        embeddings[corpus] = np.array(
            [
                emotions[LABELS.index(row.emotion)] + room + voices[row.speaker]
                + random.normal(size=64)
                for row in rows
            ]
        )  # fmt: skip
    return embeddings, tables


@pytest.fixture(scope="module")
def result(quick_training, heard):
    embeddings, tables = heard
    known = emotion_directions.measure(embeddings["nemo"], tables["nemo"])
    return cross_corpus.leave_out("crema_d", embeddings, embeddings, known, tables, ["ravdess"], 0)


def test_knowing_the_voice_helps(result):
    assert result["emotions"] == COMMON
    stranger, session = result["unknown_speaker"], result["three_clips"]
    assert session == result["n_clips"]["3"]
    assert result["n_clips"]["10"]["ua"] > stranger["ua"] + 0.1
    assert result["two_neutral"]["ua"] > stranger["ua"] + 0.1
    assert stranger["n"] == session["n"] == 10 * 6 * 4
    # Two neutral clips of each of ten speakers are known, and so not scored.
    assert result["two_neutral"]["n"] == 10 * (6 * 4 - 2)
    for scored in (stranger, session, result["three_clips_of_same_emotion"]):
        assert 0 <= scored["ci95"][0] <= scored["ua"] <= scored["ci95"][1] <= 1


def test_how_often_strangers_get_a_sure_answer(result):
    stranger = result["unknown_speaker"]
    assert 0 <= stranger["coverage"] <= 1
    assert stranger["selective_accuracy"] is None or 0 <= stranger["selective_accuracy"] <= 1
    assert not {"coverage", "selective_accuracy"} & set(result["three_clips"])


def test_only_sure_answers_about_common_emotions_count():
    told = ("happy", "sad", "angry", "calm")
    rows = [
        Utterance(Path("x.wav"), "nemo", 1, "female", emotion, "sentence", "licence")
        for emotion in told
    ]
    probabilities = np.full((4, 8), 0.05)
    for row, (heard, top) in enumerate((("happy", 0.65), ("angry", 0.6), ("angry", 0.4))):
        probabilities[row, LABELS.index(heard)] = top
    probabilities[3, LABELS.index("calm")] = 0.9
    found = speaker_metrics.sure_answers(probabilities, rows, ("happy", "sad", "angry"), 0.5)
    assert found == {"coverage": pytest.approx(2 / 3), "selective_accuracy": 0.5}


def test_what_the_classifier_is_told_is_told_apart(result):
    stranger, others = result["unknown_speaker"], ("without_noisy_copies", "without_directions")
    assert all(result[name]["n"] == stranger["n"] for name in others)
    assert result["without_directions"]["ua"] != stranger["ua"]


def test_groups_of_people(result):
    assert set(result["groups"]) == {"sex", "age"}
    women, men = (result["groups"]["sex"][sex] for sex in ("female", "male"))
    assert (women["speakers"], men["speakers"]) == (5, 5)
    assert result["groups"]["age"]["45 and older"]["n"] == 240


def test_no_clip_is_known_when_it_is_scored():
    rows = utterances("crema_d", 3, COMMON, 4)
    drawn = enrolment_sampling.Draws(rows)
    random = np.random.default_rng(0)
    neutral = drawn.neutral(0)
    for row, own in enumerate(rows):
        for known in (drawn.any(10)(row, random), drawn.of_one_emotion(row, random)):
            assert row not in known and len(set(known)) == len(known)
            assert {rows[other].speaker for other in known} == {own.speaker}
        assert len({rows[other].emotion for other in known}) == 1
        known = drawn.of_its_emotion(row, random)
        assert row not in known and {rows[other].emotion for other in known} == {own.emotion}
        known = neutral(row, random)
        if known is not None:
            assert row not in known
            assert [rows[other].emotion for other in known] == ["neutral"] * 2
    assert sum(neutral(row, random) is None for row in range(len(rows))) == 3 * 2
    assert drawn.any(24)(0, random) is None


def test_score():
    rows = utterances("crema_d", 8, ("sad", "angry"), 5)
    truth = np.array([row.emotion for row in rows], dtype=object)
    assert speaker_metrics.score(rows, truth, 0) == {
        "ua": 1.0, "ci95": [1.0, 1.0], "n": 80, "speakers": 8
    }  # fmt: skip
    one_speaker_wrong = truth.copy()
    one_speaker_wrong[:10] = "calm"
    scored = speaker_metrics.score(rows, one_speaker_wrong, 0)
    assert scored["ua"] == pytest.approx(7 / 8)
    assert scored["ci95"][0] < 7 / 8 < scored["ci95"][1] == 1.0
    left_out = truth.copy()
    left_out[:10] = ""
    assert speaker_metrics.score(rows, left_out, 0)["n"] == 70


def test_listeners():
    rows = utterances("crema_d", 2, ("sad", "angry"), 1, heard_as="sad")
    assert speaker_metrics.listeners(rows) == {"wa": 0.5, "ua": 0.5, "n": 4}
    assert speaker_metrics.listeners(utterances("nemo", 2, ("sad",), 1)) is None


def test_speaker_folds_within_a_corpus(heard):
    embeddings, tables = heard
    scored = speaker_metrics.by_speakers(embeddings["crema_d"], tables["crema_d"], 0)
    assert scored["n"] == 240 and scored["ua"] > 0.8


def test_no_encoder_is_scored_on_what_it_was_taught(monkeypatch, tmp_path):
    class Taught:
        def __init__(self, checkpoint):
            self.checkpoint, self.fine_tuned_on = checkpoint, ("crema_d",)

    monkeypatch.setattr(cross_corpus, "Encoder", Taught)
    monkeypatch.setattr(
        cross_corpus.corpora,
        "table",
        lambda path: Table(utterances("crema_d", 2, COMMON, 1), []),
    )
    with pytest.raises(SerError, match="was taught the emotions of crema_d"):
        cross_corpus.evaluate([tmp_path], {}, tmp_path)


def test_encoders_beside_are_scored_on_what_they_were_not_taught(
    quick_training, heard, monkeypatch, tmp_path
):
    embeddings, tables = heard

    class Named:
        def __init__(self, checkpoint):
            self.checkpoint = checkpoint
            self.fine_tuned_on = ("nemo",) if Path(checkpoint).name == "on-nemo" else ()
            self.directions = np.zeros((0, 64))

    monkeypatch.setattr(cross_corpus, "Encoder", Named)
    monkeypatch.setattr(cross_corpus.corpora, "table", lambda path: Table(tables[path.name], []))
    monkeypatch.setattr(
        cross_corpus, "embed", lambda _, rows, altered=None: (embeddings[rows[0].corpus], rows, [])
    )
    monkeypatch.setattr(cross_corpus.artifacts, "read_json", lambda _: {"protocols": {}})
    monkeypatch.setattr(cross_corpus.artifacts, "write_metrics", lambda *_: None)
    results = cross_corpus.evaluate(
        [Path("ravdess"), Path("nemo")], {}, tmp_path, [Path("distilled"), Path("on-nemo")]
    )
    assert set(results["ravdess"]["other_encoders"]) == {"distilled", "on-nemo"}
    assert set(results["nemo"]["other_encoders"]) == {"distilled"}
    beside = results["nemo"]["other_encoders"]["distilled"]
    sure = {
        key: results["nemo"]["unknown_speaker"][key] for key in ("coverage", "selective_accuracy")
    }
    assert beside["unknown_speaker"] | sure == results["nemo"]["unknown_speaker"]
    assert set(beside) == {
        "unknown_speaker",
        "two_neutral",
        "three_clips",
        "speaker_independent_probe",
        "encoder_fine_tuned_on",
    }
