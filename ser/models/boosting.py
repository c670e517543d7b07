"""Gradient boosting that starts from given log-probabilities, as plain arrays once it is fitted.

LightGBM fits the trees (Ke et al. 2017); the arrays hold no class of it or of this project, so an
artifact survives other versions of both, and prediction needs no LightGBM.

Trees learn how one corpus differs from what is predicted. Another corpus differs in its own way, so
their correction counts by a weight of each clip.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import log_softmax

from ser import console

N_ESTIMATORS = 60  # stages, each with a tree for every class
LEARNING_RATE = 0.02
PARAMETERS = {
    "objective": "multiclass",
    "num_leaves": 8,
    "min_data_in_leaf": 100,
    "lambda_l2": 1.0,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "num_threads": 1,
    "deterministic": True,
    "verbose": -1,
}
LEAVES = np.uint8  # of whose bits each stands for a leaf: there are at most eight
HIGHEST_BIT = np.array([max(bits.bit_length() - 1, 0) for bits in range(256)])  # by value of LEAVES
CHUNK = 64  # rows, so that memory does not grow with them
MASKED = -40.0  # initial score of a class that does not occur: its gradient vanishes


@dataclass(frozen=True)
class Boosting:
    """Fitted trees; all arrays have the shape (stages, classes, nodes).

    Attributes:
        feature: int, the column that a node splits on; negative at a leaf.
        threshold: float64; rows with at most this value go left.
        left, right: int, the nodes that follow.
        value: float64, what a leaf adds to a class's score, the learning rate included.
    """

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray

    def predict_log_proba(
        self, log_probabilities: np.ndarray, features: np.ndarray, weight: np.ndarray
    ) -> np.ndarray:
        """Return corrected log-probabilities, shape (n, classes).

        Args:
            log_probabilities: to correct, shape (n, classes).
            features: shape (n, d).
            weight: of the correction, 0-1, shape (n, 1).
        """
        rows = _columns(log_probabilities, features)
        chunks = [rows[first : first + CHUNK] for first in range(0, len(rows), CHUNK)]
        corrections = [self._values(chunk).sum(axis=1) for chunk in chunks]
        return log_softmax(log_probabilities + weight * np.concatenate(corrections), axis=1)

    def _values(self, rows: np.ndarray) -> np.ndarray:
        """Return the value of each tree's leaf, shape (n, stages, classes).

        All nodes are compared at once, and each rules out the leaves on its other side (Lucchese et
        al. 2015, "QuickScorer"): several times as fast as a walk from node to node.
        """
        inner_nodes, values = self._compiled
        columns = np.ascontiguousarray(rows.T)
        reached = np.full((*self.feature.shape[:2], len(rows)), np.iinfo(LEAVES).max, LEAVES)
        for feature, threshold, to_left, to_right in zip(*inner_nodes, strict=True):
            is_left = columns[feature] <= threshold[..., None]
            reached &= np.where(is_left, to_left[..., None], to_right[..., None])
        leaf = HIGHEST_BIT[reached]
        return np.moveaxis(np.take_along_axis(values, leaf, axis=-1), -1, 0)

    @cached_property
    def _compiled(self) -> tuple[list[np.ndarray], np.ndarray]:
        """Return what `_values` needs of the inner nodes, and the values of the leaves.

        The former are the column, the threshold and the leaves that are possible to the left and
        right, each of shape (inner nodes, stages, classes); values have (stages, classes, 8).
        """
        to_left, to_right, values = self._leaves()
        is_leaf = self.feature < 0
        # One at least: the root rules out what is no leaf of its tree, also where it is one itself.
        n_inner = max(1, int((~is_leaf).sum(axis=-1).max()))
        # A tree with fewer of them is filled up with leaves, of which only the root rules out any.
        inner = np.argsort(is_leaf, axis=-1, kind="stable")[..., :n_inner]
        arrays = [
            np.moveaxis(np.take_along_axis(array, inner, axis=-1), -1, 0).copy()
            for array in (self.feature, self.threshold, to_left, to_right)
        ]
        return arrays, values

    def _leaves(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the leaves that a node leaves possible to its left and right, and their values.

        The former as bits, shape (stages, classes, nodes); values of shape (stages, classes, 8).
        """
        possible = np.full((2, *self.feature.shape), np.iinfo(LEAVES).max, LEAVES)
        values = np.zeros((*self.feature.shape[:2], LEAVES(0).nbytes * 8))
        for tree in np.ndindex(self.feature.shape[:2]):
            n_leaves = 0

            def visit(node: int, tree: tuple[int, int] = tree) -> int:
                """Number the leaves below a node, from left to right; return their bits."""
                nonlocal n_leaves
                if self.feature[tree][node] < 0:
                    values[tree][n_leaves] = self.value[tree][node]
                    n_leaves += 1
                    return 1 << (n_leaves - 1)
                left, right = (visit(child[tree][node]) for child in (self.left, self.right))
                possible[(0, *tree, node)] &= ~LEAVES(right)
                possible[(1, *tree, node)] &= ~LEAVES(left)
                return left | right

            beyond = ~LEAVES(visit(0))
            possible[(slice(None), *tree, 0)] &= ~beyond
        return (*possible, values)


def fit_boosting(
    log_probabilities: np.ndarray,
    features: np.ndarray,
    targets: np.ndarray,
    weights: np.ndarray,
    seed: int,
) -> Boosting:
    """Fit trees that correct log-probabilities, all clips by the same weight of the correction.

    Args:
        log_probabilities: out of fold, shape (n, classes).
        features: shape (n, d).
        targets: the true columns, shape (n,).
        weights: of the clips, shape (n,).

    Raises:
        SerError: LightGBM is not installed.
    """
    with console.required("requirements-training.txt"):
        import lightgbm  # only training needs it

    n_classes = log_probabilities.shape[1]
    absent = ~np.isin(np.arange(n_classes), targets)
    initial = np.where(absent, MASKED, log_probabilities)
    data = lightgbm.Dataset(
        _columns(log_probabilities, features),
        targets,
        weight=weights,
        init_score=initial.ravel(order="F"),
    )
    parameters = PARAMETERS | {
        "num_class": n_classes,
        "learning_rate": LEARNING_RATE,
        "seed": seed,
    }
    booster = lightgbm.train(parameters, data, num_boost_round=N_ESTIMATORS)
    trees = [_nodes(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]]
    size = max(len(nodes) for nodes in trees)
    padded = [nodes + [(-1, 0.0, 0, 0, 0.0)] * (size - len(nodes)) for nodes in trees]
    columns = np.array(padded).reshape(-1, n_classes, size, 5)
    feature, threshold, left, right, value = np.moveaxis(columns, -1, 0)
    return Boosting(feature.astype(int), threshold, left.astype(int), right.astype(int), value)


def _columns(log_probabilities: np.ndarray, features: np.ndarray) -> np.ndarray:
    # In float32 as when it was fitted, or a value at a threshold would go the other way.
    return np.hstack([log_probabilities, features]).astype(np.float32)


def _nodes(root: dict) -> list[tuple]:
    """Return a tree's nodes, (feature, threshold, left, right, value) each, the root first."""
    nodes = []

    def add(node: dict) -> int:
        number = len(nodes)
        nodes.append((-1, 0.0, number, number, node.get("leaf_value", 0.0)))
        if "split_feature" in node:
            left, right = add(node["left_child"]), add(node["right_child"])
            nodes[number] = (node["split_feature"], node["threshold"], left, right, 0.0)
        return number

    add(root)
    return nodes
