"""Gradient boosting that starts from given log-probabilities, as plain arrays once it is fitted.

scikit-learn fits the trees; the arrays hold no class of it or of this project, so an artifact
survives other versions of both.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax, logsumexp
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.utils.class_weight import compute_sample_weight

N_RUNS = 5  # fits with different random samples, whose probabilities are averaged
N_ESTIMATORS = 3  # stages, each with a tree for every class (one tree in all for two classes)
MAX_DEPTH = 1
LEARNING_RATE = 0.05
SUBSAMPLE = 0.7  # fraction of the clips that a tree is fitted to


class PrecomputedScores(ClassifierMixin, BaseEstimator):
    """The `init` of GradientBoostingClassifier where the first features are log-probabilities."""

    def fit(self, features, classes, sample_weight=None):
        """Set the number of classes; there is nothing to fit."""
        self.n_classes_ = len(np.unique(classes))
        return self

    def predict_proba(self, features):
        """Return the probabilities that the first columns hold, shape (n, classes)."""
        return np.exp(features[:, : self.n_classes_])


@dataclass(frozen=True)
class Boosting:
    """Fitted trees; all arrays have the shape (runs, stages, trees of a stage, nodes).

    Attributes:
        feature: int, the column that a node splits on; negative at a leaf.
        threshold: float64; rows with at most this value go left.
        left, right: int, the nodes that follow.
        value: float64, what a leaf adds to a class's log-odds, the learning rate included.
    """

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray

    def predict_log_proba(self, log_probabilities: np.ndarray, features: np.ndarray) -> np.ndarray:
        """Return corrected log-probabilities, shape (n, classes).

        Args:
            log_probabilities: to correct, shape (n, classes).
            features: shape (n, d).
        """
        rows = np.hstack([log_probabilities, features]).astype(np.float32)  # as when it was fitted
        corrections = self._values(rows).sum(axis=2)
        if corrections.shape[2] == 1:  # two classes: the trees correct the second one's log-odds
            corrections = np.concatenate([np.zeros_like(corrections), corrections], axis=2)
        runs = log_softmax(log_probabilities[:, None] + corrections, axis=2)
        return logsumexp(runs, axis=1) - np.log(runs.shape[1])  # mean of the runs' probabilities

    def _values(self, rows: np.ndarray) -> np.ndarray:
        """Return the value of each tree's leaf, shape (n, runs, stages, trees of a stage)."""
        *trees, n_nodes = self.feature.shape
        node = np.zeros((len(rows), *trees), int)
        tree = np.indices(trees)
        for _ in range(n_nodes // 2):  # at least the depth
            feature = self.feature[(*tree, node)]
            split_values = rows[np.arange(len(rows))[:, None, None, None], feature]
            child = np.where(
                split_values <= self.threshold[(*tree, node)],
                self.left[(*tree, node)],
                self.right[(*tree, node)],
            )
            node = np.where(feature < 0, node, child)
        return self.value[(*tree, node)]


def fit_boosting(
    log_probabilities: np.ndarray, features: np.ndarray, classes: np.ndarray, seed: int
) -> Boosting:
    """Fit trees that correct log-probabilities; all classes weigh the same.

    Args:
        log_probabilities: out of fold, shape (n, k); only columns of classes that occur are used.
        features: shape (n, d).
        classes: columns of `log_probabilities`, shape (n,).
    """
    present = np.unique(classes)
    rows = np.hstack([log_probabilities[:, present], features])
    weights = compute_sample_weight("balanced", classes)
    runs = []
    for run in range(N_RUNS):
        boosting = GradientBoostingClassifier(
            init=PrecomputedScores(),
            n_estimators=N_ESTIMATORS,
            max_depth=MAX_DEPTH,
            learning_rate=LEARNING_RATE,
            subsample=SUBSAMPLE,
            max_features="sqrt",
            random_state=N_RUNS * seed + run,
        )
        runs.append(boosting.fit(rows, classes, sample_weight=weights).estimators_)
    trees = [[[tree.tree_ for tree in stage] for stage in run] for run in runs]
    return Boosting(
        _padded(trees, lambda tree: tree.feature),
        _padded(trees, lambda tree: tree.threshold),
        _padded(trees, lambda tree: tree.children_left),
        _padded(trees, lambda tree: tree.children_right),
        LEARNING_RATE * _padded(trees, lambda tree: tree.value[:, 0, 0]),
    )


def _padded(trees: list, array: Callable) -> np.ndarray:
    """Stack an array of every tree, padded to the nodes of a complete tree of MAX_DEPTH."""
    size = 2 ** (MAX_DEPTH + 1) - 1
    return np.array(
        [
            [[np.pad(array(tree), (0, size - tree.node_count)) for tree in stage] for stage in run]
            for run in trees
        ]
    )
