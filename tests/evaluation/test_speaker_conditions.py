"""Unknown speakers: the conditions, and the scores."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
from synthetic import COMMON

from ser.evaluation import cross_corpus
from ser.evaluation.speakers import speaker_conditions
from ser.labels import LABELS
from ser.models.classifier import Prediction
from ser.models.speaker import Features
from ser.training.classifier import fitting


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

    def features(self, embeddings):
        none = np.zeros((len(embeddings), 1))
        return Features(embeddings, none, none)

    def predict(self, embeddings):
        return self.predict_features(None, embeddings)

    def predict_features(self, features, adapted):
        probabilities = np.zeros((len(adapted), len(LABELS)))
        probabilities[:, LABELS.index("sad")] = 1
        return Prediction(probabilities, probabilities, np.ones(len(adapted)), 0.5)


def test_only_emotions_in_common_are_scored(sets):
    speakers = []
    models = SimpleNamespace(
        classifier=OneAnswer(),
        adaptation=SimpleNamespace(adapt=lambda row, speaker: speakers.append(speaker) or row),
    )
    scores = speaker_conditions.score(sets["nemo"], models, 0)
    assert scores["emotions"] == ["neutral", "sad"]
    unknown = scores["unknown_speaker"]
    assert (unknown["n"], unknown["ua"]) == (6 * 2 * 4, 0.5)
    assert (unknown["coverage"], unknown["selective_accuracy"]) == (1, 0.5)
    # Half of the clips are sad, all of the answers.
    assert scores["largest_share"] == 2
    n_clips = {
        (speaker.n_neutral, speaker.n_unlabelled, len(speaker.labelled)) for speaker in speakers
    }
    unlabelled, labelled = {(0, 1, 0), (0, 3, 0), (0, 10, 0)}, {(0, 0, n) for n in (1, 2, 4, 6)}
    assert n_clips == {(2, 0, 0)} | unlabelled | labelled


def test_labels_of_the_test_set_are_not_used(quick_training, sets):
    rng = np.random.default_rng(0)
    utterances = tuple(
        replace(utterance, emotion=str(emotion))
        for utterance, emotion in zip(
            sets["crema_d"].utterances, rng.permutation(sets["crema_d"].emotions), strict=True
        )
    )
    permuted = sets | {"crema_d": replace(sets["crema_d"], utterances=utterances)}
    models = fitting.fit(cross_corpus.leave_out(permuted, "crema_d"), 0)
    results = speaker_conditions.score(permuted["crema_d"], models, 0)
    # Random labels are predicted at chance level.
    assert all(abs(results[name]["ua"] - 1 / 6) < 0.1 for name in speaker_conditions.HEADLINE)
