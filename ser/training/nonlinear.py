"""How much of emotion embeddings hold beyond what a linear probe reads off them.

In each of five folds of a corpus' speakers a kernel ridge and perceptrons learn from the others'
clips and from copies of these in noise; their answers are averaged. How firmly each is held is
chosen within those who are learned from, on folds of their own (nested cross-validation).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.preprocessing import LabelEncoder, StandardScaler
from tqdm import tqdm

from ser import artifacts
from ser.encoder import Encoder
from ser.kernel import REACH
from ser.linear import flat_rows, lessons
from ser.training import corpora, people
from ser.training.embedding import embed
from ser.training.perceptron import Perceptron
from ser.training.sounds import in_noise
from ser.training.train import SEED

RIDGES = (0.1, 0.3, 1.0)  # alpha of the kernel ridge
UNSEEN = (0.3, 0.5)  # share of the features that perceptrons are not shown
INNER_FOLDS = 3  # of speakers, on which one of each is chosen
RUNS = 5  # perceptrons, by chance different, averaged


class NonLinear:
    """A kernel ridge and perceptrons that learn emotions from embeddings, averaged."""

    def __init__(self, seed: int = 0):
        """Take what decides chance."""
        self.seed = seed

    def fit(
        self,
        embeddings: np.ndarray,
        emotions: Sequence[str],
        speakers: Sequence,
        copies: Sequence[np.ndarray] = (),
    ) -> "NonLinear":
        """Fit on embeddings, shape (n, ...); all as `EmotionClassifier.fit` takes them."""
        self.scaler, self.emotions = StandardScaler(), LabelEncoder()
        features = self.scaler.fit_transform(lessons(embeddings, speakers, copies))
        heard = np.concatenate([features, self.scaler.transform(flat_rows(embeddings))])
        codes = np.tile(self.emotions.fit_transform(emotions), 2 + len(copies))
        # Its answers are shares of the emotions too, as least squares estimate them.
        shares = np.eye(len(self.emotions.classes_), dtype=np.float32)[codes]
        folds = inner_folds(speakers, len(copies))

        def chosen(model: BaseEstimator, settings: dict, meant: np.ndarray, score) -> BaseEstimator:
            """Give a model the best of its settings."""
            search = GridSearchCV(model, settings, scoring=score, cv=folds, refit=False)
            return model.set_params(**search.fit(heard, meant).best_params_)

        ridge = KernelRidge(kernel="rbf", gamma=REACH / features.shape[1])
        ridge = chosen(ridge, {"alpha": RIDGES}, shares, _right)
        first = chosen(Perceptron(RUNS * self.seed), {"unseen": UNSEEN}, codes, "balanced_accuracy")
        runs = [clone(first).set_params(seed=first.seed + run) for run in range(RUNS)]
        self.ridge = ridge.fit(features, shares[: len(features)])
        self.perceptrons = [run.fit(features, codes[: len(features)]) for run in runs]
        return self

    def predict(self, embeddings: np.ndarray) -> np.ndarray:
        """Return the most probable emotion of each embedding, strings of shape (n,)."""
        features = self.scaler.transform(flat_rows(embeddings))
        answers = np.mean([each.predict_proba(features) for each in self.perceptrons], axis=0)
        shares = self.ridge.predict(features) + answers
        return self.emotions.inverse_transform(shares.argmax(axis=1))


def inner_folds(speakers: Sequence, copies: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Split INNER_FOLDS times by speaker, for rows that are clips, their copies, the clips again.

    Learned from are clips as `lessons` has them, and copies; scored are the others' clips as they
    are, which come last.
    """
    clips = len(speakers)
    split = GroupKFold(INNER_FOLDS).split(np.arange(clips), groups=speakers)
    return [
        (
            np.concatenate([train + clips * copy for copy in range(1 + copies)]),
            test + clips * (1 + copies),
        )
        for train, test in split
    ]


def _right(ridge: KernelRidge, features: np.ndarray, shares: np.ndarray) -> float:
    return balanced_accuracy_score(shares.argmax(axis=1), ridge.predict(features).argmax(axis=1))


def evaluate(encoder: Path, data: Path, folder: Path = artifacts.FOLDER) -> dict:
    """Score a corpus; write `protocols.corpora.<corpus>.nonlinear` into metrics.json.

    Args:
        encoder: folder of an encoder that was not taught the corpus; it stays as it is.
        data: folder with the labelled corpus.

    Returns:
        what `people.score` does, and `encoder_taught`, the corpora that the encoder was taught.

    Raises:
        SerError: the encoder was taught the corpus, or one of them cannot be used, or the latter
            was not yet scored as a stranger.
    """
    utterances = corpora.table(data).utterances
    corpus = utterances[0].corpus
    people.require_stranger(corpus, folder)
    listener = Encoder(encoder)
    people.require_untaught(listener, corpus, "--encoder DIR")
    embeddings, utterances, _ = embed(listener, utterances)
    copies = embed(listener, utterances, in_noise(SEED))[0]
    emotions = np.array([each.emotion for each in utterances])
    speakers = corpora.speakers(utterances)
    predicted = np.full(len(utterances), "", dtype=object)
    for train, test in tqdm(people.folds(utterances, SEED), "Learning", unit="fold"):
        learned = NonLinear(SEED).fit(
            embeddings[train], emotions[train], speakers[train], [copies[train]]
        )
        predicted[test] = learned.predict(embeddings[test])
    scored = people.score(utterances, predicted, SEED) | {"encoder_taught": list(listener.taught)}
    people.keep(scored, corpus, "nonlinear", folder)
    return scored
