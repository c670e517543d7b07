"""The kernel ridge on synthetic embeddings."""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.kernel_ridge import KernelRidge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from synthetic import embeddings_of

from ser.labels import LABELS
from ser.models import kernel_ridge
from ser.models.kernel_ridge import fit_kernel_ridge
from ser.models.linear import flat_rows


def clips(seed, n_per_label):
    """Return rows, and the columns of their classes."""
    embeddings, emotions, _ = embeddings_of(np.random.default_rng(seed), n_per_label)
    return flat_rows(embeddings), np.array([LABELS.index(emotion) for emotion in emotions])


def fitted(rows, targets, seed=0):
    return fit_kernel_ridge(rows, targets, len(LABELS), seed)


def test_scores_are_those_of_scikit_learn():
    rows, targets = clips(10, 8)
    rows = 40 + rows
    pipeline = make_pipeline(
        StandardScaler(),
        PCA(64, svd_solver="full"),
        KernelRidge(alpha=0.02, kernel="rbf", gamma=0.3 / rows.shape[1]),
    )
    pipeline.fit(rows, np.eye(8)[targets])
    scores, _ = fitted(rows, targets).predict(rows[:7])
    assert np.allclose(scores, pipeline.predict(rows[:7]), atol=1e-2)


def test_similarity_is_1_for_training_clips_and_falls_with_distance():
    rows, targets = clips(17, 12)
    _, similarity = fitted(rows, targets).predict(np.vstack([rows, 3 * rows]))
    assert similarity.shape == (192, 1)
    assert np.allclose(similarity[:96], 1, atol=1e-3)
    assert (similarity[96:] < 0.5).all() and (similarity[96:] >= 0).all()


def test_of_too_many_clips_a_sample_is_kept(monkeypatch):
    rows, targets = clips(16, 40)
    monkeypatch.setattr(kernel_ridge, "MAX_EXAMPLES", 100)
    models = [fitted(rows, targets, seed) for seed in (0, 0, 1)]
    assert all(len(model.examples) == 100 for model in models)
    scores = [model.predict(rows)[0] for model in models]
    assert np.array_equal(scores[0], scores[1]) and not np.allclose(scores[0], scores[2])
    assert (scores[0].argmax(axis=1) == targets).mean() > 0.8


def test_rare_classes_weigh_as_much_as_frequent_ones():
    rows = np.random.default_rng(19).normal(size=(40, 24))
    # Each row occurs three times as class 0 and once as class 1, of which both weigh the same.
    targets = np.repeat([0, 0, 0, 1], 40)
    scores, _ = fitted(np.tile(rows, (4, 1)), targets).predict(rows)
    assert np.allclose(scores[:, 0], scores[:, 1], atol=0.02)
    assert (scores[:, :2] > 0.3).all()


def test_classes_that_do_not_occur_get_score_0():
    rows, targets = clips(20, 8)
    kept = np.isin(targets, [1, 4, 6])
    scores, _ = fitted(rows[kept], targets[kept]).predict(rows)
    assert scores.shape == (64, 8)
    assert (scores[:, [0, 2, 3, 5, 7]] == 0).all()
    assert (scores.argmax(axis=1) == targets)[kept].mean() > 0.9
