"""Who is compared: every classifier that one would try on these embeddings, and how it is tuned.

All see what the shipped classifier sees, mean and deviation of all pooled hidden states, but for
the idea that this project grew from: the mean of the last one. What is searched for is decided
within the training clips; where that would take hours, settings are fixed and say so.
"""

import hashlib
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from sklearn.base import ClassifierMixin, TransformerMixin, clone
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    AdaBoostClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import ser
from ser.labels import LABELS
from ser.models.classifier import EmotionClassifier
from ser.training.data.ravdess import Folds

SHIPPED = "gradient boosting as shipped"
IDEA = "the starting design"
TREES = 200  # of forests and of AdaBoost


@dataclass(frozen=True)
class Lessons:
    """What a contestant learns from: embeddings (n, layers, 2, hidden size) and their n labels.

    in_noise: embeddings of a copy of each clip in noise; folds: splits of these n rows, to tune
    with.
    """

    embeddings: np.ndarray
    in_noise: np.ndarray
    emotions: np.ndarray
    speakers: np.ndarray
    folds: Folds


class Contestant(Protocol):
    """Learns from lessons, then names the emotions of embeddings that it did not see."""

    settings: str

    def predict(self, lessons: Lessons, unseen: np.ndarray, seed: int) -> tuple[np.ndarray, dict]:
        """Return the emotions of the unseen, shape (m,), and the settings that were chosen."""


def everything(embeddings: np.ndarray) -> np.ndarray:
    """Flatten embeddings: all that the shipped classifier sees."""
    return embeddings.reshape(len(embeddings), -1).astype(np.float32)


def last_mean(embeddings: np.ndarray) -> np.ndarray:
    """Return the mean of the last hidden state alone."""
    return embeddings[:, -1, 0].astype(np.float32)


@dataclass(frozen=True)
class Tuned:
    """A classifier of scikit-learn, its settings searched for on a grid.

    prepare: steps before it that need no labels; note: what the grid does not tell.
    """

    model: ClassifierMixin
    grid: Mapping[str, Sequence] = field(default_factory=dict)
    prepare: tuple[TransformerMixin, ...] = ()
    note: str = ""
    features: Callable[[np.ndarray], np.ndarray] = everything

    @property
    def settings(self) -> str:
        """Settings in words: what is fixed, what was searched for."""
        searched = (
            f"{name.split('__')[-1].replace('_', ' ')} of {', '.join(map(_written, values))}"
            for name, values in self.grid.items()
        )
        return "; ".join(part for part in (self.note, *searched) if part)

    def predict(self, lessons: Lessons, unseen: np.ndarray, seed: int) -> tuple[np.ndarray, dict]:
        """See Contestant. The search is for the highest UA."""
        model = clone(self.model)
        if "random_state" in model.get_params():
            model.set_params(random_state=seed)
        if self.grid:
            model = GridSearchCV(model, self.grid, scoring="balanced_accuracy", cv=lessons.folds)
        pipeline = make_pipeline(*map(clone, self.prepare), model)
        with warnings.catch_warnings():
            # How long a perceptron learns is one of its settings.
            warnings.simplefilter("ignore", ConvergenceWarning)
            pipeline.fit(self.features(lessons.embeddings), lessons.emotions)
        chosen = model.best_params_ if self.grid else {}
        return pipeline.predict(self.features(unseen)), chosen


@dataclass(frozen=True)
class Shipped:
    """The classifier of the page, which does its own out-of-fold work inside.

    It alone learns from the copies in noise, and along the directions that told emotions elsewhere:
    most others could not be told what these weigh.

    sources: hash of the code that it is made of; directions: the encoder's.
    """

    sources: str
    directions: Sequence[np.ndarray] = ()
    settings: str = "fixed, as in ser/models/classifier.py"

    def predict(self, lessons: Lessons, unseen: np.ndarray, seed: int) -> tuple[np.ndarray, dict]:
        """See Contestant."""
        classifier = EmotionClassifier(seed).fit(
            lessons.embeddings,
            lessons.emotions,
            lessons.speakers,
            [lessons.in_noise],
            self.directions,
        )
        return np.array(LABELS)[classifier.probabilities(unseen).argmax(axis=1)], {}


def contestants(directions: Sequence[np.ndarray] = ()) -> dict[str, Contestant]:
    """Return all contestants by name, quick ones first; directions: the encoder's."""
    # All components: for the training clips a mere rotation into far fewer columns.
    rotated = (StandardScaler(), PCA(svd_solver="full"))
    few_columns = "a split sees the square root of the columns"
    return {
        "most frequent emotion": Tuned(DummyClassifier(), note="nothing to set"),
        "Gaussian naive Bayes": Tuned(
            GaussianNB(), {"var_smoothing": (1e-9, 1e-3, 0.1, 1)}, (StandardScaler(),)
        ),
        "nearest neighbours": Tuned(
            KNeighborsClassifier(),
            {
                "n_neighbors": (5, 10, 20, 40),
                "weights": ("uniform", "distance"),
                "metric": ("euclidean", "cosine"),
            },
            rotated,
        ),
        "linear SVM": Tuned(
            SVC(kernel="linear", class_weight="balanced"),
            {"C": (0.0003, 0.001, 0.003, 0.01)},
            rotated,
        ),
        "logistic regression": Tuned(
            LogisticRegression(class_weight="balanced", max_iter=500),
            {"C": (0.001, 0.003, 0.01, 0.03, 0.1)},
            rotated,
        ),
        SHIPPED: Shipped(_sources(), directions),
        "RBF SVM": Tuned(
            SVC(class_weight="balanced"),
            {"C": (3, 10, 30), "gamma": (0.00003, 0.0001, 0.0003)},
            rotated,
        ),
        "linear discriminant analysis": Tuned(
            LinearDiscriminantAnalysis(solver="lsqr"),
            {"shrinkage": (0.1, 0.3, 0.5, 0.7, 0.9)},
            rotated,
        ),
        "extra trees": Tuned(
            ExtraTreesClassifier(TREES, class_weight="balanced", min_samples_leaf=2),
            note=f"fixed: {TREES} trees, 2 clips in a leaf",
        ),
        "AdaBoost": Tuned(
            AdaBoostClassifier(
                DecisionTreeClassifier(max_depth=3, max_features="sqrt"), n_estimators=TREES
            ),
            note=f"fixed: {TREES} trees of depth 3, {few_columns}",
        ),
        "gradient boosting on the raw states": Tuned(
            GradientBoostingClassifier(max_features="sqrt", subsample=0.7),
            note=f"fixed: 100 stages of rate 0.1, depth 3, {few_columns}, a tree 70 % of the clips",
        ),
        "random forest": Tuned(
            RandomForestClassifier(TREES, class_weight="balanced", min_samples_leaf=2),
            note=f"fixed: {TREES} trees, 2 clips in a leaf",
        ),
        "multi-layer perceptron": Tuned(
            MLPClassifier(max_iter=60),
            {"hidden_layer_sizes": ((128,), (512,), (256, 256)), "alpha": (1, 10)},
            rotated,
            note="60 epochs of Adam",
        ),
        IDEA: Tuned(
            GradientBoostingClassifier(),
            note="fixed: mean of the last state, unscaled; scikit-learn's defaults",
            features=last_mean,
        ),
    }


def _written(value: object) -> str:
    return "-".join(map(str, value)) if isinstance(value, tuple) else f"{value}"


def _sources() -> str:
    """Hash what the shipped classifier may be made of, so that another one is not taken for it."""
    digest = hashlib.sha256()
    for path in sorted(Path(ser.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
