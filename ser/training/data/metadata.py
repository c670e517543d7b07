"""Read metadata files: tab-separated tables of recordings, their speakers and their labels.

Every mistake in one is a SerError that names the file and the line.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from ser.errors import SerError
from ser.labels import LABELS
from ser.training.data.utterance import Utterance

REQUIRED = ("file", "speaker", "emotion")
LABELLED = ("file", "emotion")  # of a table of one speaker's recordings
OPTIONAL = ("sex", "sentence", "corpus", "licence", "intensity")
SEXES = ("male", "female", "")

Row = dict[str, str]  # from column to cell, "" where empty


def utterances(folder: Path, path: Path) -> list[Utterance]:
    """Return the utterances that a metadata file lists, in its order.

    Required columns are `file` (relative to the folder), `speaker` and `emotion` (one of LABELS).
    Optional ones are `sex`, `sentence`, `corpus` (by default the folder's name), `licence` and
    `intensity`; further columns become `Utterance.details`.

    Raises:
        SerError: the file cannot be read, lacks a column or any row, or a row lacks a cell, has
            an unknown emotion or sex, or names a recording that is missing or has a row already.
    """
    listed = []
    for where, row, recording in _labelled_rows(path, REQUIRED, folder):
        if not recording.is_file():
            raise SerError(
                f"{where}: there is no file {recording}. Needed is its name relative to {folder}. "
                "Correct the name, or leave the row out."
            )
        listed.append(
            Utterance(
                path=recording,
                corpus=row.get("corpus") or folder.resolve().name,
                speaker=row["speaker"],
                sex=row.get("sex", ""),
                emotion=row["emotion"],
                sentence=row.get("sentence", ""),
                licence=row.get("licence", ""),
                intensity=row.get("intensity", ""),
                details=without(row, REQUIRED + OPTIONAL),
            )
        )
    return listed


def labelled_files(path: Path) -> list[tuple[Path, str]]:
    """Return the recordings of one speaker that a table lists, each with its emotion.

    Required columns are `file` (relative to the table's folder) and `emotion` (one of LABELS). The
    recordings need not exist.

    Raises:
        SerError: the table cannot be read, lacks a column, a cell or any row, has an unknown
            emotion, or lists a recording twice.
    """
    rows_of_table = _labelled_rows(path, LABELLED, path.parent)
    return [(recording, row["emotion"]) for _, row, recording in rows_of_table]


def rows(path: Path, required: Sequence[str]) -> Iterator[tuple[int, Row]]:
    """Yield the line number and the cells of each row, stripped of surrounding blanks.

    Raises:
        SerError: no such file, not tab-separated UTF-8, a required column is missing, a row is
            longer than the header, or `sex` is not one of SEXES.
    """
    if not path.is_file():
        raise SerError(f"There is no table {path}. Give a tab-separated file with a header.")
    try:
        # Spreadsheets put a byte order mark in front.
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _checked(
                csv.DictReader(file, dialect="excel-tab", restval="", strict=True), path, required
            )
    except (UnicodeDecodeError, csv.Error) as error:
        raise SerError(
            f"{path} cannot be read as a table: {error}. Needed is tab-separated text in UTF-8, "
            'with quotation marks doubled ("") inside quoted cells. Export the table again.'
        ) from error


def _labelled_rows(
    path: Path, required: Sequence[str], folder: Path
) -> Iterator[tuple[str, Row, Path]]:
    """Yield the rows of a table, at least one, whose required cells are filled, with LABELS.

    No recording, which need not exist, has two of them.

    Args:
        required: columns, `file` and `emotion` among them.
        folder: to which files are relative.

    Yields:
        where the row is, for messages, the row and its recording.
    """
    line_of = {}
    for line, row in rows(path, required):
        where = f"{path}, line {line}"
        empty = [column for column in required if not row[column]]
        if empty:
            raise SerError(f"{where} has no {' and no '.join(empty)}. Fill the cell in.")
        if row["emotion"] not in LABELS:
            raise SerError(
                f"{where}: the emotion is {row['emotion']!r}. Needed is one of "
                f"{', '.join(LABELS)}. Rename it, or leave the row out."
            )
        recording = folder / row["file"]
        # Some names that no file can have cannot be resolved.
        same = recording.resolve() if recording.is_file() else recording
        first_line = line_of.setdefault(same, line)
        if first_line != line:
            raise SerError(
                f"{where}: {row['file']} was in line {first_line} already. Needed is one row a "
                "file. Leave one of them out."
            )
        yield where, row, recording
    if not line_of:
        raise SerError(f"{path} has no rows below its header. Add one for each recording.")


def without(row: Row, columns: Sequence[str]) -> Row:
    """Return a row without some columns."""
    return {column: cell for column, cell in row.items() if column not in columns}


def _checked(
    reader: csv.DictReader, path: Path, required: Sequence[str]
) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a reader as `rows` does, with its errors for columns and cells."""
    columns = reader.fieldnames or []
    missing = [column for column in required if column not in columns]
    if missing:
        raise SerError(
            f"{path} has no column {' and no column '.join(missing)}; its header is "
            f"{', '.join(columns) or 'empty'}. Needed are {', '.join(required)}, "
            "separated by tabs. Correct the first line."
        )
    for cells in reader:
        where = f"{path}, line {reader.line_num}"
        if None in cells:
            raise SerError(
                f"{where} has more cells than the header's {len(columns)}. Needed is one a column. "
                "Remove what is too much."
            )
        row = {column: cell.strip() for column, cell in cells.items()}
        if row.get("sex", "") not in SEXES:
            raise SerError(
                f"{where}: the sex is {row['sex']!r}. Needed is male, female or "
                "nothing. Correct it."
            )
        yield reader.line_num, row
