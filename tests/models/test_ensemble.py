"""What boosting starts from, on embeddings made for the purpose."""

import numpy as np
from sklearn.metrics import balanced_accuracy_score
from test_classifier import made_up

from ser.labels import LABELS
from ser.models import kernel_ridge
from ser.models.ensemble import Ensemble
from ser.models.linear import flat_rows


def test_hears_what_no_line_tells_and_what_a_line_tells_best():
    random = np.random.default_rng(12)

    def drawn(clips):
        """Two emotions told by the side, two by whether two features are on the same side."""
        emotions = np.arange(clips) % 4
        sides = random.choice([-1, 1], clips)
        told = np.where(emotions < 2, 1, -1), sides, np.where(emotions % 2, sides, -sides)
        flat = np.repeat(np.array(told).T, 8, axis=1) + random.normal(0, 0.3, (clips, 24))
        return flat.astype(np.float32), emotions

    flat, emotions = drawn(480)
    fitted = Ensemble().fit(flat, emotions, np.arange(480) % 6)
    unseen, truth = drawn(200)
    linear, both = (
        balanced_accuracy_score(truth, answers.argmax(axis=1))
        for answers in (fitted.linear.predict_proba(unseen), fitted.answer(unseen, unseen)[0])
    )
    assert linear < 0.65 < 0.9 < both


def test_probabilities_sum_to_one_and_none_is_ruled_out():
    embeddings, emotions, speakers = made_up(np.random.default_rng(13), 12)
    flat = flat_rows(embeddings)
    fitted = Ensemble().fit(flat, emotions, speakers)
    probabilities = fitted.answer(100 * flat, 100 * flat)[0]
    assert fitted.classes_.tolist() == sorted(LABELS)
    assert np.allclose(probabilities.sum(axis=1), 1) and (probabilities > 0).all()


def test_only_the_linear_model_hears_what_is_adapted():
    embeddings, emotions, speakers = made_up(np.random.default_rng(14), 12)
    flat = flat_rows(embeddings)
    other = flat[::-1]
    # Of the very clips that it learned from, the kernel ridge alone decides.
    trusting, linear = (Ensemble(trust=trust).fit(flat, emotions, speakers) for trust in (1, 0))
    answers = [trusting.answer(flat, adapted)[0] for adapted in (flat, other)]
    assert np.allclose(*answers, atol=1e-4)
    assert np.array_equal(linear.answer(flat, flat)[0], linear.answer(other, flat)[0])


def test_of_clips_like_nothing_it_heard_the_linear_model_decides():
    embeddings, emotions, speakers = made_up(np.random.default_rng(18), 12)
    flat = flat_rows(embeddings)
    fitted, away = Ensemble().fit(flat, emotions, speakers), 10 * flat
    linear = fitted.linear.predict_proba(away)
    assert np.allclose(fitted.answer(away, away)[0], linear, atol=1e-3)
    assert not np.allclose(
        fitted.answer(flat, flat)[0], fitted.linear.predict_proba(flat), atol=1e-2
    )


def test_learns_from_known_voices_as_they_are_adapted():
    embeddings, emotions, speakers = made_up(np.random.default_rng(15), 12)
    flat, away = flat_rows(embeddings), 100 * (1 + speakers[:, None])
    fitted = Ensemble(trust=0.65).fit(
        flat + away, emotions, speakers, adapt=lambda heard, who: heard - 100 * (1 + who[:, None])
    )
    right = fitted.classes_[fitted.answer(flat + away, flat)[0].argmax(axis=1)] == emotions
    assert right.mean() > 0.9


def test_other_seeds_learn_otherwise(monkeypatch):
    embeddings, emotions, speakers = made_up(np.random.default_rng(14), 12)
    flat = flat_rows(embeddings)
    monkeypatch.setattr(kernel_ridge, "MOST", 60)  # what is drawn is left to chance
    fitted = [Ensemble(seed).fit(flat, emotions, speakers) for seed in (0, 0, 1)]
    answers = [each.answer(flat, flat)[0] for each in fitted]
    assert np.array_equal(answers[0], answers[1]) and not np.allclose(answers[0], answers[2])
