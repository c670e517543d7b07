"""The perceptron, on features made for the purpose."""

import numpy as np
import torch
from sklearn.base import clone

from ser.training.perceptron import Perceptron


def apart(random, clips):
    """Features of deviation 1 whose two classes no line tells apart: same signs or not."""
    features = random.choice([-1.0, 1.0], (clips, 2))
    features = np.repeat(features, 8, axis=1) + random.normal(0, 0.3, (clips, 16))
    return features, np.where(features[:, :8].mean(1) * features[:, 8:].mean(1) > 0, "same", "not")


def test_learns_what_no_line_tells():
    random = np.random.default_rng(0)
    fitted = Perceptron().fit(*apart(random, 600))
    unseen, truth = apart(random, 200)
    probabilities = fitted.predict_proba(unseen)
    assert probabilities.shape == (200, 2) and np.allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    assert (fitted.predict(unseen) == truth).mean() > 0.95
    assert np.array_equal(fitted.predict(unseen), fitted.classes_[probabilities.argmax(axis=1)])


def test_chance_is_its_own():
    features, classes = apart(np.random.default_rng(2), 128)
    torch.manual_seed(7)
    undisturbed = torch.rand(3)
    torch.manual_seed(7)
    first = Perceptron(1).fit(features, classes)
    assert torch.equal(torch.rand(3), undisturbed)
    again, other = clone(first).fit(features, classes), Perceptron(2).fit(features, classes)
    answers = [each.predict_proba(features) for each in (first, again, other)]
    assert np.array_equal(answers[0], answers[1]) and not np.allclose(answers[0], answers[2])
