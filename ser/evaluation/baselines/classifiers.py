"""Other classifiers to compare the shipped one with, and how their settings are chosen.

All are fitted to the features of the shipped classifier, mean and standard deviation of all pooled
hidden states, except the design that this project started from: the mean of the last one. Settings
are searched for within the training clips; where that would take hours they are fixed, and the
table says so.
"""

import ast
import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from sklearn.base import ClassifierMixin, TransformerMixin, clone
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from ser.evaluation import metrics
from ser.evaluation.protocols import Folds
from ser.models.linear import flat_rows
from ser.training.classifier import fitting
from ser.training.labelled_embeddings import LabelledEmbeddings

SHIPPED = "gradient boosting as shipped"
STARTING_DESIGN = "the starting design"
N_TREES = 200  # of the random forest
ROOT = Path(__file__).parents[3]


class Baseline(Protocol):
    """A classifier that is fitted to a training set and predicts other embeddings.

    settings: in words, for the table.
    """

    settings: str

    def fit_predict(
        self, training_set: LabelledEmbeddings, folds: Folds, embeddings: np.ndarray, seed: int
    ) -> tuple[np.ndarray, dict]:
        """Return the predicted labels of n embeddings, shape (n,), and the chosen settings.

        folds: of the training set, to choose settings with.
        """


def last_mean(embeddings: np.ndarray) -> np.ndarray:
    """Return the mean of the last hidden state alone."""
    return embeddings[:, -1, 0].astype(np.float32)


@dataclass(frozen=True)
class GridSearched:
    """A classifier of scikit-learn whose settings are searched for on a grid, for the highest UA.

    Attributes:
        prepare: transformers before it, fitted without labels.
        note: what the grid does not say.
    """

    model: ClassifierMixin
    grid: Mapping[str, Sequence] = field(default_factory=dict)
    prepare: tuple[TransformerMixin, ...] = ()
    note: str = ""
    features: Callable[[np.ndarray], np.ndarray] = flat_rows

    @property
    def settings(self) -> str:
        """What is fixed, and what is searched for."""
        searched = (
            f"{name.split('__')[-1].replace('_', ' ')} of {', '.join(map(_written, values))}"
            for name, values in self.grid.items()
        )
        return "; ".join(part for part in (self.note, *searched) if part)

    def fit_predict(
        self, training_set: LabelledEmbeddings, folds: Folds, embeddings: np.ndarray, seed: int
    ) -> tuple[np.ndarray, dict]:
        """See Baseline."""
        model = clone(self.model)
        if "random_state" in model.get_params():
            model.set_params(random_state=seed)
        if self.grid:
            model = GridSearchCV(model, self.grid, scoring="balanced_accuracy", cv=folds)
        pipeline = make_pipeline(*map(clone, self.prepare), model)
        pipeline.fit(self.features(training_set.embeddings), training_set.emotions)
        chosen = model.best_params_ if self.grid else {}
        return pipeline.predict(self.features(embeddings)), chosen


@dataclass(frozen=True)
class Shipped:
    """The classifier of the page.

    It alone is fitted to other corpora as well.

    Attributes:
        source: identifies its code, so that cached outcomes of another version are not used.
    """

    source: str
    settings: str = "fixed, as in ser/models/classifier.py"

    def fit_predict(
        self, training_set: LabelledEmbeddings, folds: Folds, embeddings: np.ndarray, seed: int
    ) -> tuple[np.ndarray, dict]:
        """See Baseline."""
        prediction = fitting.fit_emotions(training_set, seed)[0].predict(embeddings)
        return metrics.most_probable(prediction.probabilities), {}


def source_hash(path: Path) -> str:
    """Return a SHA-256 of a module's source and of all modules of this project that it imports."""
    sources, pending = {}, [path]
    while pending:
        path = pending.pop()
        if path in sources or not path.is_file():
            continue
        sources[path] = path.read_bytes()
        for node in ast.walk(ast.parse(sources[path])):
            if isinstance(node, ast.ImportFrom):
                modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
                pending += [ROOT / f"{module.replace('.', '/')}.py" for module in modules]
    digest = hashlib.sha256()
    for path in sorted(sources):
        digest.update(sources[path])
    return digest.hexdigest()


def classifiers() -> dict[str, Baseline]:
    """Return all classifiers by name, fast ones first."""
    source = source_hash(Path(fitting.__file__)) + inspect.getsource(fitting.fit_emotions)
    # With all components PCA only rotates the training clips, into far fewer columns: faster.
    rotated = (StandardScaler(), PCA(svd_solver="full"))
    return {
        "most frequent emotion": GridSearched(DummyClassifier(), note="nothing to set"),
        "Gaussian naive Bayes": GridSearched(
            GaussianNB(), {"var_smoothing": (1e-9, 1e-3, 0.1, 1)}, (StandardScaler(),)
        ),
        "nearest neighbours": GridSearched(
            KNeighborsClassifier(),
            {
                "n_neighbors": (5, 10, 20, 40),
                "weights": ("uniform", "distance"),
                "metric": ("euclidean", "cosine"),
            },
            rotated,
        ),
        "linear SVM": GridSearched(
            SVC(kernel="linear", class_weight="balanced"),
            {"C": (0.0003, 0.001, 0.003, 0.01)},
            rotated,
        ),
        "logistic regression": GridSearched(
            LogisticRegression(class_weight="balanced", max_iter=500),
            {"C": (0.001, 0.003, 0.01, 0.03, 0.1)},
            rotated,
        ),
        SHIPPED: Shipped(source),
        "gradient boosting on the raw states": GridSearched(
            GradientBoostingClassifier(max_features="sqrt", subsample=0.7),
            note="fixed: 100 stages of rate 0.1, depth 3, a split sees the square root of the "
            "columns, a tree 70 % of the clips",
        ),
        "random forest": GridSearched(
            RandomForestClassifier(N_TREES, class_weight="balanced", min_samples_leaf=2),
            note=f"fixed: {N_TREES} trees, 2 clips in a leaf",
        ),
        STARTING_DESIGN: GridSearched(
            GradientBoostingClassifier(),
            note="fixed: mean of the last state, unscaled; scikit-learn's defaults",
            features=last_mean,
        ),
    }


def _written(value: object) -> str:
    return "-".join(map(str, value)) if isinstance(value, tuple) else f"{value}"
