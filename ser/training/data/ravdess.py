"""RAVDESS's speech recordings: file names, table of utterances, evaluation protocols (folds)."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.model_selection import PredefinedSplit, StratifiedGroupKFold

from ser.errors import SerError
from ser.labels import LABELS
from ser.training.data.utterance import Table, Utterance

CORPUS = "ravdess"
LICENCE = "CC BY-NC-SA 4.0"
SENTENCES = ("Kids are talking by the door", "Dogs are sitting by the door")
ACTORS = range(1, 25)  # odd numbers are men, even numbers women
CLIPS_PER_ACTOR = 60
CLIPS = len(ACTORS) * CLIPS_PER_ACTOR
EXAMPLE = "03-01-06-01-02-01-12.wav"
REMEDY = "`python -m ser download` fetches the whole data set"

# The same recording was published under both names.
DUPLICATE = {"03-01-03-01-02-02-07": "03-01-03-01-02-01-07"}

RANDOM_FOLDS = 5
# EmoBox's public folds: the four actors left out of training in each.
ACTOR_FOLDS = (
    *((1, 11, 20, 21), (4, 10, 12, 14), (8, 9, 19, 23)),
    *((3, 5, 7, 24), (2, 15, 16, 18), (6, 13, 17, 22)),
)

Folds = list[tuple[np.ndarray, np.ndarray]]  # row numbers: training, test

AUDIO = (".wav", ".flac")  # in order of preference
_VIDEO = ".mp4"
NAME = re.compile(
    r"(?P<modality>0[1-3])-(?P<channel>0[12])-(?P<emotion>0[1-8])-(?P<intensity>0[12])"
    r"-(?P<statement>0[12])-(?P<repetition>0[12])-(?P<actor>0[1-9]|1\d|2[0-4])"
)


def parse(path: str | Path) -> Utterance:
    """Return the Utterance that the path's file name describes; the file is not opened.

    Raises SerError for a name that is not that of a RAVDESS speech recording.
    """
    path = Path(path)
    kind, match = _classify(path)
    if kind != "speech":
        found = {"song": "a RAVDESS song", "video": "a RAVDESS video"}.get(
            kind, "not named as RAVDESS names its recordings"
        )
        raise SerError(
            f"{path.name} is {found}. Needed is a speech recording, .wav or .flac, under its "
            f"published name, such as {EXAMPLE}. Restore the name or leave the file out."
        )
    actor = int(match["actor"])
    return Utterance(
        path=path,
        corpus=CORPUS,
        speaker=actor,
        sex="male" if actor % 2 else "female",
        emotion=LABELS[int(match["emotion"]) - 1],
        sentence=SENTENCES[int(match["statement"]) - 1],
        licence=LICENCE,
        intensity=("normal", "strong")[int(match["intensity"]) - 1],
    )


def table(folder: str | Path) -> Table:
    """Return the Table of a folder's speech recordings, searched at any depth.

    Its utterances are sorted by name, one per name; of several files with one name a .wav is
    preferred, then the one nearest the top. No warnings say that the data set is complete and
    alone.
    Raises SerError when the folder is missing or holds no RAVDESS speech recording.
    """
    folder = Path(folder)
    if not folder.is_dir():
        found = "is a file" if folder.exists() else "does not exist"
        raise SerError(
            f"{folder} {found}. Needed is the folder with RAVDESS's recordings, "
            f"named like {EXAMPLE}. {REMEDY}."
        )
    # macOS leaves hidden ._ companions of the same names on foreign disks.
    files = [p for p in folder.rglob("*") if not p.name.startswith(".") and p.is_file()]
    files.sort(key=lambda p: (p.suffix.lower() != AUDIO[0], len(p.parts), p))
    chosen, others = {}, {}
    for path in files:
        kind, _ = _classify(path)
        if kind == "speech":
            chosen.setdefault(path.stem, path)
        else:
            others.setdefault(kind, []).append(path)
    if not chosen:
        kinds = Counter(p.suffix.lower() or "no extension" for p in files)
        found = ", ".join(f"{n} {kind}" for kind, n in kinds.most_common(3)) or "it is empty"
        raise SerError(
            f"No RAVDESS speech recording in {folder} ({found}). Needed are .wav or .flac files "
            f"named like {EXAMPLE}. Give the folder that holds them, or {REMEDY}."
        )
    utterances = [parse(chosen[name]) for name in sorted(chosen)]
    return Table(utterances, _incomplete(utterances) + _ignored(others))


def groups(utterances: Sequence[Utterance]) -> np.ndarray:
    """Return int group ids, shape (n,): equal for utterances that are the same recording."""
    names = [DUPLICATE.get(u.name, u.name) for u in utterances]
    return np.unique(names, return_inverse=True)[1]


def random_folds(utterances: Sequence[Utterance], seed: int = 0) -> Folds:
    """Return protocol `random`: five folds stratified by emotion; speakers leak.

    A list of (train, test) int index arrays; every utterance is tested once, and the two
    names of the duplicate recording are on the same side.
    Raises SerError when an emotion has fewer recordings than there are folds.
    """
    labels, ids = _labels(utterances), groups(utterances)
    splitter = StratifiedGroupKFold(RANDOM_FOLDS, shuffle=True, random_state=seed)
    return list(splitter.split(labels, labels, ids))


def actor_folds(utterances: Sequence[Utterance]) -> Folds:
    """Return protocol `actors`: EmoBox's six folds, each testing four actors unseen in training.

    A list of (train, test) int index arrays; every utterance is tested once. Folds whose
    actors are all missing are left out.
    Raises SerError when fewer than two folds are left, when an emotion has fewer than five
    recordings, or when one is recorded in a single fold and so could not be learned for it.
    """
    labels = _labels(utterances)
    fold_of = {actor: k for k, actors in enumerate(ACTOR_FOLDS) for actor in actors}
    fold = np.array([fold_of[u.speaker] for u in utterances])
    lacking = [label for label in LABELS if len(set(fold[labels == label])) < 2]
    if lacking:
        raise SerError(
            f"Too few actors: {', '.join(lacking)} recorded only by actors of one fold. Needed "
            f"is every emotion by actors of two folds ({ACTOR_FOLDS[0]}, {ACTOR_FOLDS[1]}, ...) "
            f"or more. Add the missing actors: {REMEDY}."
        )
    return list(PredefinedSplit(fold).split())


def _classify(path: Path) -> tuple[str, re.Match | None]:
    """Return "speech", "song", "video" or "other", and the match of the name's fields."""
    match = NAME.fullmatch(path.stem)
    suffix = path.suffix.lower()
    if not match or suffix not in (*AUDIO, _VIDEO):
        return "other", match
    if match["modality"] != "03" or suffix == _VIDEO:
        return "video", match
    if match["channel"] == "02":
        return "song", match
    # No actor recorded a strong neutral.
    strong_neutral = (match["emotion"], match["intensity"]) == ("01", "02")
    return ("other" if strong_neutral else "speech"), match


