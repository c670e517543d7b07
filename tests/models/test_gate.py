"""The gate between the linear model and the kernel ridge, and the pool of both."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import log_softmax
from sklearn.metrics import balanced_accuracy_score

from ser import arrays
from ser.models.gate import MIN_SCORE, MIN_WEIGHT, PERCENTILES, SCALES, WEIGHTS, Gate, fit_gate
from ser.models.kernel_ridge import fit_kernel_ridge
from ser.models.linear import fit_linear

PLAIN = Gate(0.5, 20.0, kernel_scale=1.0, linear_scale=1.0, only_at_home=np.zeros(3, bool))


def one_hot_scores(targets, n_classes=3, value=0.8):
    """Return scores of a kernel ridge that is always right."""
    rest = (1 - value) / (n_classes - 1)
    return np.where(targets[:, None] == np.arange(n_classes), value, rest)


def fitted(similarity, scores, linear, targets, mask=None):
    if mask is None:
        mask = np.ones(linear.shape, bool)
    only_at_home = np.zeros(linear.shape[1], bool)
    return fit_gate(similarity, scores, linear, mask, targets, np.ones(len(targets)), only_at_home)


def test_similar_clips_get_the_kernel_ridge_and_others_the_linear_model():
    """Unknown speakers of the home corpus get a weight near 1, most of all the typical ones."""
    rng = np.random.default_rng(0)
    similarity, targets = rng.uniform(0.5, 0.9, (1000, 1)), rng.integers(3, size=1000)
    linear = log_softmax(rng.normal(size=(1000, 3)), axis=1)
    gate = fitted(similarity, one_hot_scores(targets), linear, targets)
    points = np.percentile(similarity, PERCENTILES)[:, None]
    assert np.allclose(gate.weight(points)[:, 0], WEIGHTS, atol=1e-6)
    far, unlike, typical, same = gate.weight(np.array([[0], [0.3], [0.7], [1.0]]))[:, 0]
    assert far < unlike < 0.05 and far < 0.001
    assert 0.95 < typical < same <= 1


def test_clips_that_are_all_as_similar_give_a_finite_gate():
    targets = np.arange(30) % 3
    linear = np.log(one_hot_scores(targets))
    gate = fitted(np.full((30, 1), 0.7), one_hot_scores(targets), linear, targets)
    weight = gate.weight(np.array([[0.0], [0.7], [1.0]]))[:, 0]
    assert np.isfinite(gate.slope) and weight == pytest.approx([0, WEIGHTS[0], 1])


@pytest.fixture
def inputs():
    """Log-probabilities and scores of four clips; the models disagree."""
    return np.log(np.tile([0.7, 0.2, 0.1], (4, 1))), np.tile([0.1, 0.2, 1.2], (4, 1))


def test_the_weight_decides_between_the_models(inputs):
    linear, scores = inputs
    pooled = np.exp(PLAIN.pool(linear, scores, np.array([[0.0], [0.4], [0.6], [1.0]])))
    assert np.allclose(pooled.sum(axis=1), 1)
    assert np.allclose(pooled[0], [0.7, 0.2, 0.1])
    assert np.allclose(pooled[3], scores[3] / scores[3].sum())
    assert (np.diff(pooled[:, 2]) > 0).all()


def test_inverse_temperatures_sharpen_each_model(inputs):
    linear, scores = inputs
    gate = replace(PLAIN, kernel_scale=0.5, linear_scale=2.0)
    pooled = np.exp(gate.pool(linear, scores, np.array([[0.0], [0.0], [1.0], [1.0]])))
    squares, roots = np.square([0.7, 0.2, 0.1]), np.sqrt([0.1, 0.2, 1.2])
    assert np.allclose(pooled[0], squares / squares.sum())
    assert np.allclose(pooled[3], roots / roots.sum())


def test_scores_below_0_rule_nothing_out():
    scores = np.array([[-3.0, 0.0, 1.0]])
    pooled = np.exp(PLAIN.pool(np.log(np.full((1, 3), 1 / 3)), scores, np.ones((1, 1))))
    assert pooled[0] == pytest.approx(np.array([MIN_SCORE, MIN_SCORE, 1]) / (1 + 2 * MIN_SCORE))


def test_an_emotion_of_the_home_corpus_alone_is_improbable_elsewhere(inputs):
    linear, scores = inputs
    gate = replace(PLAIN, only_at_home=np.array([True, False, False]))
    weight = np.array([[0.0], [0.4], [0.6], [1.0]])
    expected = np.exp(PLAIN.pool(linear, scores, weight))
    pooled = np.exp(gate.pool(linear, scores, weight))
    assert np.allclose(pooled.sum(axis=1), 1)
    assert np.allclose(pooled[3], expected[3])
    assert 0 < pooled[0, 0] < 10 * MIN_WEIGHT
    odds = pooled[:, 0] / pooled[:, 1] / (expected[:, 0] / expected[:, 1])
    assert np.allclose(odds[1:], weight[1:, 0])
    # The others are in the proportions that they have without it.
    assert np.allclose(pooled[:, 1] / pooled[:, 2], expected[:, 1] / expected[:, 2])


def calibrated(rng, n_clips, n_classes=4):
    """Return log-probabilities and classes that occur with just these probabilities."""
    probabilities = rng.dirichlet(np.ones(n_classes), n_clips) + 0.02
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return np.log(probabilities), np.array([rng.choice(n_classes, p=p) for p in probabilities])


def test_inverse_temperatures_are_those_of_each_models_own_corpora():
    """The kernel ridge's is fitted to the home corpus, the linear model's to the others."""
    rng = np.random.default_rng(1)
    home, at_home = calibrated(rng, 2000)
    others, elsewhere = calibrated(rng, 2000)
    targets = np.concatenate([at_home, elsewhere])
    similarity = rng.uniform(0.5, 0.9, (2000, 1))
    # The scores are not confident enough; the linear model is too confident elsewhere.
    scores, linear = np.exp(home / 2), np.concatenate([home, 2 * others])
    gate = fitted(similarity, scores, linear, targets)
    assert gate.kernel_scale == pytest.approx(2, rel=0.1)
    assert gate.linear_scale == pytest.approx(1 / 2, rel=0.1)
    alone = fitted(similarity, scores, 1.5 * home, at_home)
    assert alone.linear_scale == pytest.approx(1 / 1.5, rel=0.1)


def test_masked_classes_do_not_count_as_errors():
    """What the linear model takes for an emotion that the other corpus lacks is no error."""
    rng = np.random.default_rng(2)
    linear, targets = calibrated(rng, 3000, 3)
    with_masked = np.hstack([linear, rng.normal(3, 2, (3000, 1))])
    home = slice(1000)
    arguments = rng.uniform(0.5, 0.9, (1000, 1)), np.exp(with_masked[home]), with_masked, targets
    mask = np.tile([True, True, True, False], (3000, 1))
    assert fitted(*arguments, mask).linear_scale == pytest.approx(1, rel=0.1)
    assert fitted(*arguments).linear_scale < 0.5


def test_certain_models_have_a_finite_inverse_temperature():
    targets = np.arange(60) % 3
    similarity = np.random.default_rng(3).uniform(size=(60, 1))
    linear = np.log(one_hot_scores(targets, value=0.9))
    gate = fitted(similarity, one_hot_scores(targets), linear, targets)
    assert SCALES[0] < gate.kernel_scale <= SCALES[1] and SCALES[0] < gate.linear_scale <= SCALES[1]


def test_predicts_what_the_linear_model_does_not():
    rng = np.random.default_rng(12)

    def sample(n_clips):
        """Two classes on either side of a plane, two of which a product of features decides."""
        classes = np.arange(n_clips) % 4
        sign = rng.choice([-1, 1], n_clips)
        features = np.where(classes < 2, 1, -1), sign, np.where(classes % 2, sign, -sign)
        rows = np.repeat(np.array(features).T, 8, axis=1) + rng.normal(0, 0.3, (n_clips, 24))
        return rows.astype(np.float32), classes

    rows, classes = sample(480)
    linear_model = fit_linear(rows, classes, np.full(480, "made"), np.arange(480) % 6, 4)
    kernel_ridge = fit_kernel_ridge(rows, classes, 4, seed=0)
    test, truth = sample(200)
    linear = linear_model.log_probabilities(test)
    scores, similarity = kernel_ridge.predict(test)
    gate = fitted(similarity, scores, linear, truth)
    pooled = gate.pool(linear, scores, gate.weight(similarity))
    before, after = (
        balanced_accuracy_score(truth, scores.argmax(axis=1)) for scores in (linear, pooled)
    )
    assert before < 0.65 < 0.9 < after


def test_saved_and_loaded(tmp_path):
    arrays.save(PLAIN, tmp_path / "gate.npz")
    loaded = arrays.load(Gate, tmp_path / "gate.npz")
    assert loaded.only_at_home.dtype == bool
    assert all(np.array_equal(getattr(loaded, name), value) for name, value in vars(PLAIN).items())
