"""The pool of linear model and kernel ridge."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from ser.models.ensemble import MIN_PROBABILITY, floored, pool
from ser.models.kernel_ridge import fit_kernel_ridge
from ser.models.linear import fit_linear


def test_predicts_what_neither_model_predicts_alone():
    rng = np.random.default_rng(12)

    def sample(n_clips):
        """Two classes on either side of a plane, two of which a product of features decides."""
        classes = np.arange(n_clips) % 4
        sign = rng.choice([-1, 1], n_clips)
        features = np.where(classes < 2, 1, -1), sign, np.where(classes % 2, sign, -sign)
        rows = np.repeat(np.array(features).T, 8, axis=1) + rng.normal(0, 0.3, (n_clips, 24))
        return rows.astype(np.float32), classes

    rows, classes = sample(480)
    linear_model = fit_linear(rows, classes, np.arange(480) % 6)
    kernel_ridge = fit_kernel_ridge(rows, classes, [], [], seed=0)
    test, truth = sample(200)
    linear = linear_model.log_probabilities(test)
    pooled = pool(linear, *kernel_ridge.predict(test), 1.0)
    before, after = (
        balanced_accuracy_score(truth, scores.argmax(axis=1)) for scores in (linear, pooled)
    )
    assert before < 0.65 < 0.9 < after


@pytest.fixture
def inputs():
    """Log-probabilities, scores and similarities; the models disagree."""
    linear = np.log(np.tile([0.7, 0.2, 0.1], (3, 1)))
    scores = np.tile([0.1, 0.2, 1.2], (3, 1))
    return linear, scores, np.array([[0.0], [0.5], [1.0]])


def test_similarity_decides_between_the_models(inputs):
    linear, scores, similarity = inputs
    pooled = np.exp(pool(linear, scores, similarity, 1.0))
    assert np.allclose(pooled.sum(axis=1), 1)
    assert np.allclose(pooled[0], [0.7, 0.2, 0.1])
    assert np.allclose(pooled[2], scores[2] / scores[2].sum())
    assert pooled[0, 2] < pooled[1, 2] < pooled[2, 2]


def test_the_mixing_weight_bounds_the_kernel_ridge(inputs):
    linear, scores, similarity = inputs
    assert np.allclose(pool(linear, scores, similarity, 0.0), linear)
    half = np.exp(pool(linear, scores, similarity, 0.5))
    assert np.allclose(half[2], np.exp(pool(linear, scores, similarity, 1.0))[1])


def test_scores_below_0_rule_nothing_out():
    pooled = np.exp(pool(np.log([[0.5, 0.5]]), np.array([[-3.0, 1.0]]), np.ones((1, 1)), 1.0))
    assert pooled[0, 0] == pytest.approx(0.01 / 1.01)


def test_floored_log_probabilities_are_finite():
    assert np.exp(floored(np.array([-np.inf, -1.0]))) == pytest.approx(
        [MIN_PROBABILITY, np.exp(-1)]
    )
