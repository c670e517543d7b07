"""What boosting starts from, on embeddings made for the purpose."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score
from test_classifier import made_up

from ser import ensemble
from ser.ensemble import Ensemble, fit_linear, linear_model, nearer
from ser.labels import LABELS


@pytest.mark.parametrize("occurring", [LABELS, LABELS[:2]])
@pytest.mark.parametrize("told", [0, 3])
def test_scaling_directions_and_regression_fold_into_one_step(occurring, told):
    random = np.random.default_rng(11)
    embeddings, emotions, actors = made_up(random, 20, spread=3.0)
    rows = np.isin(emotions, occurring)
    embeddings, emotions = 400 + embeddings[rows].reshape(rows.sum(), -1), emotions[rows]
    directions = random.normal(size=(told, embeddings.shape[1]))
    single = fit_linear(embeddings, emotions, actors[rows], directions=directions)
    steps = linear_model(directions).fit(nearer(embeddings, actors[rows]), emotions)
    assert single.classes_.tolist() == steps.classes_.tolist()
    assert np.allclose(single.predict_proba(embeddings), steps.predict_proba(embeddings), atol=1e-3)


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
        balanced_accuracy_score(truth, model.predict_proba(unseen).argmax(axis=1))
        for model in (fitted.linear, fitted)
    )
    assert linear < 0.65 < 0.9 < both


def test_probabilities_sum_to_one_and_none_is_ruled_out():
    embeddings, emotions, speakers = made_up(np.random.default_rng(13), 12)
    flat = ensemble.flat_rows(embeddings)
    fitted = Ensemble().fit(flat, emotions, speakers)
    probabilities = fitted.predict_proba(100 * flat)
    assert fitted.classes_.tolist() == sorted(LABELS)
    assert np.allclose(probabilities.sum(axis=1), 1) and (probabilities > 0).all()


def test_other_seeds_learn_otherwise():
    embeddings, emotions, speakers = made_up(np.random.default_rng(14), 12)
    flat = ensemble.flat_rows(embeddings)
    answers = [Ensemble(s).fit(flat, emotions, speakers).predict_proba(flat) for s in (0, 0, 1)]
    assert np.array_equal(answers[0], answers[1]) and not np.allclose(answers[0], answers[2])
