"""One labelled recording, and a table of them, of any corpus."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ser import artifacts


@dataclass(frozen=True)
class Utterance:
    """One labelled recording.

    Attributes:
        path: of the file.
        corpus: name of the corpus, such as "ravdess".
        speaker: number or name, unique in the corpus.
        sex: "male", "female" or "" if unknown.
        emotion: one of LABELS.
        sentence: the words spoken, or the corpus' code for them.
        licence: of the recording.
        intensity: "normal", "strong" or "" if unknown.
        details: further columns of the corpus' metadata, by name.
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
    """The labelled recordings of a folder.

    Attributes:
        utterances: one for each recording.
        warnings: sentences for the user about missing recordings and ignored files.
    """

    utterances: list[Utterance]
    warnings: list[str]


def content_hash(utterances: Sequence[Utterance]) -> str:
    """Return the SHA-256 of the recordings' names and content in hexadecimal."""
    digest = hashlib.sha256()
    for utterance in utterances:
        digest.update(f"{utterance.name} {artifacts.sha256(utterance.path)}\n".encode())
    return digest.hexdigest()
