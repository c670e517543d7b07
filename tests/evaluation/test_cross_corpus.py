"""Cross-corpus evaluation: what is trained on, the conditions of a speaker, and the scores."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from synthetic import made_up

from ser import artifacts
from ser.errors import SerError
from ser.evaluation import cross_corpus, speaker_metrics
from ser.evaluation.ablation import WITHOUT_PART
from ser.labels import LABELS
from ser.models.classifier import Prediction
from ser.training.classifier import fitting
from ser.training.data.utterance import Table
from ser.training.generated_sounds import Sounds
from ser.training.labelled_embeddings import LabelledEmbeddings

COMMON = [label for label in LABELS if label not in ("calm", "surprised")]
HIDDEN_SIZE = 64


@pytest.fixture(scope="module")
def sets():
    """Corpora whose emotions are separable but for an offset of each speaker and corpus."""
    rng = np.random.default_rng(0)
    tables = {
        "ravdess": made_up("ravdess", 12, LABELS, 4),
        "crema_d": made_up("crema_d", 10, COMMON, 4, age="52", heard_as="sad"),
        "nemo": made_up("nemo", 6, COMMON, 4),
    }
    class_means = 1.5 * rng.normal(size=(8, HIDDEN_SIZE))
    labelled = {}
    for corpus, utterances in tables.items():
        of_corpus = (0 if corpus == "ravdess" else 8) * rng.normal(size=HIDDEN_SIZE)
        of_speakers = 1.5 * rng.normal(size=(20, HIDDEN_SIZE))
        embeddings = np.array(
            [
                class_means[LABELS.index(utterance.emotion)] + of_corpus
                + of_speakers[utterance.speaker] + rng.normal(size=HIDDEN_SIZE)
                for utterance in utterances
            ]
        )  # fmt: skip
        labelled[corpus] = LabelledEmbeddings(tuple(utterances), embeddings)
    return labelled


@pytest.fixture(scope="module")
def sounds():
    rng = np.random.default_rng(1)
    embeddings = rng.normal(30, 1, (20, HIDDEN_SIZE))
    return Sounds(embeddings, np.array(["hum"] * 20), rng.normal(size=(5, HIDDEN_SIZE)))


@pytest.fixture(scope="module")
def result(quick_training, sets, sounds):
    models = fitting.fit(cross_corpus.leave_out(sets, "crema_d"), sounds, 0)
    return cross_corpus.score(sets["crema_d"], models, 0)


def test_more_clips_of_a_speaker_improve_the_score(result):
    assert result["emotions"] == COMMON
    unknown, three_clips = result["unknown_speaker"], result["three_clips"]
    assert three_clips == result["n_clips"]["3"]
    assert set(result["n_clips"]) == {"1", "3", "10"}
    assert result["n_clips"]["10"]["ua"] > unknown["ua"] + 0.1
    assert result["two_neutral"]["ua"] > unknown["ua"] + 0.1
    assert unknown["n"] == three_clips["n"] == 10 * 6 * 4
    # The two neutral clips of each of ten speakers are not scored.
    assert result["two_neutral"]["n"] == 10 * (6 * 4 - 2)
    for scored in (unknown, three_clips, result["three_clips_of_same_emotion"]):
        assert 0 <= scored["ci95"][0] <= scored["ua"] <= scored["ci95"][1] <= 1


def test_reliability_is_that_of_unknown_speakers(result):
    unknown = result["unknown_speaker"]
    assert sum(unknown["reliability"]["count"]) == unknown["n"]
    assert 0 <= unknown["coverage"] <= 1 and 0 <= unknown["ece"] <= 1
    assert unknown["selective_accuracy"] is None or 0 <= unknown["selective_accuracy"] <= 1
    assert not {"coverage", "selective_accuracy", "ece"} & set(result["three_clips"])


def test_groups_of_speakers(result):
    assert set(result["groups"]) == {"sex", "age"}
    women, men = (result["groups"]["sex"][sex] for sex in ("female", "male"))
    assert (women["speakers"], men["speakers"]) == (5, 5)
    assert result["groups"]["age"]["45 and older"]["n"] == 240


class OneAnswer:
    """Predicts "sad" of all clips, of which it knows three emotions."""

    classes = np.array([LABELS.index(label) for label in ("neutral", "sad", "surprised")])

    def projection(self, embeddings):
        return embeddings

    def predict(self, embeddings, adapted=None):
        probabilities = np.zeros((len(embeddings), len(LABELS)))
        probabilities[:, LABELS.index("sad")] = 1
        return Prediction(probabilities, probabilities, np.ones(len(embeddings)), 0.5)


def test_only_emotions_in_common_are_scored(sets):
    speakers = []
    models = SimpleNamespace(
        classifier=OneAnswer(),
        adaptation=SimpleNamespace(adapt=lambda row, speaker: speakers.append(speaker) or row),
        voice_detector=SimpleNamespace(detect=lambda rows: np.arange(len(rows)) % 4 > 0),
    )
    scores = cross_corpus.score(sets["nemo"], models, 0)
    assert scores["emotions"] == ["neutral", "sad"]
    unknown = scores["unknown_speaker"]
    assert (unknown["n"], unknown["ua"]) == (6 * 2 * 4, 0.5)
    assert (unknown["coverage"], unknown["selective_accuracy"]) == (1, 0.5)
    # Half of the clips are sad, all of the answers.
    assert scores["largest_share"] == 2
    assert scores["voices_rejected"] == 0.25
    n_clips = {(speaker.n_neutral, speaker.n_unlabelled) for speaker in speakers}
    assert n_clips == {(2, 0), (0, 1), (0, 3), (0, 10)}


def test_a_corpus_is_left_out(sets):
    for corpus, home, other in (
        ("ravdess", "crema_d", "nemo"),
        ("crema_d", "ravdess", "nemo"),
        ("nemo", "ravdess", "crema_d"),
    ):
        training_set = cross_corpus.leave_out(sets, corpus)
        assert training_set.utterances == sets[home].utterances
        assert np.array_equal(training_set.embeddings, sets[home].embeddings)
        assert set(training_set.others.corpora) == {other}
        assert len(training_set.others.rows) == len(sets[other].utterances)


def test_labels_of_the_test_set_are_not_used(quick_training, sets, sounds):
    rng = np.random.default_rng(0)
    utterances = tuple(
        replace(utterance, emotion=str(emotion))
        for utterance, emotion in zip(
            sets["crema_d"].utterances, rng.permutation(sets["crema_d"].emotions), strict=True
        )
    )
    permuted = sets | {"crema_d": replace(sets["crema_d"], utterances=utterances)}
    models = fitting.fit(cross_corpus.leave_out(permuted, "crema_d"), sounds, 0)
    results = cross_corpus.score(permuted["crema_d"], models, 0)
    # Random labels are predicted at chance level.
    assert all(abs(results[name]["ua"] - 1 / 6) < 0.1 for name in cross_corpus.HEADLINE)


def test_speaker_independent_probe_of_a_corpus(sets):
    scored = speaker_metrics.speaker_independent_probe(sets["crema_d"], 0)
    assert scored["n"] == 240 and scored["ua"] > 0.8


@pytest.fixture
def evaluated(quick_training, sets, sounds, tmp_path, monkeypatch):
    """Evaluate corpora, whose folders have their names, with artifacts in `tmp_path`."""
    encoder = SimpleNamespace(checkpoint="tiny", fine_tuned_on=())
    recognizer = SimpleNamespace(encoder=encoder)
    artifacts.write_json(tmp_path / artifacts.MANIFEST, {})
    earlier = {
        "protocols": {"actors": {"ua": 0.5}},
        "ablation": {"actors": {"none": {"clean": 0.7}}},
    }
    artifacts.write_json(tmp_path / artifacts.METRICS, earlier)
    monkeypatch.setattr(cross_corpus, "Recognizer", SimpleNamespace(load=lambda _: recognizer))
    monkeypatch.setattr(cross_corpus.labelled_embeddings, "load", lambda _: (None, sounds))
    monkeypatch.setattr(
        cross_corpus.corpora, "table", lambda path: Table(list(sets[path.name].utterances), [])
    )
    monkeypatch.setattr(
        cross_corpus, "embed_labelled", lambda _, utterances: (sets[utterances[0].corpus], [])
    )

    def evaluate(*corpora, fine_tuned_on=()):
        encoder.fine_tuned_on = fine_tuned_on
        return cross_corpus.evaluate([Path(name) for name in corpora], tmp_path)

    return evaluate


def test_an_encoder_fine_tuned_on_a_corpus_is_refused(evaluated):
    with pytest.raises(SerError, match="was fine-tuned on crema_d and cannot be scored"):
        evaluated("ravdess", "crema_d", "nemo", fine_tuned_on=("crema_d",))


def test_three_corpora_are_needed(evaluated):
    with pytest.raises(SerError, match="2 corpora; at least 3"):
        evaluated("ravdess", "crema_d")


def test_every_corpus_is_scored_and_the_metrics_are_written(evaluated, result, tmp_path, capsys):
    results = evaluated("ravdess", "crema_d", "nemo")
    content = artifacts.read_json(tmp_path / artifacts.METRICS)
    assert content["protocols"] == {"actors": {"ua": 0.5}, "cross_corpus": results}
    assert list(results) == ["ravdess", "crema_d", "nemo"]
    assert results["crema_d"]["human_listeners"]["n"] == 240
    assert "human_listeners" not in results["nemo"]
    assert results["nemo"]["speaker_independent_probe"]["n"] == 144
    assert result.items() < results["crema_d"].items()
    # The other corpora hold neither calm nor surprised voices.
    assert results["ravdess"]["emotions"] == COMMON
    cross_corpus.table(results | {"nemo": results["nemo"] | {"two_neutral": {}}})
    _, *lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(results)
    assert f"{100 * results['nemo']['unknown_speaker']['ua']:.1f}" in lines[-1]
    assert [line.count("(") for line in lines] == [3, 3, 2]

    ablated = content["ablation"]["cross_corpus"]
    assert set(ablated) == {"none", *WITHOUT_PART, "other corpora"}
    for key in ("ua", "ece"):
        of_corpora = [scored["unknown_speaker"][key] for scored in results.values()]
        assert ablated["none"][key] == pytest.approx(np.mean(of_corpora))
    assert ablated["calibration"]["ua"] == ablated["none"]["ua"]
    for part in ("calibration", "boosting", "linear model", "other corpora"):
        assert ablated[part] != ablated["none"]
    # Another study writes this.
    assert content["ablation"]["actors"] == {"none": {"clean": 0.7}}
