"""The texts that several parts of the page share, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ser import labels
from ser.audio import clip
from ser.errors import SerError

if TYPE_CHECKING:
    from ser.models.embedding_map import Neighbour

IN_PROGRESS = "Listening\N{HORIZONTAL ELLIPSIS}"
YOUR_VOICE = "your voice"
APOLOGY = (
    "Sorry, something went wrong on our side; it was noted. Your recording is fine: "
    "please try it once more."
)
EMOTIONS = {label: label for label in labels.LABELS} | {"disgust": "disgusted"}
SOUNDS = EMOTIONS  # within a sentence that says how a voice sounds
SEPARATORS = ".,"  # of decimals and of thousands, as Plotly takes them
NOTES = clip.NOTES
SEXES = {"male": "man", "female": "woman"}


def percent(fraction: float) -> str:
    """Write a fraction in whole percent; what only rounds to 0 or 100 as <1 and >99."""
    if 0 < fraction < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= fraction < 1 else f"{fraction:.0%}"


def person(actor: int | str, sex: str) -> str:
    """Name an actor of the training data, by number or name; sex "" is unknown."""
    return f"actor {actor}, {SEXES[sex]}" if sex else f"actor {actor}"


def clip_details(clip: Neighbour) -> str:
    """Describe a training clip, each property on a line."""
    emotion, *lines = clip_lines(clip)
    return "<br>".join([f"<b>{emotion}</b>", *lines])


def clip_lines(clip: Neighbour) -> list[str]:
    """Return the known properties of a training clip, its emotion first."""
    strength = "strongly " if clip.intensity == "strong" else ""
    lines = [f"{strength}{EMOTIONS[clip.emotion]}", person(clip.actor, clip.sex)]
    if clip.sentence:
        lines.append(f"“{clip.sentence}”")
    return lines


def number(value: int) -> str:
    """Write a large number."""
    return f"{value:,}"


def explained(error: SerError) -> str:
    """Say what went wrong."""
    return str(error)
