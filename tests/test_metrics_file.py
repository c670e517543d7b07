"""artifacts/metrics.json is complete, consistent, and as good as this project demands."""

import pytest
from accuracy_tables import METRICS

from ser.labels import LABELS

CONDITIONS = ("unknown_speaker", "two_neutral", "three_clips")


@pytest.mark.parametrize("protocol", ["actors", "random"])
def test_protocols_are_complete(protocol):
    result = METRICS["protocols"][protocol]
    assert list(result["per_class_recall"]) == list(LABELS)
    assert [sum(row) for row in result["confusion"]] == [96] + [192] * 7
    assert len(result["per_actor"]) == 24
    correct = sum(result["confusion"][row][row] for row in range(8))
    assert result["wa"] == pytest.approx(correct / METRICS["clips"])
    assert result["ua"] == pytest.approx(sum(result["per_class_recall"].values()) / 8)


def test_every_corpus_is_scored_in_every_condition():
    measured = METRICS["protocols"]["cross_corpus"]
    assert set(measured) == {"crema_d", "nemo", "casia", "aesdd", "ravdess"}
    for corpus, result in measured.items():
        for condition in CONDITIONS:
            if (corpus, condition) == ("aesdd", "two_neutral"):  # has no neutral clips
                assert not result[condition]
                continue
            low, high = result[condition]["ci95"]
            assert low < result[condition]["ua"] < high


def test_rooms_and_corpora_are_ablated_alike():
    ablated = METRICS["ablation"]
    assert list(ablated["actors"]) == list(ablated["cross_corpus"])
    assert ablated["actors"]["none"]["clean"] == METRICS["protocols"]["rooms"]["clean"]["ua"]
    scores = [c["unknown_speaker"]["ua"] for c in METRICS["protocols"]["cross_corpus"].values()]
    assert ablated["cross_corpus"]["none"]["ua"] == pytest.approx(sum(scores) / len(scores))


def test_rooms_are_scored_on_the_classifier_that_is_scored_under_actors():
    clean = METRICS["protocols"]["rooms"]["clean"]
    for key in ("ua", "wa"):
        assert clean[key] == pytest.approx(METRICS["protocols"]["actors"][key])


def test_required_accuracy():
    assert METRICS["protocols"]["random"]["wa"] >= 0.89
    assert min(METRICS["protocols"]["actors"][key] for key in ("ua", "wa")) >= 0.76
    assert METRICS["map"]["accuracy"] >= 0.55


def test_required_calibration():
    actors = METRICS["protocols"]["actors"]
    assert actors["ece"] <= 0.05
    assert actors["selective_accuracy"] >= 0.85


def test_required_voice_detection():
    found = METRICS["no_voice"]
    assert max(of_corpus["rejected"] for of_corpus in found["voices"].values()) <= 0.02
    assert found["noise_rejected"] >= 0.85 and found["noise_accepted"] <= 0.03


def test_required_gain_by_enrolment():
    assert METRICS["enrolment"]["gain_ua"] > 0
    assert METRICS["enrolment"]["ua"] >= 0.76


def test_required_gain_by_labelled_clips():
    left_out = [c["labelled"] for c in METRICS["protocols"]["cross_corpus"].values()]
    for n_clips, gain in (("1", 0.08), ("3", 0.13)):
        assert sum(labelled[n_clips]["gain_ua"] for labelled in left_out) / len(left_out) >= gain
    for labelled in (*left_out, METRICS["protocols"]["actors"]["labelled"]):
        assert min(scored["gain_ua"] for scored in labelled.values()) >= -0.01


def test_the_encoder_is_as_good_as_its_teacher():
    encoder = METRICS["encoder"]
    teacher = {key: encoder[f"teacher_logreg_actors_{key}"] for key in ("ua", "heldout_wa")}
    assert encoder["logreg_actors_ua"] >= teacher["ua"] - 0.01
    assert encoder["heldout_actors_wa"] >= teacher["heldout_wa"] - 0.03
    before = encoder["other_encoders"]["distilled-before"]["robustness"]
    for change, cosine in encoder["robustness"].items():
        assert cosine >= before[change] - 0.001
