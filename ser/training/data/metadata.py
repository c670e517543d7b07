"""Tables that people write, tab-separated, with a header: who speaks how in which recording.

Every mistake in them is a SerError that names the table and the line.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from ser.errors import SerError
from ser.labels import LABELS
from ser.training.data.utterance import Utterance

REQUIRED = ("file", "speaker", "emotion")
OPTIONAL = ("sex", "sentence", "corpus", "licence", "intensity")
SEXES = ("male", "female", "")

Row = dict[str, str]  # cells by column, "" where empty


def utterances(folder: Path, path: Path) -> list[Utterance]:
    """Return the utterances that a table lists, in its order.

    Needed are the columns `file` (relative to the folder), `speaker` and `emotion` (of LABELS).
    Known too are `sex`, `sentence`, `corpus` (else the folder's name), `licence` and `intensity`;
    further columns become details.

    Raises:
        SerError: the table cannot be read, lacks a column or any row, or a row lacks a cell, has
            an unknown emotion or sex, or names a file that does not exist or was named before.
    """
    found, lines = [], {}
    for line, row in rows(path, REQUIRED):
        where = f"{path}, line {line}"
        empty = [column for column in REQUIRED if not row[column]]
        if empty:
            raise SerError(f"{where} has no {' and no '.join(empty)}. Fill the cell in.")
        if row["emotion"] not in LABELS:
            raise SerError(
                f"{where}: the emotion is {row['emotion']!r}. Needed is one of "
                f"{', '.join(LABELS)}. Rename it, or leave the row out."
            )
        recording = folder / row["file"]
        if not recording.is_file():
            raise SerError(
                f"{where}: there is no file {recording}. Needed is its name relative to {folder}. "
                "Correct the name, or leave the row out."
            )
        before = lines.setdefault(recording.resolve(), line)
        if before != line:
            raise SerError(
                f"{where}: {row['file']} was in line {before} already. Needed is one row a file. "
                "Leave one of them out."
            )
        found.append(
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
    if not found:
        raise SerError(f"{path} has no rows below its header. Add one for each recording.")
    return found


def rows(path: Path, required: Sequence[str]) -> Iterator[tuple[int, Row]]:
    """Yield the line number and the cells of each row of a table, without surrounding blanks.

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


def without(row: Row, columns: Sequence[str]) -> Row:
    """Return the cells of the other columns."""
    return {column: cell for column, cell in row.items() if column not in columns}


def _checked(
    reader: csv.DictReader, path: Path, required: Sequence[str]
) -> Iterator[tuple[int, Row]]:
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
