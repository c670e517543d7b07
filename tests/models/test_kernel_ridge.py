"""The kernel ridge on synthetic embeddings."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.kernel_ridge import KernelRidge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from synthetic import embeddings_of

from ser.models import kernel_ridge
from ser.models.kernel_ridge import fit_kernel_ridge
from ser.models.linear import flat_rows


def test_scores_are_those_of_scikit_learn():
    embeddings, emotions, _ = embeddings_of(np.random.default_rng(10), 8)
    rows = 40 + flat_rows(embeddings)
    pipeline = make_pipeline(
        StandardScaler(),
        PCA(64, svd_solver="full"),
        KernelRidge(alpha=0.02, kernel="rbf", gamma=0.3 / rows.shape[1]),
    )
    targets = (emotions[:, None] == np.unique(emotions)).astype(float)
    pipeline.fit(rows, targets)
    scores, _ = fit_kernel_ridge(rows, emotions, [], [], seed=0).predict(rows[:7])
    assert np.allclose(scores, pipeline.predict(rows[:7]), atol=1e-2)


def test_similarity_is_1_for_training_clips_and_falls_with_distance():
    embeddings, emotions, _ = embeddings_of(np.random.default_rng(17), 12)
    rows = flat_rows(embeddings)
    model = fit_kernel_ridge(rows, emotions, [], [], seed=0)
    _, similarity = model.predict(np.vstack([rows, 3 * rows]))
    assert similarity.shape == (192, 1)
    assert np.allclose(similarity[:96], 1, atol=1e-3)
    assert (similarity[96:] < 0.5).all() and (similarity[96:] >= 0).all()


@pytest.mark.parametrize("n_copies", [0, 1])
def test_of_too_many_clips_a_sample_is_kept(monkeypatch, n_copies):
    embeddings, emotions, _ = embeddings_of(np.random.default_rng(16), 40)
    rows = flat_rows(embeddings)
    monkeypatch.setattr(kernel_ridge, "MAX_EXAMPLES", 100)
    models = [
        fit_kernel_ridge(rows, emotions, [embeddings] * n_copies, [], seed) for seed in (0, 0, 1)
    ]
    assert all(len(model.examples) == 100 for model in models)
    scores = [model.predict(rows)[0] for model in models]
    assert np.array_equal(scores[0], scores[1]) and not np.allclose(scores[0], scores[2])
    assert (np.unique(emotions)[scores[0].argmax(axis=1)] == emotions).mean() > 0.8
