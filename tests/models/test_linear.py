"""The linear model on synthetic embeddings."""

import numpy as np
import pytest
from synthetic import embeddings_of

from ser.labels import LABELS
from ser.models.linear import SPEAKER_SHRINKAGE, fit_linear, linear_pipeline, normalise_speakers


@pytest.mark.parametrize("occurring", [LABELS, LABELS[:2]])
@pytest.mark.parametrize("n_directions", [0, 3])
def test_features_and_regression_become_one_affine_map(occurring, n_directions):
    rng = np.random.default_rng(11)
    embeddings, emotions, speakers = embeddings_of(rng, 20, noise=3.0)
    kept = np.isin(emotions, occurring)
    rows, emotions = 400 + embeddings[kept].reshape(kept.sum(), -1), emotions[kept]
    directions = rng.normal(size=(n_directions, rows.shape[1]))
    model = fit_linear(rows, emotions, speakers[kept], directions=directions)
    pipeline = linear_pipeline(directions).fit(normalise_speakers(rows, speakers[kept]), emotions)
    log_probabilities = model.log_probabilities(rows)
    assert log_probabilities.shape == (len(rows), len(occurring))
    assert np.allclose(np.exp(log_probabilities), pipeline.predict_proba(rows), atol=1e-3)


def test_part_of_each_speakers_mean_is_subtracted():
    rows = np.array([[0.0, 1.0], [2.0, 1.0], [10.0, 3.0], [12.0, 3.0]])
    normalised = normalise_speakers(rows, ["a", "a", "b", "b"])
    assert SPEAKER_SHRINKAGE == 0.5
    assert normalised.tolist() == [[2.5, 1.5], [4.5, 1.5], [7.5, 2.5], [9.5, 2.5]]
