"""Test conversations, made of a corpus' recordings: who speaks when, in which emotion, is known.

Some people in one room or two take turns, with pauses or speaking into each other's last words,
over a steady background noise. A speaker's turns change from emotion to emotion.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ser.audio import loading
from ser.audio.clip import SAMPLING_RATE
from ser.training import effects, rooms
from ser.training.data.utterance import Utterance

N_SPEAKERS = (2, 4)  # fewest and most
DURATION = (180.0, 600.0)  # s
TURN = (1.5, 6.0)  # s
PAUSE = (0.2, 1.5)  # s between turns
OVERLAP_PROBABILITY = 0.1  # of a turn that begins before the last one ends
OVERLAP = (0.3, 1.0)  # s
LEVEL = (-31.0, -25.0)  # dB of a speaker's voice, relative to full scale
SNR = (25.0, 40.0)  # dB
REVERBERATION_TIME, DISTANCE = (0.15, 0.5), (0.5, 2.0)  # s and m
REVERBERATION = 0.3  # s that a turn is heard after its end


@dataclass(frozen=True)
class Turn:
    """What one speaker says at a time.

    Attributes:
        start, end: seconds.
        speaker: name in the corpus.
        emotion: one of LABELS.
    """

    start: float
    end: float
    speaker: str
    emotion: str


@dataclass(frozen=True)
class Conversation:
    """A recording and its turns, in order of their starts.

    Attributes:
        waveform: float32, shape (samples,), mono 16 kHz.
    """

    waveform: np.ndarray
    turns: tuple[Turn, ...]

    @property
    def n_speakers(self) -> int:
        """Number of speakers."""
        return len({turn.speaker for turn in self.turns})


def generate(
    corpora: Sequence[Sequence[Utterance]],
    n_conversations: int,
    seed: int,
    duration: tuple[float, float] = DURATION,
) -> Iterator[Conversation]:
    """Yield conversations of each corpus in turn, the same for the same arguments.

    Args:
        corpora: recordings of at least four speakers each.
        duration: seconds, shortest and longest.
    """
    for number in range(n_conversations):
        rng = np.random.default_rng([seed, number])
        # Of every other conversation of a corpus, half of the speakers are in another room.
        n_rooms = 1 + number // len(corpora) % 2
        yield _conversation(corpora[number % len(corpora)], n_rooms, rng.uniform(*duration), rng)


def _conversation(
    utterances: Sequence[Utterance], n_rooms: int, duration: float, rng: np.random.Generator
) -> Conversation:
    names = sorted({str(utterance.speaker) for utterance in utterances})
    n_speakers = rng.integers(N_SPEAKERS[0], N_SPEAKERS[1] + 1)
    speakers = rng.choice(names, n_speakers, replace=False).tolist()
    responses = list(itertools.islice(rooms.simulate(rng, REVERBERATION_TIME, DISTANCE), n_rooms))
    gains = 10 ** (rng.uniform(*LEVEL, n_speakers) / 20)
    talks = [_Talk([u for u in utterances if str(u.speaker) == name], rng) for name in speakers]
    waveform = np.zeros(round((duration + 2 * TURN[1]) * SAMPLING_RATE), np.float32)
    turns, end, speaker = [], 0.0, -1
    while end < duration:
        others = [other for other in range(n_speakers) if other != speaker]
        speaker = int(rng.choice(others))
        spoken, emotion = talks[speaker].turn()
        shift = rng.uniform(*PAUSE)
        if turns and rng.random() < OVERLAP_PROBABILITY:
            shift = -rng.uniform(*OVERLAP)
        first = max(0, round((end + shift) * SAMPLING_RATE))
        tail = np.zeros(round(REVERBERATION * SAMPLING_RATE), np.float32)
        sound = effects.reverberate(np.concatenate([spoken, tail]), responses[speaker % n_rooms])
        sound = sound[: len(waveform) - first] * gains[speaker] / sound.std()
        waveform[first : first + len(sound)] += sound
        start, end = first / SAMPLING_RATE, (first + len(spoken)) / SAMPLING_RATE
        turns.append(Turn(start, end, speakers[speaker], emotion))
    waveform = waveform[: round((end + PAUSE[1]) * SAMPLING_RATE)]
    noise = rng.standard_normal(len(waveform), dtype=np.float32)
    return Conversation(effects.add_noise(waveform, noise, rng.uniform(*SNR)), tuple(turns))


class _Talk:
    """The turns of one speaker: each of one emotion, another one than in the last turn."""

    def __init__(self, utterances: Sequence[Utterance], rng: np.random.Generator):
        self._utterances, self._rng = utterances, rng
        self._emotions = sorted({utterance.emotion for utterance in utterances})
        self._last = ""
        self._left: dict[str, list[Utterance]] = {}

    def turn(self) -> tuple[np.ndarray, str]:
        """Return the waveform of recordings one after the other, and their emotion."""
        others = [emotion for emotion in self._emotions if emotion != self._last]
        self._last = str(self._rng.choice(others))
        duration = self._rng.uniform(*TURN) * SAMPLING_RATE
        spoken = self._next()
        while len(spoken) < TURN[0] * SAMPLING_RATE:
            spoken = np.concatenate([spoken, self._next()])
        while len(spoken) < duration:
            further = self._next()
            if len(spoken) + len(further) > duration:
                break
            spoken = np.concatenate([spoken, further])
        return spoken[: round(TURN[1] * SAMPLING_RATE)], self._last

    def _next(self) -> np.ndarray:
        """Return a recording of the last emotion, another one until all were drawn."""
        if not self._left.get(self._last):
            of_emotion = [u for u in self._utterances if u.emotion == self._last]
            self._left[self._last] = [of_emotion[i] for i in self._rng.permutation(len(of_emotion))]
        return loading.load(self._left[self._last].pop().path).waveform
