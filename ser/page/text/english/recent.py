"""The recent recordings of the Analyse tab and the comparison of two, in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ser import labels
from ser.page.text.english.common import percent

if TYPE_CHECKING:
    from ser.page.recent.difference import Difference

RECENT = "Your recordings"
RECENT_HOW = "Choose one to see its answer again; tick two to compare them."
COMPARISON = "Compared"
CLOSE_COMPARISON = "Close"
COMPARED_MAP = "From the one to the other on the map"
COMPARISON_NOTE = (
    "This is what differs, not why the answers do. How loud a recording is also depends on the "
    "microphone and how far away it was."
)
RECORDINGS_GONE = (
    "The recordings themselves are no longer both there: they are deleted within ten minutes. "
    "So their sound cannot be compared."
)
# How the voice sounds in comparison with another recording.
MORE = {label: f"more {label}" for label in labels.LABELS} | {
    "calm": "calmer",
    "happy": "happier",
    "sad": "sadder",
    "angry": "angrier",
    "disgust": "more disgusted",
}


def recording_name(number: int) -> str:
    """Name a recording by its number."""
    return f"Recording {number}"


def mark(number: int) -> str:
    """Say what ticking a recording does."""
    return f"Compare recording {number}"


def compared(
    numbers: tuple[int, int],
    first: Mapping[str, float],
    second: Mapping[str, float],
    emotion: str | None,
) -> str:
    """Say how the second recording sounds unlike the first, with `{}` for what it is more.

    first, second: their probabilities by label.
    emotion: the label whose probability rises most, None if none does much.
    """
    one, other = numbers
    if emotion is None:
        return f"Recordings {one} and {other} sound much alike."
    before, after = percent(first[emotion]), percent(second[emotion])
    change = f"{before}\N{NO-BREAK SPACE}→\N{NO-BREAK SPACE}{after}"
    return f"Recording {other} sounds {{}} than recording {one}: {change}."


def sound_compared(difference: Difference) -> str:
    """Say how loud, high and fast the second recording is compared with the first."""
    found = []
    if difference.level is not None:
        way = "louder" if difference.level > 0 else "quieter"
        found.append(f"{way} by {abs(difference.level):.0f} dB")
    if difference.pitch is not None:
        way, size = "higher" if difference.pitch > 0 else "lower", round(abs(difference.pitch))
        found.append(f"{way} by {size} semitone{'s' if size > 1 else ''}")
    if difference.rates is not None:
        before, after = difference.rates
        way = "faster" if after > before else "slower"
        found.append(f"{way} (about {after:.1f} syllables a second instead of {before:.1f})")
    if not found:
        return "Loudness, pitch and pace hardly differ."
    *others, last = found
    return f"It is {', '.join(others) + ' and ' if others else ''}{last}."
