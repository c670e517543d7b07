"""The tab for a long recording, in English."""

from ser.page.text.english.common import LISTENING, NOTES, clock, percent

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
HEAR = "Hear it"
DOWNLOAD_CSV = "Table (CSV)"
DOWNLOAD_JSON = "Everything (JSON)"
NOT_VOICED = "no voice"


def listening(share: float, left: float | None) -> str:
    """Say how much of a recording was heard, and how many seconds it will take when known."""
    if left is None:
        return LISTENING
    if left < 60:
        return f"{LISTENING} {percent(share)}, about {max(1, left):.0f} s left"
    return f"{LISTENING} {percent(share)}, about {left / 60:.0f} min left"


def course(shares: dict[str, float]) -> tuple[str, tuple[str, ...]]:
    """Return what a recording sounds like in all as a sentence with `{}` for each emotion.

    shares: by label, of the time with a voice.
    """
    first, second = sorted(shares, key=shares.get, reverse=True)[:2]
    if shares[second] < 0.05:
        return "It sounds {} " + f"{percent(shares[first])} of the time.", (first,)
    most = "mostly " if shares[first] >= 0.5 else "most often "
    return (
        f"It sounds {most}" + "{} " + f"({percent(shares[first])} of the time), then "
        "{} " + f"({percent(shares[second])}).",
        (first, second),
    )


def voiced(duration: float, voice: float, notes: tuple[str, ...]) -> str:
    """Say how long a recording is and how long it has a voice, in seconds, and what it lacks."""
    remarks = "".join(f" It is {NOTES[note]}." for note in notes)
    return f"{clock(duration)} min heard, {clock(voice)} min of it with a voice.{remarks}"


def sureness(probability: float, sure: float) -> str:
    """Say how sure a part's emotion is, sure being from where on it is."""
    return percent(probability) + (", hard to say" if probability < sure else "")
