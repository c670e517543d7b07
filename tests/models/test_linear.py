"""The linear model that boosting starts from, on embeddings made for the purpose."""

import numpy as np
import pytest
from test_classifier import made_up

from ser.labels import LABELS
from ser.models.linear import fit_linear, linear_model, nearer


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
