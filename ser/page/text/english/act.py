"""The Act it tab, corrections and what was learned of a voice, in English."""

from __future__ import annotations

from ser.page.text.english.common import percent

ACT = "Act it"
ACT_RECORDING = "Your recording"
ACT_SENTENCES = ("“Kids are talking by the door.”", "“Dogs are sitting by the door.”")
ACT_HOW = "Say it so that it sounds"
ACT_OWN = "Or any sentence of your own."
ACT_RIGHT = "That is what you acted."
ACT_NEXT, ACT_AGAIN, ACT_SKIP = "Next", "Once more", "Skip this one"
ACT_ROUND = "This round"
ACT_LIST_NOTE = "It learns from your recordings when the round ends, and not before."
ACT_TAUGHT_NOTE = "Remove a recording that went wrong, and it is forgotten."
ACT_FINISH = "Finish the round"
ACT_SKIPPED = "skipped"
ACT_KNOWS = "Now it knows your voice. Act another round, and see what that was worth."
ACT_ANOTHER = "Another round"
ACT_CONFUSION = "What you acted, and what it heard"
IT_WAS = "It was:"
IT_WAS_HINT = "Say what it was, and it learns from this recording"
FORGET = "Forget"
FORGET_HINT = "Forget everything that was learned of this voice"


def act_progress(number: int, total: int) -> str:
    """Say which prompt of a round is shown."""
    return f"{number} of {total}"


def act_heard(probability: float) -> str:
    """Return the answer to a take as a sentence with `{}` for the emotion."""
    return "It heard: {}, " + f"{percent(probability)}."


def act_wrong(emotion: str) -> str:
    """Say what was acted where something else was heard."""
    return f"You acted: {emotion}."


def act_remove(emotion: str) -> str:
    """Label the button that removes the take of an emotion."""
    return f"Remove the recording: {emotion}"


def act_score(right: int, total: int) -> str:
    """Say how many takes of a round were understood."""
    return f"It understood {right} of {total}."


def act_first_score(right: int, total: int) -> str:
    """Say how many takes of the first round were understood, after a later one."""
    return f"In your first round, it understood {right} of {total}."


def act_round(number: int, right: int, total: int) -> str:
    """Name a round and its score."""
    return f"Round {number}: {right} of {total}"


def knows_voice(recordings: int) -> str:
    """Say how many recordings the answers are adapted to, some with their emotion."""
    return f"Knows your voice: {recordings} recording{'s' if recordings > 1 else ''}"
