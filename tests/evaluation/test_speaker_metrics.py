"""Metrics by speaker of made-up predictions, whose values are known."""

import pytest
from synthetic import made_up, without_embeddings

from ser.evaluation.speakers import speaker_metrics


def test_score():
    labelled = without_embeddings(made_up("crema_d", 8, ("sad", "angry"), 5))
    truth = labelled.emotions.astype(object)
    assert speaker_metrics.score(labelled, truth, 0) == {
        "ua": 1.0, "ci95": [1.0, 1.0], "n": 80, "speakers": 8
    }  # fmt: skip
    one_speaker_wrong = truth.copy()
    one_speaker_wrong[:10] = "calm"
    scored = speaker_metrics.score(labelled, one_speaker_wrong, 0)
    assert scored["ua"] == pytest.approx(7 / 8)
    assert scored["ci95"][0] < 7 / 8 < scored["ci95"][1] == 1.0
    left_out = truth.copy()
    left_out[:10] = ""
    assert speaker_metrics.score(labelled, left_out, 0)["n"] == 70


def test_human_listeners():
    utterances = made_up("crema_d", 2, ("sad", "angry"), 1, heard_as="sad")
    assert speaker_metrics.human_listeners(utterances) == {"wa": 0.5, "ua": 0.5, "n": 4}
    assert speaker_metrics.human_listeners(made_up("nemo", 2, ("sad",), 1)) is None
