"""The Long recording tab, in English."""

from ser.page.text.english.common import IN_PROGRESS, NOTES, percent
from ser.page.text.shared import clock, top_two

LONG = "Long recording"
LONG_RECORDING = "Up to 30 minutes of one voice"
LONG_WAITING = (
    "Choose a recording, or make one, and see how its emotion changes from second to second."
)
LONG_TITLE = "Its emotion over time: click a moment to hear it"
SEGMENTS = "Moment by moment"
NO_SEGMENTS = "The parts of the recording will be listed here, each one click from being heard."
SEGMENTS_COLUMNS = ("When", "Sounds", "How sure")
SEGMENTS_NOTE = (
    "Each second is judged by the three around it. One voice is assumed and learned from the "
    "whole recording; if it keeps one emotion all along, the answer is paler than it should be."
)
LONG_IT_WAS_HINT = "Say what this part was, and it learns from the three seconds in its middle"
PLAY_SEGMENT = "Hear it"
DOWNLOAD_CSV = "Table (CSV)"
DOWNLOAD_JSON = "Everything (JSON)"
NOT_VOICED = "no voice"


def progress(fraction: float, seconds_left: float | None) -> str:
    """Say which fraction of a recording was analysed; None is an unknown time."""
    if seconds_left is None:
        return IN_PROGRESS
    if seconds_left < 60:
        return f"{IN_PROGRESS} {percent(fraction)}, about {max(1, seconds_left):.0f} s left"
    return f"{IN_PROGRESS} {percent(fraction)}, about {seconds_left / 60:.0f} min left"


def timeline_verdict(fractions: dict[str, float]) -> tuple[str, tuple[str, ...]]:
    """Return the answer on a whole recording as a sentence with `{}` for each emotion, and those.

    fractions: of the time with a voice, 0-1, by label.
    """
    first, second = top_two(fractions)
    if fractions[second] < 0.05:
        return "It sounds {} " + f"{percent(fractions[first])} of the time.", (first,)
    most = "mostly " if fractions[first] >= 0.5 else "most often "
    return (
        f"It sounds {most}" + "{} " + f"({percent(fractions[first])} of the time), then "
        "{} " + f"({percent(fractions[second])}).",
        (first, second),
    )


def timeline_duration(duration: float, voiced: float, notes: tuple[str, ...]) -> str:
    """Say how long a recording and its voiced part are, in seconds, and remark on its file."""
    remarks = "".join(f" It is {NOTES[note]}." for note in notes)
    return f"{clock(duration)} min heard, {clock(voiced)} min of it with a voice.{remarks}"


def confidence(probability: float, threshold: float) -> str:
    """Write the probability of a segment's emotion, with a remark if it is below the threshold."""
    return percent(probability) + (", hard to say" if probability < threshold else "")
