"""The tab that shows the data set, in English."""

from ser.page.text.english.common import EMOTIONS, number, percent

EXPLORE = "Explore the data"
COLOUR_BY = "Colour by"
COLOURS = {
    "emotion": "emotion",
    "actor": "actor",
    "sex": "woman or man",
    "intensity": "how strongly it was acted",
    "right": "whether the model was right",
}
SHOW_EMOTION, ANY_EMOTION = "Emotion", "all emotions"
SHOW_ACTOR, ANY_ACTOR = "Actor", "all actors"
BY_NAME = "Find a recording"
GROUPS = {
    "sex": {"female": "women", "male": "men"},
    "intensity": {"normal": "ordinary", "strong": "strong"},
    "right": {"right": "right", "wrong": "wrong"},
}
UNKNOWN = "not known"
POINT_AT = (
    "Each point is a recording; alike ones lie together. Click one to meet it and its nearest. "
    "With a mouse, drag to look closer and double-click to see everything again."
)
CHOSEN = "The recording"
ALIKE = "Most alike"
PLAY = "Hear it"
NO_ORIGINALS = (
    "The recordings themselves are not on this computer. To hear them here, run: "
    "python -m ser download"
)
NOTHING_SHOWN = "No recording is both. Choose another emotion or actor."
UNREADABLE = "This recording could not be opened."


def map_of(shown: int, recordings: int) -> str:
    """Say how many recordings of the data set a map shows."""
    if shown == recordings:
        return f"All {number(recordings)} recordings"
    return f"{number(shown)} of {number(recordings)} recordings"


def group_right(share: float) -> str:
    """Say how often the model was right on a group's recordings."""
    return f"right on {percent(share)}"


def actors_right(right: dict) -> str:
    """Say how often the model was right on whom it did best and worst, by actor."""
    worst, best = min(right, key=right.get), max(right, key=right.get)
    return (
        f"Mixed colours are a good sign: the map goes by emotion, not by who speaks. The model was "
        f"right on {percent(right[worst])} of actor {worst} and {percent(right[best])} of "
        f"actor {best}."
    )


def overall_right(share: float) -> str:
    """Say how often the model was right on recordings whose actors it had never heard."""
    return f"Never having heard the actor, the model was right on {percent(share)}."


def recognised(emotion: str, label: str, share: float) -> str:
    """Say what the model heard in a recording whose actor it had never heard."""
    if label == emotion:
        return f"recognised, {percent(share)} sure"
    return f"mistaken for {EMOTIONS[label]}, {percent(share)} sure"
