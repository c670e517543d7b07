"""Boosting as arrays predicts what scikit-learn's predicts."""

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.utils.class_weight import compute_sample_weight

from ser import arrays
from ser.models import boosting
from ser.models.boosting import Boosting, PrecomputedScores, fit_boosting
from ser.models.ensemble import floored


def clips(rng, n_clips, n_classes):
    """Return log-probabilities, features of which one class has larger ones, and classes."""
    classes = np.arange(n_clips) % n_classes
    features = rng.normal(size=(n_clips, 6)) + 3 * (classes == 1)[:, None]
    scores = rng.dirichlet(np.ones(n_classes), n_clips)
    return floored(np.log(scores)), features, classes


@pytest.mark.parametrize("n_classes", [2, 3, 8])
@pytest.mark.parametrize("depth", [1, 3])
def test_predicts_as_scikit_learn_does(monkeypatch, n_classes, depth):
    monkeypatch.setattr(boosting, "MAX_DEPTH", depth)
    monkeypatch.setattr(boosting, "LEARNING_RATE", 0.3)
    rng = np.random.default_rng(0)
    scores, features, classes = clips(rng, 240, n_classes)
    model = fit_boosting(scores, features, classes, seed=1)
    test_scores, test_features, _ = clips(rng, 50, n_classes)
    expected = []
    for run in range(boosting.N_RUNS):
        reference = GradientBoostingClassifier(
            init=PrecomputedScores(),
            n_estimators=boosting.N_ESTIMATORS,
            max_depth=depth,
            learning_rate=0.3,
            subsample=boosting.SUBSAMPLE,
            max_features="sqrt",
            random_state=boosting.N_RUNS + run,
        )
        weights = compute_sample_weight("balanced", classes)
        reference.fit(np.hstack([scores, features]), classes, sample_weight=weights)
        expected.append(reference.predict_proba(np.hstack([test_scores, test_features])))
    predicted = np.exp(model.predict_log_proba(test_scores, test_features))
    assert np.allclose(predicted, np.mean(expected, axis=0), atol=1e-6)
    assert np.allclose(predicted.sum(axis=1), 1)


def test_corrects_scores_that_are_wrong():
    rng = np.random.default_rng(2)
    scores, features, classes = clips(rng, 300, 3)
    scores[:] = np.log(1 / 3)
    model = fit_boosting(scores, features, classes, seed=0)
    corrected = model.predict_log_proba(scores, features)[:, 1]
    assert (corrected[classes == 1] > corrected[classes != 1].max()).mean() > 0.8


def test_a_class_that_does_not_occur_has_no_trees():
    rng = np.random.default_rng(3)
    scores, features, classes = clips(rng, 300, 3)
    kept = classes != 1
    model = fit_boosting(scores[kept], features[kept], classes[kept], seed=0)
    predicted = np.exp(model.predict_log_proba(scores[:, [0, 2]], features))
    assert predicted.shape == (300, 2) and np.allclose(predicted.sum(axis=1), 1)


def test_saved_and_loaded(tmp_path):
    scores, features, classes = clips(np.random.default_rng(4), 90, 3)
    model = fit_boosting(scores, features, classes, seed=0)
    arrays.save(model, tmp_path / "boosting.npz")
    loaded = arrays.load(Boosting, tmp_path / "boosting.npz")
    assert np.array_equal(
        loaded.predict_log_proba(scores, features), model.predict_log_proba(scores, features)
    )
