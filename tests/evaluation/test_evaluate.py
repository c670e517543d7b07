"""Evaluation: what is trained on in each fold, and the scores without and with enrolment."""

import dataclasses
import sys

import numpy as np
import pytest
from synthetic import made_up, separable_in_one_layer

from ser.evaluation import evaluate, protocols
from ser.evaluation.metrics import most_probable
from ser.labels import LABELS
from ser.training.classifier import enrolment, layer_selection
from ser.training.generated_sounds import KINDS, Sounds
from ser.training.labelled_embeddings import LabelledEmbeddings

N_FOLDS = {"random": 5, "actors": 6}


@pytest.fixture
def sounds():
    """Four sounds of each kind; a feature of their embeddings is the kind's number."""
    kinds = np.array(4 * list(KINDS))
    embeddings = np.random.default_rng(2).normal(size=(len(kinds), 5, 2, 32))
    embeddings[:, :, 0, 2] = [[list(KINDS).index(kind)] for kind in kinds]
    return Sounds(embeddings.astype(np.float16), kinds)


@pytest.fixture
def labelled():
    """Clips that emotions are predicted from in one layer of five; noisy copies are marked."""
    labelled = separable_in_one_layer(5, 2, np.random.default_rng(1))
    # A clip and its copy have its row number among the features, the copy as a negative one.
    rows = np.arange(len(labelled.embeddings))[:, None]
    embeddings, noisy_copies = labelled.embeddings, labelled.embeddings.copy()
    embeddings[:, :, 0, 1], noisy_copies[:, :, 0, 1] = rows, -rows
    return dataclasses.replace(labelled, embeddings=embeddings, noisy_copies=noisy_copies)


def rows_of(embeddings):
    return embeddings[:, 0, 0, 1].astype(int).tolist()


def test_nothing_of_a_test_fold_is_trained_on(quick_training, labelled, sounds, monkeypatch):
    calls = {"selected": [], "fitted": [], "detectors": []}
    select, fit = layer_selection.select, enrolment.fit_unadapted
    fit_detector = evaluate.VoiceDetector.fit

    def recorded_select(training_set):
        calls["selected"].append(rows_of(training_set.embeddings))
        return select(training_set)

    def recorded_fit(training_set, *arguments):
        calls["fitted"].append(rows_of(training_set.embeddings))
        assert rows_of(-training_set.noisy_copies) == rows_of(training_set.embeddings)
        assert training_set.embeddings.shape[1] == 1
        return fit(training_set, *arguments)

    def recorded_detector(embeddings, kinds):
        calls["detectors"].append((rows_of(embeddings), set(kinds[:, 0, 0, 2].astype(int))))
        return fit_detector(embeddings, kinds)

    monkeypatch.setattr(layer_selection, "select", recorded_select)
    monkeypatch.setattr(enrolment, "fit_unadapted", recorded_fit)
    monkeypatch.setattr(evaluate.VoiceDetector, "fit", recorded_detector)
    metrics, out_of_fold = evaluate.evaluate(labelled, sounds, 0)

    training_rows = [
        train.tolist()
        for protocol in protocols.PROTOCOLS
        for train, _ in protocols.folds(labelled.utterances, protocol, labelled.recordings, 0)
    ]
    assert len(training_rows) == sum(N_FOLDS.values())
    assert calls["selected"] == calls["fitted"] == training_rows
    assert [rows for rows, _ in calls["detectors"]] == training_rows[N_FOLDS["random"] :]
    # A detector is tested on sounds of kinds that it was not fitted to, each kind once.
    held_out = [set(range(len(KINDS))) - kinds for _, kinds in calls["detectors"]]
    assert sorted(kind for kinds in held_out for kind in kinds) == list(range(len(KINDS)))
    assert metrics["no_voice"]["n_generated_sounds"] == len(sounds.kinds)

    # Each clip is scored once, its copy never.
    assert out_of_fold.shape == (96, 8) and metrics["clips"] == 96
    for result in metrics["protocols"].values():
        assert np.sum(result["confusion"]) == 96
    assert metrics["protocols"]["actors"]["ua"] > 0.7
    predicted = most_probable(out_of_fold)
    assert metrics["protocols"]["actors"]["wa"] == np.mean(predicted == labelled.emotions)


def test_a_ninth_label_that_does_not_occur(quick_training, labelled, sounds, monkeypatch):
    ninth = (*LABELS, "contempt")
    for name, module in list(sys.modules.items()):
        if name.startswith("ser.") and "LABELS" in vars(module):
            monkeypatch.setattr(module, "LABELS", ninth)
    metrics, out_of_fold = evaluate.evaluate(labelled, sounds, 0)
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
    labelled = LabelledEmbeddings(
        tuple(utterances), np.zeros((len(emotions), 1)), None, np.zeros((0, 1))
    )
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
