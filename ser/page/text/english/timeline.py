"""The Long recording tab, in English."""

from ser.page.text.english.common import IN_PROGRESS, NOTES, percent
from ser.page.text.shared import clock, top_two

LONG = "Long recording"
LONG_RECORDING = "Up to 30 minutes of speech"
PEOPLE = "How many people speak?"
ONE_PERSON, FIND_PEOPLE = "One", "Find out"
LONG_WAITING = (
    "Choose a recording, or make one, and see how its emotion changes from second to second."
)
LONG_TITLE = "Its emotion over time: click a moment to hear it"
LANES_TITLE = "Who speaks when, and how: click a part to hear it"
SPEAKERS = "Who speaks"
SPEAKERS_HOW = "give each a name, and say so if one person is listed twice"
SPEAKER_NAME = "Name"
SAME_PERSON = "Same person as\N{HORIZONTAL ELLIPSIS}"
SEGMENTS = "Moment by moment"
NO_SEGMENTS = "The parts of the recording will be listed here, each one click from being heard."
SEGMENTS_COLUMNS = ("When", "Sounds", "How sure")
SPEAKERS_COLUMNS = ("When", "Who", "Sounds", "How sure")
SEGMENTS_NOTE = (
    "Each second is judged by the three around it. One voice is assumed and learned from the "
    "whole recording; if it keeps one emotion all along, the answer is paler than it should be."
)
SPEAKERS_NOTE = (
    "People are told apart by their voices, which can go wrong, above all where they are brief or "
    "speak at once. What is usual for each is learned from all that this person says. Pale parts "
    "are hard to say."
)
LONG_IT_WAS_HINT = "Say what this part was, and it learns from the three seconds in its middle"
PLAY_SEGMENT = "Hear it"
DOWNLOAD_AS = "Download as"
DOWNLOADS = {
    "report": "Report to hand on (HTML)",
    "csv": "Table (CSV)",
    "json": "Everything (JSON)",
    "webvtt": "Subtitles (WebVTT)",
    "rttm": "Who speaks when (RTTM)",
    "textgrid": "File for Praat (TextGrid)",
    "eaf": "File for ELAN (EAF)",
    "audacity": "Labels for Audacity (TXT)",
}
LONG_GONE = "This recording is no longer kept here. Please choose it again."
REPORT = "How this recording sounds: a report"
REPORT_FIGURE = "Over time"
NOT_VOICED = "no voice"


def progress(fraction: float, seconds_left: float | None) -> str:
    """Say which fraction of a recording was analysed; None is an unknown time."""
    if seconds_left is None:
        return IN_PROGRESS
    if seconds_left < 60:
        return f"{IN_PROGRESS} {percent(fraction)}, about {max(1, seconds_left):.0f} s left"
    return f"{IN_PROGRESS} {percent(fraction)}, about {seconds_left / 60:.0f} min left"


def speaker_name(number: int) -> str:
    """Name a speaker whom nobody has named yet."""
    return f"Speaker {number}"


def same_person_label(name: str) -> str:
    """Say what is chosen in the menu of a speaker's row."""
    return f"{name} is the same person as"


def speaking_share(fraction: float, duration: float) -> str:
    """Say how much of the speech is one speaker's, as a fraction and in seconds."""
    return f"{percent(fraction)} of the speech, {clock(duration)} min"


def report_made(version: str, day: str) -> str:
    """Say which model made a report, and on which day."""
    return f"Made on {day} by model {version}."


def timeline_verdict(
    fractions: dict[str, float], n_speakers: int = 1
) -> tuple[str, tuple[str, ...]]:
    """Return the answer on a whole recording as a sentence with `{}` for each emotion, and those.

    fractions: of the time with a voice, 0-1, by label.
    """
    first, second = top_two(fractions)
    it = "It" if n_speakers == 1 else f"{n_speakers} people speak. The conversation"
    if fractions[second] < 0.05:
        return f"{it} sounds " + "{} " + f"{percent(fractions[first])} of the time.", (first,)
    most = "mostly " if fractions[first] >= 0.5 else "most often "
    return (
        f"{it} sounds {most}" + "{} " + f"({percent(fractions[first])} of the time), then "
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
