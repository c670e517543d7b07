"""Generated conversations: turns of several speakers, in changing emotions, the same each time."""

from types import SimpleNamespace

import numpy as np
import pytest

from ser.audio.clip import SAMPLING_RATE
from ser.evaluation import conversations
from ser.labels import LABELS


@pytest.fixture
def corpora(monkeypatch):
    """Two corpora of four and five speakers; of each recording a tone, of 1.2 s to 2.7 s."""
    made = [
        [
            SimpleNamespace(speaker=f"{corpus}{speaker}", emotion=emotion, path=(speaker, take))
            for speaker in range(n)
            for emotion in LABELS[:4]
            for take in range(4)
        ]
        for corpus, n in (("a", 4), ("b", 5))
    ]

    def load(path):
        speaker, take = path
        time = np.arange(round((1.2 + take / 2) * SAMPLING_RATE)) / SAMPLING_RATE
        tone = np.sin(2 * np.pi * (200 + 100 * speaker) * time) * np.sqrt(2)
        return SimpleNamespace(waveform=tone.astype(np.float32))

    monkeypatch.setattr(conversations.loading, "load", load)
    return made


def level(conversation, start, end):
    first, last = (round(time * SAMPLING_RATE) for time in (start, end))
    return conversation.waveform[first:last].std()


def test_turns_and_waveforms(corpora):
    made = list(conversations.generate(corpora, 6, 0, (60, 90)))
    shifts, counts = [], set()
    for number, conversation in enumerate(made):
        turns = conversation.turns
        counts.add(conversation.n_speakers)
        assert {turn.speaker[0] for turn in turns} == {"ab"[number % 2]}
        assert 60 <= turns[-1].end <= len(conversation.waveform) / SAMPLING_RATE < 110
        assert conversation.waveform.dtype == np.float32
        last = {}
        for turn in turns:
            assert 1.5 <= turn.end - turn.start <= 6.0001
            assert turn.emotion != last.get(turn.speaker)
            last[turn.speaker] = turn.emotion
        pairs = list(zip(turns[:-1], turns[1:], strict=True))
        assert all(before.speaker != after.speaker for before, after in pairs)
        shifts += [after.start - before.end for before, after in pairs]
        quiet = [(b.end + 0.5, a.start) for b, a in pairs if a.start - b.end > 0.7]
        speech = np.median([level(conversation, turn.start, turn.end) for turn in turns])
        assert all(level(conversation, *pause) < speech / 5 for pause in quiet)
    assert counts <= {2, 3, 4} and len(counts) > 1
    assert min(shifts) < -0.29 and max(shifts) > 1 and np.mean(np.array(shifts) > 0) > 0.8


def test_the_same_seed_gives_the_same_conversations(corpora):
    first, again, other = (
        next(conversations.generate(corpora, 1, seed, (20, 30))) for seed in (1, 1, 2)
    )
    assert first.turns == again.turns != other.turns
    assert np.array_equal(first.waveform, again.waveform)
