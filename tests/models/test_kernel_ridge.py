"""The kernel ridge that boosting starts from, on embeddings made for the purpose."""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.kernel_ridge import KernelRidge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from test_classifier import made_up

from ser.models import kernel_ridge
from ser.models.kernel_ridge import Kernel, fit_kernel
from ser.models.linear import flat_rows


def test_the_kernel_ridge_answers_as_scikit_learn_does():
    random = np.random.default_rng(10)
    flat = (40 + 3 * random.normal(size=(60, 12))).astype(np.float32)
    shares = np.eye(3)[np.arange(60) % 3]
    steps = make_pipeline(
        StandardScaler(), PCA(6), KernelRidge(alpha=0.1, kernel="rbf", gamma=0.05)
    ).fit(flat, shares)
    assert np.allclose(Kernel(steps).predict(flat[:7])[0], steps.predict(flat[:7]), atol=1e-3)


def test_tells_how_alike_the_most_similar_clip_is():
    embeddings, emotions, _ = made_up(np.random.default_rng(17), 12)
    flat = flat_rows(embeddings)
    alike = fit_kernel(flat, emotions, [], [], seed=0).predict(np.vstack([flat, 3 * flat]))[1]
    assert alike.shape == (192, 1)
    assert np.allclose(alike[:96], 1, atol=1e-3)
    assert (alike[96:] < 0.5).all() and (alike[96:] >= 0).all()


def test_of_too_many_clips_some_are_enough(monkeypatch):
    embeddings, emotions, speakers = made_up(np.random.default_rng(16), 40)
    flat = flat_rows(embeddings)
    monkeypatch.setattr(kernel_ridge, "MOST", 100)
    fitted = fit_kernel(flat, emotions, [], [], seed=0)
    assert len(fitted.heard) == 100
    right = np.unique(emotions)[fitted.predict(flat)[0].argmax(axis=1)] == emotions
    assert right.mean() > 0.8
