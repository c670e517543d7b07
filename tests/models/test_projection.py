"""Principal components of standardised embeddings, and corpora reduced to them."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler
from synthetic import embeddings_of, projected_corpora

from ser import arrays
from ser.models import linear
from ser.models.linear import Projection
from ser.training.classifier.training_set import ProjectedCorpora


@pytest.fixture
def embeddings():
    """Embeddings whose features have unlike means and deviations; those of unused ones are 0."""
    embeddings, _, _ = embeddings_of(np.random.default_rng(0), 15)
    rng = np.random.default_rng(1)
    scales = rng.uniform(0.1, 10, embeddings.shape[1:])
    scales[0, 0, :3] = 0
    return (embeddings * scales + rng.normal(0, 20, scales.shape)).astype(np.float16)


def test_components_are_those_of_scikit_learn(embeddings):
    rows = embeddings.reshape(len(embeddings), -1).astype(float)
    components = Projection.fit(embeddings, seed=0)(embeddings)
    expected = PCA(components.shape[1]).fit_transform(StandardScaler().fit_transform(rows))
    assert components.dtype == np.float32
    # The sign of a component is arbitrary, and the last ones vary too little to be determined.
    assert np.allclose(np.abs(components[:, :100]), np.abs(expected[:, :100]), atol=1e-2)


def test_components_are_uncorrelated_and_sorted_by_variance(embeddings):
    components = Projection.fit(embeddings, seed=0)(embeddings)
    covariance = np.cov(components.T)
    variances = np.diag(covariance)
    assert (np.diff(variances) <= 1e-4).all() and variances[0] > 2 * variances[-1]
    assert np.allclose(components.mean(axis=0), 0, atol=1e-3)
    assert np.abs(covariance - np.diag(variances)).max() < 1e-2


def test_projection_is_affine(embeddings):
    projected = Projection.fit(embeddings, seed=0)
    first, second = np.float32(embeddings[:40]), np.float32(embeddings[40:80])
    between = projected(0.25 * first + 0.75 * second)
    assert np.allclose(between, 0.25 * projected(first) + 0.75 * projected(second), atol=1e-3)


def test_new_clips_are_projected_one_by_one_as_together(embeddings):
    fitted = Projection.fit(embeddings[:80], seed=0)
    alone = np.concatenate([fitted(embedding[None]) for embedding in embeddings[80:]])
    assert np.allclose(fitted(embeddings[80:]), alone, atol=1e-3)


@pytest.mark.parametrize(
    ("n_clips", "limit", "expected"),
    [(120, 512, 120), (10, 512, 10), (120, 7, 7)],
    ids=["as many as clips", "few clips", "limited"],
)
def test_number_of_components(embeddings, monkeypatch, n_clips, limit, expected):
    monkeypatch.setattr(linear, "N_COMPONENTS", limit)
    components = Projection.fit(embeddings[:n_clips], seed=0)(embeddings)
    assert components.shape == (120, expected) and np.isfinite(components).all()


def test_corpora_are_saved_and_loaded(tmp_path):
    corpora = projected_corpora(
        first=embeddings_of(np.random.default_rng(2), 5),
        second=embeddings_of(np.random.default_rng(3), 3),
    )
    assert np.unique(corpora.corpora, return_counts=True)[1].tolist() == [40, 24]
    arrays.save(corpora, tmp_path / "corpora.npz")
    loaded = arrays.load(ProjectedCorpora, tmp_path / "corpora.npz")
    assert loaded.rows.dtype == np.float16 and len(loaded.rows) == 64
    for name in ("rows", "emotions", "corpora", "speakers"):
        assert np.array_equal(getattr(loaded, name), getattr(corpora, name))
    embeddings, _, _ = embeddings_of(np.random.default_rng(4), 1)
    assert np.array_equal(loaded.projection(embeddings), corpora.projection(embeddings))