def _labels(utterances: Sequence[Utterance]) -> np.ndarray:
    labels = np.array([u.emotion for u in utterances], dtype=str)
    # The duplicate counts once: it cannot be spread over two folds.
    first = np.unique(groups(utterances), return_index=True)[1]
    counts = Counter(labels[first].tolist())
    few = [f"{label} {counts[label]}" for label in LABELS if counts[label] < RANDOM_FOLDS]
    if few:
        raise SerError(
            f"Too few recordings: {', '.join(few)}. Needed are at least {RANDOM_FOLDS} of every "
            f"emotion. Add the missing recordings: {REMEDY}."
        )
    return labels


def _incomplete(utterances: Sequence[Utterance]) -> list[str]:
    counts = Counter(u.speaker for u in utterances)
    missing = [str(actor) for actor in ACTORS if actor not in counts]
    partial = [
        f"{actor} ({counts[actor]} of {CLIPS_PER_ACTOR})"
        for actor in ACTORS
        if 0 < counts[actor] < CLIPS_PER_ACTOR
    ]
    warnings = []
    if missing:
        warnings.append(f"No recordings of actors {', '.join(missing)}; {REMEDY}.")
    if partial:
        warnings.append(f"Incomplete actors: {', '.join(partial)}; {REMEDY}.")
    return warnings


def _ignored(others: dict[str, list[Path]]) -> list[str]:
    unnamed = [p for p in others.get("other", []) if p.suffix.lower() in (*AUDIO, _VIDEO)]
    reasons = (
        ("RAVDESS songs, where only speech is used", others.get("song", [])),
        ("RAVDESS videos, where only audio is used", others.get("video", [])),
        (f"not named like {EXAMPLE}", unnamed),
    )
    return [
        f"Ignored, {reason}: {len(paths)} ({', '.join(p.name for p in paths[:3])}"
        f"{', ...' if len(paths) > 3 else ''})."
        for reason, paths in reasons
        if paths
    ]
