"""Samples of other clips by the same speaker."""

import numpy as np
from synthetic import made_up, without_embeddings

from ser.evaluation.speakers.enrolment_sampling import EnrolmentSampling
from ser.labels import LABELS


def test_a_clip_is_never_available_for_itself():
    utterances = made_up("crema_d", 3, LABELS[:6], 4)
    sampling = EnrolmentSampling(without_embeddings(utterances))
    rng = np.random.default_rng(0)
    ten_clips, neutral = sampling.any_emotion(10), sampling.neutral(0)
    for row, utterance in enumerate(utterances):
        one_emotion = sampling.one_emotion(row, rng)
        for rows in (ten_clips(row, rng), one_emotion):
            assert row not in rows and len(set(rows)) == len(rows)
            assert {utterances[k].speaker for k in rows} == {utterance.speaker}
        assert len({utterances[k].emotion for k in one_emotion}) == 1
        rows = sampling.same_emotion(row, rng)
        assert row not in rows
        assert {utterances[k].emotion for k in rows} == {utterance.emotion}
        rows = neutral(row, rng)
        if rows is not None:
            assert row not in rows
            assert [utterances[k].emotion for k in rows] == ["neutral"] * 2
    assert sum(neutral(row, rng) is None for row in range(len(utterances))) == 3 * 2
    assert sampling.any_emotion(24)(0, rng) is None
