"""Names, empty files and tables of recordings, as the tests of corpora need them."""

import csv
from collections.abc import Iterable
from pathlib import Path

from ser.training.data.published import RAVDESS
from ser.training.data.utterance import Utterance


def ravdess_names(actors: Iterable[int] = range(1, 25)) -> list[str]:
    """Return the published names of RAVDESS's speech recordings, without the extension, sorted."""
    return sorted(
        f"03-01-0{emotion}-0{intensity}-0{statement}-0{repetition}-{actor:02}"
        for actor in actors
        for emotion in range(1, 9)
        for intensity in ((1,) if emotion == 1 else (1, 2))
        for statement in (1, 2)
        for repetition in (1, 2)
    )


def ravdess_utterances(names: Iterable[str]) -> list[Utterance]:
    """Return what RAVDESS's names without the extension say; the files need not exist."""
    return [RAVDESS.utterance(Path(f"{name}.wav")) for name in names]


def write_ravdess(folder: Path, names: Iterable[str], suffix: str = ".wav") -> Path:
    """Make empty files in one folder an actor, as published; return the folder."""
    return touch(folder, [f"Actor_{name[-2:]}/{name}{suffix}" for name in names])


def touch(folder: Path, names: Iterable[str]) -> Path:
    """Make empty files, and the folders they are in; return the folder."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def write_tsv(path: Path, rows: Iterable[Iterable[str]], encoding: str = "utf-8") -> Path:
    """Write a tab-separated file; return its path."""
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, dialect="excel-tab").writerows(rows)
    return path
