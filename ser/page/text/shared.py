"""What the texts of every language have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ser.recognizer import Analysis

CORPORA = {
    "ravdess": "RAVDESS",
    "crema_d": "CREMA-D",
    "nemo": "nEMO",
    "casia": "CASIA",
    "aesdd": "AESDD",
}
_FAMILIAR = 0.5  # of a recording that is like those that the model was trained on
_CLOSE = 0.1  # difference of two probabilities that are close together


def top_two(probabilities: Mapping[str, float]) -> tuple[str, str]:
    """Return the two labels with the largest values, largest first."""
    first, second = sorted(probabilities, key=probabilities.get, reverse=True)[:2]
    return first, second


def close_together(probabilities: Mapping[str, float]) -> bool:
    """Return whether the two largest probabilities differ little."""
    first, second = top_two(probabilities)
    return probabilities[first] - probabilities[second] < _CLOSE


def familiar(analysis: Analysis) -> bool:
    """Return whether a recording is like those of the corpus on the map."""
    return analysis.familiarity >= _FAMILIAR


def corpus_name(corpus: str) -> str:
    """Name a corpus."""
    return CORPORA.get(corpus, corpus)


def clock(seconds: float) -> str:
    """Write a time within a recording as minutes and seconds."""
    minutes, seconds = divmod(int(seconds), 60)
    return f"{minutes}:{seconds:02}"
