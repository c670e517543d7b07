"""artifacts/metrics.json is complete, consistent, and as good as this project demands."""

import pytest
from accuracy_tables import METRICS, SHIPPED

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
    assert set(measured) == {"crema_d", "nemo", "ravdess"}
    for name, result in measured.items():
        assert name not in result["encoder_fine_tuned_on"]
        for condition in CONDITIONS:
            low, high = result[condition]["ci95"]
            assert low < result[condition]["ua"] < high


def test_the_shipped_classifier_in_the_comparison_is_the_one_that_is_scored():
    for protocol, result in METRICS["comparison"][SHIPPED].items():
        if protocol != "settings":
            for key in ("ua", "wa"):
                assert result[key] == pytest.approx(METRICS["protocols"][protocol][key])


def test_required_accuracy():
    assert METRICS["protocols"]["random"]["wa"] >= 0.89
    assert min(METRICS["protocols"]["actors"][key] for key in ("ua", "wa")) >= 0.79
    assert METRICS["map"]["accuracy"] >= 0.55


def test_required_calibration():
    actors = METRICS["protocols"]["actors"]
    assert actors["ece"] <= 0.05
    assert actors["selective_accuracy"] >= 0.85


def test_required_voice_detection():
    fractions = METRICS["no_voice"]
    assert fractions["voices_rejected"] <= 0.03
    assert max(fractions["generated_sounds_accepted"], fractions["noise_accepted"]) <= 0.05


def test_required_gain_by_enrolment():
    assert METRICS["enrolment"]["gain_ua"] >= 0.025
    assert METRICS["enrolment"]["ua"] >= 0.80


def test_the_encoder_is_as_good_as_its_teacher():
    encoder = METRICS["encoder"]
    teacher = {key: encoder[f"teacher_logreg_actors_{key}"] for key in ("ua", "heldout_wa")}
    assert encoder["logreg_actors_ua"] >= teacher["ua"] - 0.005
    assert encoder["heldout_actors_wa"] >= teacher["heldout_wa"] - 0.03
    before = encoder["other_encoders"]["as-received"]["robustness"]
    for change, cosine in encoder["robustness"].items():
        assert cosine >= before[change] - 0.001
