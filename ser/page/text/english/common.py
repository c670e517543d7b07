"""What several parts of the page say, in English."""

from ser import labels
from ser.audio import loading
from ser.errors import SerError

LISTENING = "Listening\N{HORIZONTAL ELLIPSIS}"
YOUR_VOICE = "your voice"
APOLOGY = (
    "Sorry, something went wrong on our side; it was noted. Your recording is fine: "
    "please try it once more."
)
EMOTIONS = {label: label for label in labels.LABELS} | {"disgust": "disgusted"}
SOUNDS = EMOTIONS  # within a sentence that says how a voice sounds
SEPARATORS = ".,"  # of decimals and of thousands, as Plotly takes them
NOTES = loading.NOTES
SEXES = {"male": "man", "female": "woman"}


def percent(share: float) -> str:
    """Write a share as whole percent; what is not quite nothing or everything says so."""
    if 0 < share < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= share < 1 else f"{share:.0%}"


def person(actor: int | str, sex: str) -> str:
    """Name an actor of the data set, by number or name; the sex may be "", unknown."""
    return f"actor {actor}, {SEXES[sex]}" if sex else f"actor {actor}"


def facts(neighbour) -> str:
    """Tell what is known of a recording of the data set, a line each."""
    emotion, *lines = known_facts(neighbour)
    return "<br>".join([f"<b>{emotion}</b>", *lines])


def known_facts(neighbour) -> list[str]:
    """Return what is known of a recording of the data set, its emotion first."""
    strength = "strongly " if neighbour.intensity == "strong" else ""
    lines = [f"{strength}{EMOTIONS[neighbour.emotion]}", person(neighbour.actor, neighbour.sex)]
    if neighbour.sentence:
        lines.append(f"“{neighbour.sentence}”")
    return lines


def number(value: int) -> str:
    """Write a large number."""
    return f"{value:,}"


def explained(error: SerError) -> str:
    """Say what went wrong."""
    return str(error)


def clock(seconds: float) -> str:
    """Write a moment of a recording as minutes and seconds."""
    minutes, seconds = divmod(int(seconds), 60)
    return f"{minutes}:{seconds:02}"
