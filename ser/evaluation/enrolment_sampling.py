"""Which other clips of a speaker are known before one of them is scored, drawn by chance."""

from collections.abc import Callable, Sequence

import numpy as np

from ser.training.data.corpora import speakers
from ser.training.data.utterance import Utterance

NEUTRAL_CLIPS = 2
SESSION = 3  # clips

Draw = Callable[[int, np.random.Generator], list[int] | None]  # a clip's row -> those known before


def nothing(row: int, random: np.random.Generator) -> list[int]:
    """Draw for a stranger."""
    return []


class Draws:
    """Which other clips of the same speaker are known before a clip is scored."""

    def __init__(self, utterances: Sequence[Utterance]):
        self.people = speakers(utterances)
        self.emotions = np.array([each.emotion for each in utterances])

    def any(self, count: int) -> Draw:
        """So many clips, drawn at random for every clip anew."""

        def draw(row: int, random: np.random.Generator) -> list[int] | None:
            others = self._others(row)
            return _some(others, count, random) if len(others) >= count else None

        return draw

    def of_one_emotion(self, row: int, random: np.random.Generator) -> list[int] | None:
        """SESSION clips of one emotion, drawn at random too."""
        emotions, counts = np.unique(self.emotions[self._others(row)], return_counts=True)
        if counts.max(initial=0) < SESSION:
            return None
        return self._of(random.choice(emotions[counts >= SESSION]), row, random)

    def of_its_emotion(self, row: int, random: np.random.Generator) -> list[int] | None:
        """SESSION clips of the scored clip's own emotion."""
        return self._of(self.emotions[row], row, random)

    def neutral(self, seed: int) -> Draw:
        """The same NEUTRAL_CLIPS for all clips of a speaker, themselves not scored."""
        random, chosen = np.random.default_rng(seed), {}
        for person in np.unique(self.people):
            rows = np.flatnonzero((self.people == person) & (self.emotions == "neutral"))
            if len(rows) >= NEUTRAL_CLIPS:
                chosen[person] = _some(rows, NEUTRAL_CLIPS, random)

        def draw(row: int, random: np.random.Generator) -> list[int] | None:
            known = chosen.get(self.people[row])
            return None if known is None or row in known else known

        return draw

    def _of(self, emotion: str, row: int, random: np.random.Generator) -> list[int] | None:
        others = self._others(row)
        others = others[self.emotions[others] == emotion]
        return _some(others, SESSION, random) if len(others) >= SESSION else None

    def _others(self, row: int) -> np.ndarray:
        same = self.people == self.people[row]
        same[row] = False
        return np.flatnonzero(same)


def _some(rows: np.ndarray, count: int, random: np.random.Generator) -> list[int]:
    return random.choice(rows, count, replace=False).tolist()
