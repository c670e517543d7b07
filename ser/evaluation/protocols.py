"""Evaluation protocols: which utterances are trained on and which are tested, fold by fold.

`random` splits clips at random, so that speakers are in training and test; `actors` tests speakers
that are not in training. Scores of the two are not comparable.
"""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sklearn.model_selection import PredefinedSplit, StratifiedGroupKFold

from ser.errors import SerError
from ser.labels import LABELS
from ser.training.data.corpora import speakers
from ser.training.data.published import CORPORA, Corpus
from ser.training.data.utterance import Utterance

PROTOCOLS = ("random", "actors")
RANDOM_FOLDS = 5
SPEAKER_FOLDS = 6  # so that the five speakers that the classifier needs are left to train on

Folds = list[tuple[np.ndarray, np.ndarray]]  # row numbers: train, test


def folds(
    utterances: Sequence[Utterance], protocol: str, recordings: Sequence[bytes | str], seed: int = 0
) -> Folds:
    """Return the folds of a protocol as (train, test) int index arrays, each row tested once.

    `random` is five folds stratified by emotion. `actors` is the folds that the corpus publishes,
    without those whose speakers are all missing; else six folds of speakers, stratified by
    emotion. The same recording is never in training and test.

    Args:
        utterances: n of them.
        protocol: one of PROTOCOLS.
        recordings: n values, equal for the same recording. Of a corpus with published folds the
            known duplicates are used instead, so that the folds do not depend on the values.
        seed: of the shuffling; published folds do not depend on it.

    Raises:
        SerError: too few recordings of an emotion; for `actors` also too few speakers, or an
            emotion that only one fold has, which its training set would lack.
    """
    corpus = _published(utterances)
    if corpus:
        recordings = [corpus.duplicates.get(u.name, u.name) for u in utterances]
    emotions = np.array([u.emotion for u in utterances], dtype=str)
    recording_ids = np.unique(recordings, return_inverse=True)[1]
    remedy = f" {corpus.remedy}." if corpus else ""
    # One in each test set; of published folds some may lack an emotion.
    _check_counts(emotions, recording_ids, RANDOM_FOLDS if corpus else SPEAKER_FOLDS, remedy)
    if protocol == "random":
        splitter = StratifiedGroupKFold(RANDOM_FOLDS, shuffle=True, random_state=seed)
        return list(splitter.split(emotions, emotions, recording_ids))
    if corpus:
        fold_of = {s: number for number, fold in enumerate(corpus.folds) for s in fold}
        split = list(PredefinedSplit([fold_of[u.speaker] for u in utterances]).split())
    else:
        split = _speaker_folds(emotions, speakers(utterances), recording_ids, seed)
    of_one_fold = {label for train, _ in split for label in set(emotions) - set(emotions[train])}
    if of_one_fold:
        raise SerError(
            f"Too few speakers of an emotion: {', '.join(sorted(of_one_fold))} only in one of the "
            f"{len(split)} folds of speakers. Needed is every emotion by speakers of at least two "
            f"folds. Add such recordings, or leave the emotion out.{remedy}"
        )
    return split


def _published(utterances: Sequence[Utterance]) -> Corpus | None:
    """Return the corpus whose published folds have all speakers, None if there is none."""
    occurring = {(u.corpus, u.speaker) for u in utterances}
    for corpus in CORPORA:
        if occurring and occurring <= {(corpus.name, s) for fold in corpus.folds for s in fold}:
            return corpus
    return None


def _check_counts(
    emotions: np.ndarray, recording_ids: np.ndarray, minimum: int, remedy: str
) -> None:
    """Raise a SerError for an emotion with fewer different recordings than the minimum."""
    unique = emotions[np.unique(recording_ids, return_index=True)[1]]
    counts = {label: int(np.sum(unique == label)) for label in LABELS if label in unique}
    few = [f"{label} {count}" for label, count in counts.items() if count < minimum]
    if few or not counts:
        raise SerError(
            f"Too few different recordings: {', '.join(few) or 'none'}. Needed are at least "
            f"{minimum} of every emotion that occurs. Add recordings, or leave the emotion "
            f"out.{remedy}"
        )


def _speaker_folds(
    emotions: np.ndarray, speaker_names: np.ndarray, recording_ids: np.ndarray, seed: int
) -> Folds:
    """Return folds stratified by emotion with no speaker and no recording on both sides."""
    groups = _connected(speaker_names, recording_ids)
    n_groups = groups.max() + 1
    if n_groups < SPEAKER_FOLDS:
        raise SerError(
            f"Too few speakers: {n_groups}, where those who share a recording count as one. "
            f"Needed are at least {SPEAKER_FOLDS}, so that each can be tested after training on "
            "five others. Add recordings of more speakers."
        )
    splitter = StratifiedGroupKFold(SPEAKER_FOLDS, shuffle=True, random_state=seed)
    return list(splitter.split(emotions, emotions, groups))


def _connected(speaker_names: np.ndarray, recording_ids: np.ndarray) -> np.ndarray:
    """Number groups of rows that share neither a speaker nor a recording, shape (n,)."""
    speaker_ids = np.unique(speaker_names, return_inverse=True)[1]
    nodes = speaker_ids.max() + 1 + recording_ids
    size = nodes.max() + 1
    edges = coo_array((np.ones(len(nodes)), (speaker_ids, nodes)), shape=(size, size))
    return connected_components(edges, directed=False)[1][speaker_ids]
