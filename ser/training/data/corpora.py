"""Tables of labelled recordings: of a published corpus, or of any folder with a metadata file."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ser.audio.formats import SUFFIXES, audio_files
from ser.errors import SerError
from ser.training.data import metadata
from ser.training.data.published import CORPORA, Corpus
from ser.training.data.utterance import Table, Utterance

METADATA_FILE = "clips.tsv"  # of a published corpus, beyond the fields of its file names


def table(folder: Path, metadata_file: Path | None = None) -> Table:
    """Return the labelled recordings of a folder, searched at any depth.

    It holds one of CORPORA under its published names, or any recordings that a metadata file
    describes, as `metadata.utterances` reads it.

    Raises:
        SerError: no folder, no corpus or several, none of its recordings can be used, or a
            mistake in a metadata file.
    """
    if metadata_file:
        return Table(metadata.utterances(folder, metadata_file), [])
    files = audio_files(folder)
    present = [corpus for corpus in CORPORA if any(map(corpus.matches, files))]
    if len(present) != 1:
        content = " and ".join(corpus.title for corpus in present)
        names = ", ".join(f"{corpus.title} ({corpus.example})" for corpus in CORPORA)
        raise SerError(
            f"{folder} holds {content or f'names such as {files[0].name}'}. Needed is one corpus "
            f"under its published names: {names}. Give the folder of one; for recordings of your "
            "own add --table FILE.tsv, which docs/own-data.md explains; `python -m ser download` "
            "fetches RAVDESS."
        )
    corpus = present[0]
    recordings = read(corpus, files)
    if not recordings.utterances:
        raise SerError(
            f"{folder} holds no recording of {corpus.title} that can be used. "
            f"{' '.join(recordings.warnings)} Needed are files named like {corpus.example}; "
            f"{corpus.remedy}."
        )
    return recordings


def read(corpus: Corpus, files: Sequence[Path]) -> Table:
    """Return the recordings of a corpus among audio files, one a name, sorted by name.

    Of several files of one name the one in the preferred format, the first of SUFFIXES, is
    taken, then the one nearest the top. Missing recordings and ignored files give warnings.

    Raises:
        SerError: a mistake in a clips.tsv.
    """
    rows = _metadata_rows({path.parent for path in files if corpus.matches(path)})
    usable, ignored = {}, {}
    for path in sorted(files, key=lambda p: (SUFFIXES.index(p.suffix.lower()), len(p.parts), p)):
        utterance = corpus.utterance(path, rows.get(path.stem))
        if isinstance(utterance, Utterance):
            usable.setdefault(path.stem, utterance)
        # macOS leaves hidden ._ companions of the same names on foreign disks.
        elif not path.name.startswith("."):
            ignored.setdefault(utterance, []).append(path.name)
    utterances = [usable[name] for name in sorted(usable)]
    return Table(utterances, _missing(corpus, utterances) + _ignored(ignored))


def speakers(utterances: Sequence[Utterance]) -> np.ndarray:
    """Return corpus and speaker as strings, shape (n,): "ravdess 01", "nemo EB0".

    Numbers have at least two digits, so that RAVDESS's speakers sort as numbers do.
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


def _metadata_rows(folders: set[Path]) -> dict[str, metadata.Row]:
    """Return the rows of METADATA_FILE in the folders that have one, by name of recording."""
    return {
        Path(row["file"]).stem: row
        for folder in sorted(folders)
        if (folder / METADATA_FILE).is_file()
        for _, row in metadata.rows(folder / METADATA_FILE, ["file"])
    }


def _missing(corpus: Corpus, utterances: Sequence[Utterance]) -> list[str]:
    counts = Counter(u.speaker for u in utterances)
    missing = [str(speaker) for speaker in corpus.expected_clips if speaker not in counts]
    partial = [
        f"{speaker} ({counts[speaker]} of {n})"
        for speaker, n in corpus.expected_clips.items()
        if 0 < counts[speaker] < n
    ]
    warnings = []
    if missing:
        warnings.append(f"No recordings of speakers {', '.join(missing)}; {corpus.remedy}.")
    if partial:
        warnings.append(f"Incomplete speakers: {', '.join(partial)}; {corpus.remedy}.")
    return warnings


def _ignored(names: dict[str, list[str]]) -> list[str]:
    """Return one warning for each reason to ignore files; names of the files by reason."""
    return [
        f"Ignored, {reason}: {len(files)} ({', '.join(files[:3])}"
        f"{', ...' if len(files) > 3 else ''})."
        for reason, files in sorted(names.items())
    ]
