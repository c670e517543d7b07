"""The state of the Act it tab: rounds of prompts, and what was recorded for each of them.

A round's clips are taught when it ends, not before: until then every answer of the round is that
of a model that has seen none of its clips, so the score of a round is one on new recordings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ser.models.speaker import LabelledClip


@dataclass(frozen=True, eq=False)
class Take:
    """A recording of an acted emotion, with its prediction before it was taught.

    Attributes:
        clip: what is taught; its emotion is the acted one.
        predicted: the most probable of LABELS.
        probability: of the predicted emotion.
        position: on the map, in fractions of its axes.
    """

    clip: LabelledClip
    predicted: str
    probability: float
    position: tuple[float, ...]

    @property
    def emotion(self) -> str:
        """The acted emotion."""
        return self.clip.emotion

    @property
    def right(self) -> bool:
        """Whether the acted emotion was predicted."""
        return self.predicted == self.emotion


@dataclass(frozen=True, eq=False)
class Round:
    """A round of prompts, one for each emotion.

    Attributes:
        emotions: to be acted, in their order.
        takes: at most one for each emotion.
        skipped: emotions that are not asked for again.
        current: the emotion asked for; None once the round is finished.
    """

    emotions: tuple[str, ...]
    takes: tuple[Take, ...]
    skipped: frozenset[str]
    current: str | None

    @classmethod
    def start(cls, emotions: Sequence[str]) -> "Round":
        """Return a round in which nothing is recorded yet."""
        return cls(tuple(emotions), (), frozenset(), emotions[0])

    @property
    def finished(self) -> bool:
        """Whether the round is over and its clips are taught."""
        return self.current is None

    @property
    def n_right(self) -> int:
        """Number of takes whose emotion was predicted."""
        return sum(take.right for take in self.takes)

    def take(self, emotion: str | None) -> Take | None:
        """Return the take of an emotion, None if there is none."""
        return next((take for take in self.takes if take.emotion == emotion), None)

    def record(self, take: Take) -> "Round":
        """Return the round with a take, in place of an earlier one of the same emotion."""
        return replace(self, takes=(*self.remove(take.emotion).takes, take))

    def remove(self, emotion: str) -> "Round":
        """Return the round without the take of an emotion."""
        return replace(self, takes=tuple(t for t in self.takes if t.emotion != emotion))

    def choose(self, emotion: str) -> "Round":
        """Ask for an emotion, be it skipped or recorded already; a finished round stays so."""
        if self.finished or emotion not in self.emotions:
            return self
        return replace(self, current=emotion, skipped=self.skipped - {emotion})

    def skip(self) -> "Round":
        """Ask for the next emotion, and no more for the current one."""
        if self.finished:
            return self
        return replace(self, skipped=self.skipped | {self.current}).advance()

    def advance(self) -> "Round":
        """Ask for the next emotion that is neither recorded nor skipped; finish if there is none.

        Those before the current one follow those after it: their takes may have been removed.
        """
        if self.finished:
            return self
        after = self.emotions.index(self.current) + 1
        for emotion in self.emotions[after:] + self.emotions[:after]:
            if not self.take(emotion) and emotion not in self.skipped:
                return replace(self, current=emotion)
        return self.finish()

    def finish(self) -> "Round":
        """Return the finished round; one without any take starts anew."""
        return replace(self, current=None) if self.takes else Round.start(self.emotions)


@dataclass(frozen=True, eq=False)
class Acting:
    """All rounds of a session, of which the last may be in progress."""

    rounds: tuple[Round, ...]

    @classmethod
    def start(cls, emotions: Sequence[str]) -> "Acting":
        """Return the state of a session in which nothing was acted yet."""
        return cls((Round.start(emotions),))

    @property
    def round(self) -> Round:
        """The last round."""
        return self.rounds[-1]

    def with_round(self, changed: Round) -> "Acting":
        """Return the state with the last round changed."""
        return Acting((*self.rounds[:-1], changed))

    def another_round(self) -> "Acting":
        """Start a further round after a finished one; one that lost all its takes is dropped."""
        if not self.round.finished:
            return self
        kept = self.rounds if self.round.takes else self.rounds[:-1]
        return Acting((*kept, Round.start(self.round.emotions)))
