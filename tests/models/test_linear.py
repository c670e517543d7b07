"""The linear model of several corpora, on made-up features."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from synthetic import embeddings_of

from ser.models import linear
from ser.models.linear import (
    SPEAKER_SHRINKAGE,
    affine,
    balanced_weights,
    between_covariances,
    class_mask,
    fit_linear,
    flat_rows,
    normalise_speakers,
)


def test_without_speakers_it_is_a_balanced_logistic_regression(monkeypatch):
    monkeypatch.setattr(linear, "SPEAKER_PENALTY", 0)
    monkeypatch.setattr(linear, "SPEAKER_SHRINKAGE", 0)
    embeddings, emotions, speakers = embeddings_of(np.random.default_rng(1), [5] + [15] * 7)
    rows, targets = flat_rows(embeddings), np.unique(emotions, return_inverse=True)[1]
    model = fit_linear(rows, targets, np.full(len(rows), "made"), speakers, 8)
    reference = LogisticRegression(C=linear.C, class_weight="balanced").fit(rows, targets)
    predicted = np.exp(model.log_probabilities(rows))
    assert predicted.shape == (110, 8)
    assert np.allclose(predicted, reference.predict_proba(rows), atol=5e-3)


def two_corpora(rng, n_clips=300):
    """Return rows of three classes in two corpora, of which the first lacks the last class.

    The first column tells the corpora apart, the last three the classes.
    """
    corpora = np.repeat(["lacking", "complete"], n_clips)
    targets = np.concatenate([np.arange(n_clips) % 2, np.arange(n_clips) % 3])
    rows = rng.normal(size=(2 * n_clips, 4))
    rows[:, 0] += np.where(corpora == "lacking", 3, -3)
    rows[np.arange(2 * n_clips), 1 + targets] += 2
    return np.float32(rows), targets, corpora


def test_a_class_that_a_corpus_lacks_is_not_pushed_down_for_its_clips(monkeypatch):
    monkeypatch.setattr(linear, "C", 1.0)
    rows, targets, corpora = two_corpora(np.random.default_rng(2))
    speakers = np.arange(len(rows)) % 6
    masked = fit_linear(rows, targets, corpora, speakers, 3)
    as_one = fit_linear(rows, targets, np.full(len(rows), "one"), speakers, 3)
    # Clips of the class, recorded as those of the corpus that lacks it.
    test = np.random.default_rng(3).normal(size=(200, 4)) + [3, 0, 0, 2]
    recalls = [
        (model.log_probabilities(test).argmax(axis=1) == 2).mean() for model in (masked, as_one)
    ]
    assert recalls[0] > 0.7 and recalls[1] < 0.5


@pytest.mark.parametrize("absent", [[7], [0, 3], [0, 1, 2, 3, 4, 5]])
def test_classes_that_do_not_occur_get_probability_0(absent):
    embeddings, emotions, speakers = embeddings_of(np.random.default_rng(4), 8)
    targets = np.unique(emotions, return_inverse=True)[1]
    kept = ~np.isin(targets, absent)
    rows = flat_rows(embeddings)
    corpora = np.full(kept.sum(), "made")
    model = fit_linear(rows[kept], targets[kept], corpora, speakers[kept], 8)
    predicted = np.exp(model.log_probabilities(rows))
    assert (predicted[:, absent] == 0).all()
    assert np.allclose(predicted.sum(axis=1), 1, atol=1e-5)
    assert (predicted.argmax(axis=1) == targets)[kept].mean() > 0.9


def test_directions_in_which_speakers_differ_are_not_relied_on(monkeypatch):
    """Two columns tell the classes apart equally well; speakers differ in one of them."""
    rng = np.random.default_rng(5)
    speakers, targets = np.repeat(np.arange(20), 20), np.arange(400) % 2
    rows = rng.normal(size=(400, 2)) + targets[:, None]
    rows[:, 0] += rng.normal(0, 5, 20)[speakers]
    arguments = np.float32(rows), targets, np.full(400, "made"), speakers, 2
    monkeypatch.setattr(linear, "SPEAKER_SHRINKAGE", 1)  # so that only the penalty differs
    ratios = []
    for penalty in (0, 1):
        monkeypatch.setattr(linear, "SPEAKER_PENALTY", penalty)
        speaker_dependent, independent = np.abs(fit_linear(*arguments).weights[:, 1])
        ratios.append(speaker_dependent / independent)
    assert ratios[1] < 0.2 < 0.8 < ratios[0]


def test_directions_in_which_corpora_differ_are_not_relied_on(monkeypatch):
    """Two columns tell the classes apart equally well; corpora differ in one of them."""
    rng = np.random.default_rng(9)
    corpora, targets = np.repeat(np.arange(5), 80), np.arange(400) % 2
    rows = rng.normal(size=(400, 2)) + targets[:, None]
    rows[:, 0] += (corpora - 2) * 2
    arguments = np.float32(rows), targets, corpora, np.arange(400) % 4, 2
    ratios = []
    for penalty in (0, 1):
        monkeypatch.setattr(linear, "CORPUS_PENALTY", penalty)
        corpus_dependent, independent = np.abs(fit_linear(*arguments).weights[:, 1])
        ratios.append(corpus_dependent / independent)
    assert ratios[1] < 0.5 * ratios[0]


def test_covariances_ignore_which_classes_are_spoken():
    rng = np.random.default_rng(6)
    targets = speakers = np.arange(40) % 4
    rows, corpora = np.eye(4)[targets] + 5, np.full(40, "made")
    assert np.allclose(between_covariances(rows, targets, corpora, speakers), 0)
    assert np.allclose(between_covariances(rows, targets, speakers, corpora), 0)
    offsets = rng.normal(size=(4, 4))
    mixed = np.arange(40) // 4 % 4  # each speaker in all classes
    of_speakers, _ = between_covariances(rows + offsets[mixed], targets, corpora, mixed)
    assert np.allclose(of_speakers, np.cov(offsets.T, bias=True))


def test_covariance_of_speakers_is_within_corpora():
    speakers, corpora = np.array(["a", "b"] * 2), np.repeat(["first", "second"], 2)
    rows = np.array([[1.0, 0], [-1.0, 0], [103.0, 0], [97.0, 0]])
    of_speakers, of_corpora = between_covariances(rows, np.zeros(4, int), corpora, speakers)
    assert of_speakers.tolist() == [[(1 + 9) / 2, 0], [0, 0]]
    assert of_corpora.tolist() == [[50**2, 0], [0, 0]]


def test_part_of_each_speakers_deviation_from_its_corpus_is_subtracted():
    rows = np.array([[0.0, 1.0], [2.0, 1.0], [10.0, 3.0], [12.0, 3.0], [7.0, 7.0]])
    corpora = np.array(["first"] * 4 + ["second"])
    # "a" of the second corpus is another speaker than "a" of the first.
    normalised = normalise_speakers(rows, corpora, np.array(["a", "a", "b", "b", "a"]))
    assert SPEAKER_SHRINKAGE == 0.5
    assert normalised.tolist() == [[2.5, 1.5], [4.5, 1.5], [7.5, 2.5], [9.5, 2.5], [7, 7]]
    assert rows[0].tolist() == [0, 1]


def test_classes_of_a_corpus_weigh_the_same_and_corpora_by_their_clips():
    rng = np.random.default_rng(7)
    corpora, targets = rng.choice(["a", "b"], 300, p=[0.2, 0.8]), rng.choice(4, 300)
    targets[corpora == "a"] %= 3
    weights = balanced_weights(targets, corpora)
    for corpus in ("a", "b"):
        rows = corpora == corpus
        sums = [weights[rows & (targets == label)].sum() for label in np.unique(targets[rows])]
        assert len(sums) == (3 if corpus == "a" else 4)
        assert np.allclose(sums, rows.sum() / len(sums))


def test_mask_tells_which_classes_a_corpus_has():
    mask = class_mask(np.array([0, 2, 2, 1]), np.array(["a", "a", "b", "b"]), 4)
    assert mask.astype(int).tolist() == [[1, 0, 1, 0]] * 2 + [[0, 1, 1, 0]] * 2


@pytest.mark.parametrize("n_clips", [3, 1, 0])
def test_embeddings_become_rows(n_clips):
    embeddings = np.arange(n_clips * 24).reshape(n_clips, 3, 2, 4).astype(np.float16)
    rows = flat_rows(embeddings)
    assert rows.dtype == np.float32 and rows.shape == (n_clips, 24)
    assert rows.ravel().tolist() == list(range(n_clips * 24))


def test_an_affine_function_becomes_weights_and_intercept():
    rows = 400 + np.random.default_rng(8).normal(size=(50, 6)) * [1, 2, 3, 4, 5, 0]
    pipeline = make_pipeline(StandardScaler(), LogisticRegression())
    pipeline.fit(rows, np.arange(50) % 3)
    weights, intercept = affine(pipeline.decision_function, 6)
    assert weights.dtype == intercept.dtype == np.float32
    assert np.allclose(rows @ weights + intercept, pipeline.decision_function(rows), atol=1e-3)
