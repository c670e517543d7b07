"""The Explore tab, in English."""

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
EXPLORE_HINT = (
    "Each point is a recording; alike ones lie together. Click one to meet it and its nearest. "
    "With a mouse, drag to look closer and double-click to see everything again."
)
SELECTED = "The recording"
MOST_SIMILAR = "Most alike"
PLAY = "Hear it"
NO_ORIGINALS = (
    "The recordings themselves are not on this computer. To hear them here, run: "
    "python -m ser download"
)
NOTHING_SHOWN = "No recording is both. Choose another emotion or actor."
UNREADABLE = "This recording could not be opened."


def map_of(shown: int, recordings: int) -> str:
    """Say how many of the training clips the map shows."""
    if shown == recordings:
        return f"All {number(recordings)} recordings"
    return f"{number(shown)} of {number(recordings)} recordings"


def group_accuracy(accuracy: float) -> str:
    """Write the accuracy on a group of clips."""
    return f"right on {percent(accuracy)}"


def actors_accuracy(accuracy: dict) -> str:
    """Name the actors with the highest and the lowest accuracy."""
    worst, best = min(accuracy, key=accuracy.get), max(accuracy, key=accuracy.get)
    return (
        f"Mixed colours are a good sign: the map goes by emotion, not by who speaks. The model was "
        f"right on {percent(accuracy[worst])} of actor {worst} and {percent(accuracy[best])} of "
        f"actor {best}."
    )


def overall_accuracy(accuracy: float) -> str:
    """Say how often out-of-fold predictions were right."""
    return f"Never having heard the actor, the model was right on {percent(accuracy)}."


def prediction(emotion: str, predicted: str, probability: float) -> str:
    """Compare a clip's emotion with its out-of-fold prediction."""
    if predicted == emotion:
        return f"recognised, {percent(probability)} sure"
    return f"mistaken for {EMOTIONS[predicted]}, {percent(probability)} sure"
