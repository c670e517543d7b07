"""How right the answers are for people of a corpus that the encoder was taught on others of.

In each of five folds of speakers the encoder's upper layers are taught without the fold's speakers,
as tune.py teaches them, and the head that learns with them answers. Nothing that learns from labels
knows the speakers that it is scored on.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ser import artifacts
from ser.training import corpora, people, tune
from ser.training.utterance import Utterance
from ser.training.views import View


def evaluate(
    encoder: Path,
    data: Path,
    out: Path,
    noise: Path | None = None,
    epochs: int = 2,
    seed: int = 0,
    folder: Path = artifacts.FOLDER,
) -> dict:
    """Score a corpus; write `protocols.corpora.<corpus>.taught_within` into metrics.json.

    Args:
        encoder: folder of an encoder that was not taught the corpus.
        data: folder with the labelled corpus.
        out: folder that keeps each finished fold; another run goes on from there.
        noise, epochs, seed: as `tune.tune` takes them.

    Returns:
        what `people.score` does, and `epochs`.

    Raises:
        SerError: the encoder or the corpus cannot be used, or the latter was not yet scored as a
            stranger.
    """
    utterances = corpora.table(data).utterances
    corpus = utterances[0].corpus
    people.require_stranger(corpus, folder)
    utterances, views = tune.listen(encoder, utterances, noise, seed)
    predicted = np.full(len(utterances), "", dtype=object)
    out.mkdir(parents=True, exist_ok=True)
    for fold, (train, test) in enumerate(people.folds(utterances, seed)):
        kept = out / f"{corpus}-{fold}.npy"
        if not kept.exists():
            found = _fold(encoder, views, utterances, train, test, epochs, seed, out)
            with artifacts.whole(kept) as file:
                np.save(file, found)
        predicted[test] = np.load(kept, allow_pickle=False)
    scored = people.score(utterances, predicted, seed) | {"epochs": epochs}
    people.keep(scored, corpus, "taught_within", folder)
    return scored


def _fold(
    encoder: Path,
    views: Sequence[Sequence[View]],
    utterances: Sequence[Utterance],
    train: np.ndarray,
    test: np.ndarray,
    epochs: int,
    seed: int,
    out: Path,
) -> np.ndarray:
    """Teach on some rows, predict the others' emotions."""
    student = tune.student(encoder)
    run = tune.Teaching(
        student.encoder.layers[-tune.TAUGHT :],
        [views[row] for row in train],
        [utterances[row] for row in train],
        epochs,
        seed,
    )
    run.run(out / "checkpoint.pt")
    return np.array([run.answer(views[row][0]) for row in test])
