"""What boosting starts from, on embeddings made for the purpose."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from test_classifier import made_up

from ser import ensemble
from ser.ensemble import Ensemble, Kernel, fit_linear, linear_model, nearer
from ser.labels import LABELS


def test_the_kernel_ridge_answers_as_scikit_learn_does():
    random = np.random.default_rng(10)
    flat = (40 + 3 * random.normal(size=(60, 12))).astype(np.float32)
    shares = np.eye(3)[np.arange(60) % 3]
    steps = make_pipeline(
        StandardScaler(), PCA(6), KernelRidge(alpha=0.1, kernel="rbf", gamma=0.05)
    ).fit(flat, shares)
    assert np.allclose(Kernel(steps).predict(flat[:7]), steps.predict(flat[:7]), atol=1e-3)


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
        balanced_accuracy_score(truth, answers.argmax(axis=1))
        for answers in (fitted.linear.predict_proba(unseen), fitted.predict_proba(unseen, unseen))
    )
    assert linear < 0.65 < 0.9 < both


def test_probabilities_sum_to_one_and_none_is_ruled_out():
    embeddings, emotions, speakers = made_up(np.random.default_rng(13), 12)
    flat = ensemble.flat_rows(embeddings)
    fitted = Ensemble().fit(flat, emotions, speakers)
    probabilities = fitted.predict_proba(100 * flat, 100 * flat)
    assert fitted.classes_.tolist() == sorted(LABELS)
    assert np.allclose(probabilities.sum(axis=1), 1) and (probabilities > 0).all()


def test_only_the_linear_model_hears_what_is_adapted():
    embeddings, emotions, speakers = made_up(np.random.default_rng(14), 12)
    flat = ensemble.flat_rows(embeddings)
    other = flat[::-1]
    kernel, linear = (
        Ensemble(kernel_share=share).fit(flat, emotions, speakers) for share in (1, 0)
    )
    assert np.array_equal(kernel.predict_proba(flat, flat), kernel.predict_proba(flat, other))
    assert np.array_equal(linear.predict_proba(flat, flat), linear.predict_proba(other, flat))


def test_learns_from_known_voices_as_they_are_adapted():
    embeddings, emotions, speakers = made_up(np.random.default_rng(15), 12)
    flat, away = ensemble.flat_rows(embeddings), 100 * (1 + speakers[:, None])
    fitted = Ensemble(kernel_share=0.5).fit(
        flat + away, emotions, speakers, adapt=lambda heard, who: heard - 100 * (1 + who[:, None])
    )
    right = fitted.classes_[fitted.predict_proba(flat + away, flat).argmax(axis=1)] == emotions
    assert right.mean() > 0.9


def test_other_seeds_learn_otherwise(monkeypatch):
    embeddings, emotions, speakers = made_up(np.random.default_rng(14), 12)
    flat = ensemble.flat_rows(embeddings)
    monkeypatch.setattr(ensemble, "MOST", 60)  # what is drawn is left to chance
    fitted = [Ensemble(seed).fit(flat, emotions, speakers) for seed in (0, 0, 1)]
    answers = [each.predict_proba(flat, flat) for each in fitted]
    assert np.array_equal(answers[0], answers[1]) and not np.allclose(answers[0], answers[2])


def test_of_too_many_clips_some_are_enough(monkeypatch):
    embeddings, emotions, speakers = made_up(np.random.default_rng(16), 40)
    flat = ensemble.flat_rows(embeddings)
    monkeypatch.setattr(ensemble, "MOST", 100)
    fitted = Ensemble(kernel_share=1).fit(flat, emotions, speakers)
    assert len(fitted.kernel.heard) == 100
    right = fitted.classes_[fitted.predict_proba(flat, flat).argmax(axis=1)] == emotions
    assert right.mean() > 0.8
