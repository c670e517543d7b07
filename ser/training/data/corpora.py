"""Labelled recordings of any corpus as one table, and protocols (folds) that fit any table.

A new corpus is a function from a file's name to an Utterance, and an entry in CORPORA.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sklearn.model_selection import StratifiedGroupKFold

from ser.errors import SerError
from ser.audio.formats import SUFFIXES, audio_files
from ser.labels import LABELS
from ser.training.data import metadata, ravdess
from ser.training.data.utterance import Table, Utterance

CLIPS = "clips.tsv"  # beside recordings: what their names do not say

PROTOCOLS = ("random", "actors")
RANDOM_FOLDS = 5
SPEAKER_FOLDS = 6  # so that the five speakers that the classifier needs are left to train on
LEAST_RECORDINGS = 6  # of an emotion, one for each fold


@dataclass(frozen=True)
class Corpus:
    """How to know a corpus by its files' names, and how to read them.

    title: for people; example: of a name; names: what they match, without the extension;
    utterance: from a path, its match and its row of clips.tsv, which may be empty; None for
    RAVDESS, which has a room of its own.
    """

    title: str
    example: str
    names: re.Pattern
    utterance: Callable[[Path, re.Match, metadata.Row], Utterance] | None


def table(folder: Path, tsv: Path | None = None) -> Table:
    """Return the Table of a folder's labelled recordings, searched at any depth.

    It holds one of CORPORA under its published names, or any recordings with a tsv, a table
    as `sheet.utterances` describes it.

    Raises:
        SerError: no folder, no corpus or two of them, or a mistake in a table.
    """
    if tsv:
        return Table(metadata.utterances(folder, tsv), [])
    files = audio_files(folder)
    found = [each for each in CORPORA if any(each.names.fullmatch(path.stem) for path in files)]
    if len(found) != 1:
        holds = " and ".join(each.title for each in found) or f"names such as {files[0].name}"
        known = ", ".join(f"{each.title} ({each.example})" for each in CORPORA)
        raise SerError(
            f"{folder} holds {holds}. Needed is one corpus under its published names: {known}. "
            "Give the folder of one; for recordings of your own add --table FILE.tsv, "
            "which README.md explains; `python -m ser download` fetches RAVDESS."
        )
    return _named(found[0], files) if found[0].utterance else ravdess.table(folder)


def speakers(utterances: Sequence[Utterance]) -> np.ndarray:
    """Return who speaks as strings, corpus and speaker, shape (n,): "ravdess 01", "nemo EB0".

    Numbers have two digits or more, so that RAVDESS's sort as numbers do.
    """
    return np.array(
        [
            f"{u.corpus} {u.speaker:02}"
            if isinstance(u.speaker, int)
            else f"{u.corpus} {u.speaker}"
            for u in utterances
        ],
        dtype=str,
    )


def folds(
    utterances: Sequence[Utterance], protocol: str, recordings: Sequence[bytes | str], seed: int = 0
) -> ravdess.Folds:
    """Return the folds of a protocol as (train, test) int index arrays, each row tested once.

    RAVDESS has its own. For others `random` is five folds stratified by emotion, and `actors`
    six such folds with no speaker on both sides. The same recording is never on both sides.

    Args:
        protocol: one of PROTOCOLS.
        recordings: of each utterance a value that equals another's if the recording does.

    Raises:
        SerError: fewer than six recordings of an emotion; for `actors` also fewer than six
            speakers, or an emotion of one fold only, which could not be learned for it.
    """
    if all(u.corpus == ravdess.CORPUS and u.speaker in ravdess.ACTORS for u in utterances):
        if protocol == "random":
            return ravdess.random_folds(utterances, seed)
        return ravdess.actor_folds(utterances)
    emotions = np.array([u.emotion for u in utterances])
    same = np.unique(recordings, return_inverse=True)[1]
    _check_counts(emotions, same)
    if protocol == "random":
        splitter = StratifiedGroupKFold(RANDOM_FOLDS, shuffle=True, random_state=seed)
        return list(splitter.split(emotions, emotions, same))
    people = _strangers(speakers(utterances), same)
    found = people.max() + 1
    if found < SPEAKER_FOLDS:
        raise SerError(
            f"Too few speakers: {found}, where those who share a recording count as one. Needed "
            f"are at least {SPEAKER_FOLDS}, so that each can be tested by what the others taught. "
            "Add recordings of more people."
        )
    splitter = StratifiedGroupKFold(SPEAKER_FOLDS, shuffle=True, random_state=seed)
    split = list(splitter.split(emotions, emotions, people))
    unlearned = {label for train, _ in split for label in set(emotions) - set(emotions[train])}
    if unlearned:
        raise SerError(
            f"Too few speakers of an emotion: {', '.join(sorted(unlearned))}. Needed is every "
            "emotion by at least two, better six speakers. Add such recordings or leave it out."
        )
    return split


def _check_counts(emotions: np.ndarray, same: np.ndarray) -> None:
    first = emotions[np.unique(same, return_index=True)[1]]
    counts = {label: int(np.sum(first == label)) for label in LABELS if label in emotions}
    few = [f"{label} {count}" for label, count in counts.items() if count < LEAST_RECORDINGS]
    if few:
        raise SerError(
            f"Too few different recordings: {', '.join(few)}. Needed are at least "
            f"{LEAST_RECORDINGS} of every emotion that occurs. Add recordings, or leave it out."
        )


def _strangers(people: np.ndarray, same: np.ndarray) -> np.ndarray:
    """Number groups of rows that share neither a speaker nor a recording, shape (n,)."""
    person = np.unique(people, return_inverse=True)[1]
    recording = person.max() + 1 + same
    size = recording.max() + 1
    links = coo_array((np.ones(len(person)), (person, recording)), shape=(size, size))
    return connected_components(links, directed=False)[1][person]


def _named(corpus: Corpus, files: list[Path]) -> Table:
    """Read names; of files with one name the best format, then the one nearest the top, counts."""
    chosen, ignored = {}, []
    for path in sorted(files, key=lambda p: (SUFFIXES.index(p.suffix.lower()), len(p.parts), p)):
        if match := corpus.names.fullmatch(path.stem):
            chosen.setdefault(path.stem, (path, match))
        elif not path.name.startswith("."):
            ignored.append(path.name)
    known = {}
    for folder in {path.parent for path, _ in chosen.values()}:
        if (folder / CLIPS).is_file():
            known |= {
                Path(row["file"]).stem: row for _, row in metadata.rows(folder / CLIPS, ["file"])
            }
    utterances = [corpus.utterance(*chosen[name], known.get(name, {})) for name in sorted(chosen)]
    if not ignored:
        return Table(utterances, [])
    some = ", ".join(ignored[:3]) + (", ..." if len(ignored) > 3 else "")
    return Table(
        utterances, [f"Ignored, not named like {corpus.example}: {len(ignored)} ({some})."]
    )


def _crema_d(path: Path, match: re.Match, row: metadata.Row) -> Utterance:
    """Cao et al. 2014, doi 10.1109/TAFFC.2014.2336244: English, 91 actors."""
    emotions = dict(
        ANG="angry", DIS="disgust", FEA="fearful", HAP="happy", NEU="neutral", SAD="sad"
    )
    return Utterance(
        path=path,
        corpus="crema_d",
        speaker=int(match["speaker"]),
        sex=row.get("sex", ""),
        emotion=emotions[match["emotion"]],
        sentence=match["sentence"],
        licence="ODbL 1.0",
        details=metadata.without(row, "file actor sex sentence emotion".split()),
    )


def _nemo(path: Path, match: re.Match, row: metadata.Row) -> Utterance:
    """Christop 2024, arXiv 2404.06292: Polish, nine actors."""
    emotions = {"anger": "angry", "fear": "fearful", "happiness": "happy", "sadness": "sad"}
    return Utterance(
        path=path,
        corpus="nemo",
        speaker=match["speaker"],
        sex=row.get("sex", ""),
        emotion=emotions.get(match["emotion"], match["emotion"]),
        sentence=row.get("text") or match["sentence"],
        licence="CC BY-NC-SA 4.0",
        details=metadata.without(row, "file actor sex sentence emotion text".split()),
    )


CORPORA = (
    Corpus("RAVDESS", ravdess.EXAMPLE, ravdess.NAME, None),
    Corpus(
        "CREMA-D",
        "1001_DFA_ANG_XX.wav",
        re.compile(
            r"(?P<speaker>1\d{3})_(?P<sentence>[A-Z]{3})"
            r"_(?P<emotion>ANG|DIS|FEA|HAP|NEU|SAD)_(LO|MD|HI|XX?)"
        ),
        _crema_d,
    ),
    Corpus(
        "nEMO",
        "EB0_anger_1.wav",
        re.compile(
            r"(?P<speaker>[A-Z]{2}\d)"
            r"_(?P<emotion>anger|fear|happiness|neutral|sadness|surprised)_(?P<sentence>\d+)"
        ),
        _nemo,
    ),
)
