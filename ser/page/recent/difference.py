"""What differs between two recordings, as far as it is large enough to be named."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ser.audio.prosody import Prosody

MIN_PROBABILITY = 0.1  # difference of the probabilities of one emotion
MIN_LEVEL = 1.0  # dB, about the smallest that is noticed
MIN_PITCH = 1.0  # semitones
MIN_RATE = 1.5  # ratio; the count of syllables in a short sentence is off by a quarter or so


@dataclass(frozen=True)
class Difference:
    """What of a second recording is unlike a first one; None where it hardly is, or is unknown.

    Attributes:
        emotion: the label whose probability rises most.
        level: dB by which the second is louder.
        pitch: semitones by which it is higher.
        rates: syllables a second of the first and of the second.
    """

    emotion: str | None = None
    level: float | None = None
    pitch: float | None = None
    rates: tuple[float, float] | None = None


def difference(
    first: Mapping[str, float],
    second: Mapping[str, float],
    prosodies: tuple[Prosody, Prosody] | None = None,
) -> Difference:
    """Compare the probabilities of two recordings by label, and their prosody if it is known."""
    emotion = max(first, key=lambda label: second[label] - first[label])
    if second[emotion] - first[emotion] < MIN_PROBABILITY:
        emotion = None
    if not prosodies:
        return Difference(emotion)
    before, after = prosodies
    level = after.level - before.level
    pitch = 12 * np.log2(after.pitch / before.pitch) if before.pitch and after.pitch else 0.0
    slow, fast = sorted((before.rate, after.rate))
    return Difference(
        emotion=emotion,
        level=level if abs(level) >= MIN_LEVEL else None,
        pitch=float(pitch) if abs(pitch) >= MIN_PITCH else None,
        rates=(before.rate, after.rate) if slow > 0 and fast / slow >= MIN_RATE else None,
    )
