"""Change who speaks in a timeline of several speakers: name a speaker, merge two.

A merge embeds nothing: the moments hold the features of their windows, and all windows are
predicted anew with the speakers as they are then, as turns.py does.
"""

from dataclasses import replace

import numpy as np

from ser.errors import ErrorKind, SerError
from ser.models.classifier import EmotionClassifier
from ser.models.speaker import Features, SpeakerAdaptation
from ser.timeline import predictions
from ser.timeline.timeline import Timeline

MAX_NAME = 30  # characters


def clean(name: str) -> str:
    """Return a name in one line of printable characters, at most MAX_NAME of them.

    It begins with a letter or a digit: spreadsheets take what begins with = + - or @ for a formula.
    """
    name = "".join(character if character.isprintable() else " " for character in name[:1000])
    first = next((row for row, character in enumerate(name) if character.isalnum()), len(name))
    return " ".join(name[first:].split())[:MAX_NAME].strip()


def rename(timeline: Timeline, speaker: int, name: str) -> Timeline:
    """Return a timeline in which the speaker of a number has a name, which `clean` shortens.

    Raises:
        SerError: nothing is left of the name, or another speaker has it.
    """
    name = clean(name)
    if not name:
        raise SerError("This name has no letter and no digit. Give another one.", ErrorKind.NO_NAME)
    names = list(timeline.names)
    names[speaker - 1] = name
    if len(set(map(_key, names))) < len(names):
        raise SerError(
            f"The name {name} is there already. Give another one or, if both are the same person, "
            "choose that person in the same row.",
            ErrorKind.NAME_TAKEN,
            name=name,
        )
    return replace(timeline, names=tuple(names))


def merge(
    timeline: Timeline,
    speaker: int,
    into: int,
    adaptation: SpeakerAdaptation,
    classifier: EmotionClassifier,
) -> Timeline:
    """Return a timeline in which what one speaker says is another one's, who keeps the name.

    Args:
        speaker, into: numbers of the two, which differ.
    """
    voiced = [moment for moment in timeline.moments if moment.probabilities]
    before = [into if moment.speaker == speaker else moment.speaker for moment in voiced]
    in_order = list(dict.fromkeys(before))
    numbers = np.array([1 + in_order.index(number) for number in before])
    windows = predictions.windows_of(
        Features.concatenate([moment.features for moment in voiced]),
        [(moment.start, moment.end) for moment in voiced],
        classifier,
    )
    moments, threshold = predictions.predict_turns(
        windows, numbers, timeline.duration, adaptation, classifier
    )
    names = tuple(timeline.names[number - 1] for number in in_order)
    return replace(timeline, moments=moments, threshold=threshold, names=names)


def _key(name: str) -> str:
    """Return what two names have in common that a person, or an RTTM file, takes for the same."""
    return "_".join(name.casefold().split())
