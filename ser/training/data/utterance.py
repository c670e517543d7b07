"""One labelled recording, and a table of them, whatever corpus they are from."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ser import artifacts


@dataclass(frozen=True)
class Utterance:
    """One recording and what its corpus says of it.

    path: Path of the file; corpus: its name, such as "ravdess"; speaker: the corpus' own number
    or name; sex: "male", "female" or "" if unknown; emotion: one of LABELS; sentence: the words
    spoken, or the corpus' code for them; licence: of the recording; intensity: "normal", "strong"
    or "" if unknown; details: further columns of the corpus' own table.
    """

    path: Path
    corpus: str
    speaker: int | str
    sex: str
    emotion: str
    sentence: str
    licence: str
    intensity: str = ""
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file name without its extension."""
        return self.path.stem


@dataclass(frozen=True)
class Table:
    """A folder's usable recordings and what is wrong with the folder.

    utterances: list of Utterance; warnings: list of sentences for the user.
    """

    utterances: list[Utterance]
    warnings: list[str]


def content_hash(utterances: Sequence[Utterance]) -> str:
    """Return the SHA-256 of the recordings' names and content in hexadecimal."""
    digest = hashlib.sha256()
    for utterance in utterances:
        digest.update(f"{utterance.name} {artifacts.sha256(utterance.path)}\n".encode())
    return digest.hexdigest()
