"""What a classifier is fitted to: a home corpus, and others as principal components."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import GroupKFold

from ser.errors import SerError
from ser.labels import LABELS
from ser.models.kernel_ridge import KernelRidgeModel, fit_kernel_ridge
from ser.models.linear import (
    LinearModel,
    Projection,
    balanced_weights,
    fit_linear,
    flat_rows,
)

N_INNER_FOLDS = 5  # of the home corpus' speakers
MIN_CLASSES, MIN_CLIPS = 2, 48  # of the home corpus
# Stand for the home corpus' name, the second where its speakers are unknown. No other has a blank.
HOME, LEFT_OUT_HOME = "", " "


@dataclass(frozen=True)
class ProjectedCorpora:
    """Labelled corpora, reduced to what the linear model and boosting need of them.

    A sixth of the size of their embeddings, so that they are kept beside the artifacts and training
    can be repeated without their recordings.

    Attributes:
        projection: fitted to them.
        rows: principal components of n clips, float16, shape (n, components).
        emotions, corpora, speakers: strings, shape (n,).
        fine_tuned_on: those of the corpora that the encoder was fine-tuned on, strings, shape (k,).
    """

    projection: Projection
    rows: np.ndarray
    emotions: np.ndarray
    corpora: np.ndarray
    speakers: np.ndarray
    fine_tuned_on: np.ndarray


@dataclass(frozen=True)
class Fold:
    """Rows to fit to, and rows whose out-of-fold predictions the rest is fitted to.

    Attributes:
        train, test: row numbers.
        corpus: name that the test rows go by.
        familiar: whether the kernel ridge knows their corpus.
    """

    train: np.ndarray
    test: np.ndarray
    corpus: str
    familiar: bool


@dataclass(frozen=True)
class TrainingSet:
    """Clips of the home corpus, then those of other corpora.

    Attributes:
        home_rows: embeddings of the former, shape (m, d).
        projected: principal components of all, as all further arrays are.
        targets: columns of `classes`.
        corpora: HOME, or another corpus' name.
        fine_tuned_on: see ProjectedCorpora.
    """

    classes: np.ndarray
    projection: Projection
    home_rows: np.ndarray
    projected: np.ndarray
    targets: np.ndarray
    corpora: np.ndarray
    speakers: np.ndarray
    fine_tuned_on: np.ndarray

    @property
    def only_at_home(self) -> np.ndarray:
        """Which classes no other corpus has, none where there is no other one; bool, (classes,)."""
        elsewhere = self.targets[len(self.home_rows) :]
        return ~np.isin(np.arange(len(self.classes)), elsewhere) & (len(elsewhere) > 0)

    @property
    def weights(self) -> np.ndarray:
        """Mean 1: a corpus by the root of its clips, its emotions all the same, shape (n,)."""
        weights = balanced_weights(self.targets, self.corpora)
        names, ids, counts = np.unique(self.corpora, return_inverse=True, return_counts=True)
        weights /= np.sqrt(counts)[ids]
        return weights / weights.mean()

    def folds(self) -> list[Fold]:
        """Return folds of home speakers, then those that each leave a whole corpus out.

        The latter stand for unknown speakers: every other corpus, but for those that the encoder
        was fine-tuned on, which it represents too well; and the home corpus, without the emotions
        that no other one has.
        """
        everything, at_home = np.arange(len(self.targets)), np.arange(len(self.home_rows))
        elsewhere = everything[len(at_home) :]
        splitter = GroupKFold(N_INNER_FOLDS)
        tests = [(test, HOME) for _, test in splitter.split(at_home, groups=self.speakers[at_home])]
        folds = [Fold(np.setdiff1d(everything, test), test, name, True) for test, name in tests]
        for corpus in np.setdiff1d(self.corpora[elsewhere], self.fine_tuned_on):
            left_out = self.corpora == corpus
            folds.append(
                Fold(np.flatnonzero(~left_out), np.flatnonzero(left_out), str(corpus), False)
            )
        unknown = at_home[np.isin(self.targets[at_home], self.targets[elsewhere])]
        if len(np.unique(self.targets[elsewhere])) >= MIN_CLASSES and len(unknown):
            folds.append(Fold(elsewhere, unknown, LEFT_OUT_HOME, False))
        return folds

    def fit_linear(self, train: np.ndarray) -> LinearModel:
        """Fit the linear model to some rows."""
        return fit_linear(
            self.projected[train],
            self.targets[train],
            self.corpora[train],
            self.speakers[train],
            len(self.classes),
        )

    def fit_kernel_ridge(self, train: np.ndarray, seed: int) -> KernelRidgeModel:
        """Fit the kernel ridge to those of some rows that are of the home corpus."""
        at_home = train[train < len(self.home_rows)]
        return fit_kernel_ridge(
            self.home_rows[at_home],
            self.targets[at_home],
            len(self.classes),
            seed,
        )


def stack(
    embeddings: np.ndarray,
    emotions: Sequence[str],
    speakers: Sequence,
    others: ProjectedCorpora | None,
    seed: int,
) -> TrainingSet:
    """Join the home corpus and others; arguments as `fit_classifier` takes them."""
    projection = others.projection if others else Projection.fit(embeddings, seed)
    projected = projection(embeddings)
    columns = [np.asarray(emotions), np.asarray(speakers), np.full(len(embeddings), HOME)]
    if others:
        projected = np.concatenate([projected, others.rows], dtype=np.float32)
        of_others = others.emotions, others.speakers, others.corpora
        columns = [np.concatenate(pair) for pair in zip(columns, of_others, strict=True)]
    emotions, speakers, corpora = columns
    classes, targets = np.unique([LABELS.index(label) for label in emotions], return_inverse=True)
    return TrainingSet(
        classes=classes,
        projection=projection,
        home_rows=flat_rows(embeddings),
        projected=projected,
        targets=targets,
        corpora=corpora,
        speakers=speakers,
        fine_tuned_on=others.fine_tuned_on if others else np.array([], str),
    )


def check(emotions: np.ndarray, speakers: np.ndarray) -> None:
    """Raise a SerError unless there is enough to fit to in every fold of speakers."""
    n_classes, n_speakers = len(np.unique(emotions)), len(np.unique(speakers))
    if n_classes < MIN_CLASSES or n_speakers < N_INNER_FOLDS or len(emotions) < MIN_CLIPS:
        raise SerError(
            f"Too few recordings to train on: {len(emotions)} by {n_speakers} speakers in "
            f"{n_classes} emotions. Needed are at least {MIN_CLIPS} by {N_INNER_FOLDS} speakers "
            f"in {MIN_CLASSES} emotions, not counting those set aside for testing. Add recordings."
        )
    folds = GroupKFold(N_INNER_FOLDS).split(emotions, groups=speakers)
    if any(len(np.unique(emotions[train])) < MIN_CLASSES for train, _ in folds):
        raise SerError(
            "Too few speakers of an emotion: without a fifth of the speakers only one emotion is "
            "left. Needed are at least two emotions by several speakers each. Add such recordings."
        )
