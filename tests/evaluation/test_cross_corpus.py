"""Cross-corpus evaluation: what is trained on, the conditions of a speaker, and the scores."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from synthetic import made_up

from ser.errors import SerError
from ser.evaluation import cross_corpus, speaker_metrics
from ser.labels import LABELS
from ser.training.classifier import emotion_directions
from ser.training.data.utterance import Table
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
        directions = np.zeros((0, HIDDEN_SIZE))
        labelled[corpus] = LabelledEmbeddings(tuple(utterances), embeddings, embeddings, directions)
    return labelled


@pytest.fixture(scope="module")
def result(quick_training, sets):
    directions = emotion_directions.measure(sets["nemo"].embeddings, sets["nemo"].utterances)
    training_set = replace(sets["ravdess"], directions=directions)
    return cross_corpus.leave_out(sets["crema_d"].without_noisy_copies(), training_set, 0)


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


def test_selective_accuracy_is_that_of_unknown_speakers(result):
    unknown = result["unknown_speaker"]
    assert 0 <= unknown["coverage"] <= 1
    assert unknown["selective_accuracy"] is None or 0 <= unknown["selective_accuracy"] <= 1
    assert not {"coverage", "selective_accuracy"} & set(result["three_clips"])


def test_ablations_score_the_same_clips(result):
    unknown, ablations = result["unknown_speaker"], ("without_noisy_copies", "without_directions")
    assert all(result[name]["n"] == unknown["n"] for name in ablations)
    assert result["without_directions"]["ua"] != unknown["ua"]


def test_nothing_is_fitted_to_labels_of_the_test_set(quick_training, sets):
    rng = np.random.default_rng(0)
    utterances = tuple(
        replace(utterance, emotion=str(emotion))
        for utterance, emotion in zip(
            sets["crema_d"].utterances, rng.permutation(sets["crema_d"].emotions), strict=True
        )
    )
    test_set = replace(sets["crema_d"], utterances=utterances, noisy_copies=None)
    results = cross_corpus.leave_out(test_set, sets["ravdess"], 0, headline_only=True)
    assert set(results) == set(cross_corpus.HEADLINE)
    # Random labels are predicted at chance level.
    assert all(abs(results[name]["ua"] - 1 / 6) < 0.1 for name in cross_corpus.HEADLINE)


def test_groups_of_speakers(result):
    assert set(result["groups"]) == {"sex", "age"}
    women, men = (result["groups"]["sex"][sex] for sex in ("female", "male"))
    assert (women["speakers"], men["speakers"]) == (5, 5)
    assert result["groups"]["age"]["45 and older"]["n"] == 240


def test_speaker_independent_probe_of_a_corpus(sets):
    scored = speaker_metrics.speaker_independent_probe(sets["crema_d"], 0)
    assert scored["n"] == 240 and scored["ua"] > 0.8


class NamedEncoder:
    """An encoder whose folder's name lists the corpora that it was fine-tuned on."""

    def __init__(self, checkpoint):
        self.checkpoint = checkpoint
        _, _, corpora = Path(checkpoint).name.partition("fine-tuned-on-")
        self.fine_tuned_on = tuple(corpora.split("+")) if corpora else ()


@pytest.fixture
def evaluated(quick_training, sets, monkeypatch):
    """Evaluate corpora, whose folders have their names; also return which were trained on."""
    trained_on = []

    def embed_labelled(encoder, utterances, seed):
        trained_on.append((Path(encoder.checkpoint).name, utterances[0].corpus))
        return sets[utterances[0].corpus], []

    def embed_clean(encoder, utterances):
        return sets[utterances[0].corpus].without_noisy_copies(), []

    monkeypatch.setattr(cross_corpus, "Encoder", NamedEncoder)
    monkeypatch.setattr(
        cross_corpus.corpora, "table", lambda path: Table(list(sets[path.name].utterances), [])
    )
    monkeypatch.setattr(cross_corpus, "embed_labelled", embed_labelled)
    monkeypatch.setattr(cross_corpus, "embed_clean", embed_clean)
    monkeypatch.setattr(cross_corpus.artifacts, "read_json", lambda _: {"protocols": {}})
    monkeypatch.setattr(cross_corpus.artifacts, "write_metrics", lambda *_: None)

    def evaluate(corpora, *arguments):
        return cross_corpus.evaluate([Path(name) for name in corpora], *arguments), trained_on

    return evaluate


def test_an_encoder_fine_tuned_on_a_corpus_is_refused(evaluated, tmp_path):
    encoders = {"crema_d": tmp_path / "fine-tuned-on-crema_d"}
    with pytest.raises(SerError, match="was fine-tuned on crema_d and cannot be scored.*--encoder"):
        evaluated(["crema_d", "ravdess"], encoders, tmp_path)


def test_other_encoders_are_scored_on_corpora_that_they_were_not_fine_tuned_on(evaluated, tmp_path):
    others = [Path("distilled"), Path("fine-tuned-on-nemo")]
    results, _ = evaluated(["ravdess", "nemo"], {}, tmp_path, others)
    assert set(results["ravdess"]["other_encoders"]) == {"distilled", "fine-tuned-on-nemo"}
    assert set(results["nemo"]["other_encoders"]) == {"distilled"}
    distilled = results["nemo"]["other_encoders"]["distilled"]
    unknown = results["nemo"]["unknown_speaker"]
    selective = {key: unknown[key] for key in ("coverage", "selective_accuracy")}
    assert distilled["unknown_speaker"] | selective == unknown
    assert set(distilled) == {
        "unknown_speaker",
        "two_neutral",
        "three_clips",
        "speaker_independent_probe",
        "encoder_fine_tuned_on",
    }


def test_no_corpus_is_trained_on_when_it_is_scored(evaluated, tmp_path):
    encoders = {name: tmp_path / f"without-{name}" for name in ("ravdess", "crema_d", "nemo")}
    results, trained_on = evaluated(["ravdess", "crema_d", "nemo"], encoders, tmp_path)
    assert set(results) == set(encoders)
    assert sorted(trained_on) == [
        ("without-crema_d", "ravdess"),
        ("without-nemo", "ravdess"),
        ("without-ravdess", "crema_d"),
        ("without-ravdess", "nemo"),
    ]
    assert results["crema_d"]["human_listeners"]["n"] == 240
    assert "human_listeners" not in results["nemo"]
    # Those that are trained on other corpora than RAVDESS have no threshold that holds.
    assert "coverage" not in results["ravdess"]["unknown_speaker"]
