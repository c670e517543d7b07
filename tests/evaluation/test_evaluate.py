"""Evaluation: what is trained on in each fold, and the scores without and with enrolment."""

import dataclasses
import sys

import numpy as np
import pytest
from synthetic import made_up, separable_in_one_layer, without_embeddings

from ser.evaluation import evaluate, protocols
from ser.evaluation.metrics import most_probable
from ser.labels import LABELS
from ser.training.classifier import enrolment, fitting, layer_selection
from ser.training.labelled_embeddings import project

N_FOLDS = {"random": 5, "actors": 6}


@pytest.fixture
def labelled():
    """Clips that emotions are predicted from in one layer of five, with their row numbers."""
    labelled = separable_in_one_layer(5, 2, np.random.default_rng(1))
    labelled.embeddings[:, :, 0, 1] = np.arange(len(labelled.embeddings))[:, None]
    return labelled


def rows_of(embeddings):
    return embeddings[:, 0, 0, 1].astype(int).tolist()


def test_nothing_of_a_test_fold_is_trained_on(quick_training, labelled, monkeypatch):
    calls = {"selected": [], "random": [], "actors": []}
    select, fit, fit_emotions = layer_selection.select, fitting.fit, fitting.fit_emotions

    def record(name, training_set):
        calls[name].append(rows_of(training_set.embeddings))

    def recorded_select(training_set):
        record("selected", training_set)
        return select(training_set)

    def recorded_fit_emotions(training_set, seed):
        record("random", training_set)
        assert training_set.embeddings.shape[1] == 1
        return fit_emotions(training_set, seed)

    def recorded_fit(training_set, seed):
        record("actors", training_set)
        assert training_set.embeddings.shape[1] == 1
        # What it calls itself is not recorded.
        with monkeypatch.context() as patch:
            patch.setattr(fitting, "fit_emotions", fit_emotions)
            return fit(training_set, seed)

    monkeypatch.setattr(layer_selection, "select", recorded_select)
    monkeypatch.setattr(fitting, "fit_emotions", recorded_fit_emotions)
    monkeypatch.setattr(fitting, "fit", recorded_fit)
    metrics, out_of_fold = evaluate.evaluate(labelled, 0)

    training_rows = [
        train.tolist()
        for protocol in protocols.PROTOCOLS
        for train, _ in protocols.folds(labelled.utterances, protocol, labelled.recordings, 0)
    ]
    assert len(training_rows) == sum(N_FOLDS.values())
    assert calls["selected"] == calls["random"] + calls["actors"] == training_rows
    assert len(calls["actors"]) == N_FOLDS["actors"]

    # Each clip is scored once.
    assert out_of_fold.shape == (96, 8) and metrics["clips"] == 96
    for result in metrics["protocols"].values():
        assert np.sum(result["confusion"]) == 96
    assert metrics["protocols"]["actors"]["ua"] > 0.7
    predicted = most_probable(out_of_fold)
    assert metrics["protocols"]["actors"]["wa"] == np.mean(predicted == labelled.emotions)


def test_other_corpora_are_trained_on_and_not_scored(quick_training, monkeypatch):
    home, other = (separable_in_one_layer(1, 0, np.random.default_rng(seed)) for seed in (1, 2))
    utterances = tuple(dataclasses.replace(u, corpus="other") for u in other.utterances)
    other = dataclasses.replace(other, utterances=utterances)
    labelled = dataclasses.replace(home, others=project([other], (), 0))
    trained_on, fit_emotions = [], fitting.fit_emotions

    def recorded_fit_emotions(training_set, seed):
        trained_on.append(training_set.others)
        return fit_emotions(training_set, seed)

    monkeypatch.setattr(fitting, "fit_emotions", recorded_fit_emotions)
    metrics, out_of_fold = evaluate.evaluate(labelled, 0)
    assert len(trained_on) == sum(N_FOLDS.values())
    assert all(others is labelled.others for others in trained_on)
    assert len(out_of_fold) == metrics["clips"] == 96
    for result in metrics["protocols"].values():
        assert np.sum(result["confusion"]) == 96


def test_a_ninth_label_that_does_not_occur(quick_training, labelled, monkeypatch):
    ninth = (*LABELS, "contempt")
    for name, module in list(sys.modules.items()):
        if name.startswith("ser.") and "LABELS" in vars(module):
            monkeypatch.setattr(module, "LABELS", ninth)
    metrics, out_of_fold = evaluate.evaluate(labelled, 0)
    assert out_of_fold.shape == (96, 9)
    assert {ninth[column] for column in np.flatnonzero(out_of_fold.max(axis=0))} == {
        "sad",
        "angry",
    }
    assert metrics["protocols"]["actors"]["ua"] > 0.7
    for result in metrics["protocols"].values():
        assert tuple(result["per_class_recall"]) == ("sad", "angry")
        assert np.shape(result["confusion"]) == (9, 9)


def test_clips_that_enrol_are_not_scored():
    utterances = [
        dataclasses.replace(utterance, sentence=sentence)
        for sentence in ("dogs", "kids")
        for utterance in made_up("made", 2, ("neutral", "angry"), 2)
    ]
    emotions = np.array([utterance.emotion for utterance in utterances])
    labelled = without_embeddings(utterances)
    correct = np.eye(8)[[LABELS.index(emotion) for emotion in emotions]]
    wrong = np.roll(correct, 1, axis=1)
    gain = evaluate._enrolment_gain(labelled, wrong, correct)
    assert gain == {"ua": 1.0, "gain_ua": 1.0, "n": len(emotions) - 4}
    enrolled = [row for rows in enrolment.enrolment_rows(utterances).values() for row in rows]
    corrected = wrong.copy()
    corrected[enrolled] = correct[enrolled]
    assert evaluate._enrolment_gain(labelled, wrong, corrected)["ua"] == 0
    half = np.where((emotions == "angry")[:, None], correct, wrong)
    gain = evaluate._enrolment_gain(labelled, correct, half)
    assert (gain["ua"], gain["gain_ua"]) == (pytest.approx(0.5), pytest.approx(-0.5))
    angry = labelled.subset(np.flatnonzero(emotions == "angry"))
    n_angry = len(angry.utterances)
    assert evaluate._enrolment_gain(angry, wrong[:n_angry], correct[:n_angry]) == {}


def test_table(capsys):
    scores = {"wa": 0.8, "ua": 0.75, "per_class_recall": {"sad": 0.5, "angry": 1.0}}
    actors = scores | {"ece": 0.1, "coverage": 0.5, "selective_accuracy": 0.9}
    content = {
        "protocols": {"random": scores, "actors": actors},
        "enrolment": {"ua": 0.8, "gain_ua": 0.05},
        "map": {"accuracy": 0.6},
    }
    evaluate.table(content)
    printed = capsys.readouterr().out
    assert "actors        80.0    75.0" in printed and "chance        50.0    50.0" in printed
    assert "50.0% confident answers, of which 90.0% are correct" in printed
    assert "UA 80.0%, +5.0 points" in printed
    none = actors | {"coverage": 0.0, "selective_accuracy": None}
    evaluate.table(content | {"protocols": {"random": scores, "actors": none}, "enrolment": {}})
    printed = capsys.readouterr().out
    assert "0.0% confident answers\n" in printed and "neutral" not in printed
