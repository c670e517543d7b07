"""Several speakers: windows follow the turns, and each speaker has an offset."""

import numpy as np
import pytest
from voices import conversation

from ser.audio.clip import SAMPLING_RATE
from ser.errors import SerError
from ser.timeline import turns

RATE = SAMPLING_RATE


@pytest.fixture(scope="module")
def talk(ravdess, clips, unfamiliar):
    """A man and a woman, or two synthesised voices, in turns with pauses; the turns' edges."""
    others = sorted((ravdess / "Actor_03").glob("*.flac"))[:4] if ravdess else [unfamiliar] * 4
    return conversation(clips[:4], others, longest=4)


def analyse(recognizer, waveform, n_speakers):
    *progress, timeline = recognizer.timeline((RATE, waveform), n_speakers=n_speakers)
    return progress, timeline


def test_speakers_take_turns(recognizer, talk):
    waveform, edges = talk
    progress, timeline = analyse(recognizer, waveform, 2)
    assert progress[0] == 0 and progress[-1] == 1 and progress == sorted(progress)
    assert timeline.n_speakers == 2
    assert timeline.moments[0].start == 0 and timeline.moments[-1].end == timeline.duration
    for moment, following in zip(timeline.moments[:-1], timeline.moments[1:], strict=True):
        assert moment.end == following.start
    assert all(m.end - m.start <= 3.0001 for m in timeline.moments if m.probabilities)
    for number, (start, end) in enumerate(edges):
        middle = (start + end) / 2
        (moment,) = (m for m in timeline.moments if m.start <= middle < m.end)
        assert moment.probabilities and moment.speaker == 1 + number % 2
        pause = start - 0.5
        (moment,) = (m for m in timeline.moments if m.start <= pause < m.end)
        assert moment.probabilities is None


def test_one_speaker_is_analysed_as_before(recognizer, talk):
    waveform = talk[0][: 12 * RATE]
    *_, before = recognizer.timeline((RATE, waveform))
    assert analyse(recognizer, waveform, 1)[1].to_json() == before.to_json()
    assert before.n_speakers == 1 and before.moments[1].end - before.moments[1].start == 1


def test_one_voice_that_is_found_is_answered_with_what_it_was_taught(
    recognizer, talk, clips, monkeypatch
):
    waveform = talk[0][: 12 * RATE]
    monkeypatch.setattr(turns.speakers, "assign", lambda voices, *_: np.ones(len(voices), int))
    progress, timeline = analyse(recognizer, waveform, None)
    assert progress == sorted(progress) and progress[-1] == 1 and timeline.n_speakers == 1
    speaker = recognizer.teach(clips[0], "sad")
    *_, taught = recognizer.timeline((RATE, waveform), speaker, None)
    assert [(m.start, m.end) for m in taught.moments] == [
        (m.start, m.end) for m in timeline.moments
    ]
    assert taught.time_fractions()["sad"] >= timeline.time_fractions()["sad"]
    assert [m.probabilities for m in taught.moments] != [m.probabilities for m in timeline.moments]


def test_each_speaker_has_an_offset(recognizer, talk):
    *_, found = turns.find_windows(
        (RATE, talk[0]),
        recognizer.encoder,
        recognizer.voice_detector,
        recognizer.classifier,
        recognizer.speaker_projection,
    )
    models = recognizer.adaptation, recognizer.classifier
    numbers = np.arange(len(found.windows)) % 2 + 1
    before = turns.timeline_of(found, numbers, *models)
    # Without the second speaker's windows, the first one's are answered in the same way.
    alone = turns.Windows(found.duration, found.levels, (), found.windows[::2], found.voices[::2])
    after = turns.timeline_of(alone, numbers[::2], *models)
    by_start = {moment.start: moment for moment in before.moments}
    for moment in after.moments:
        if moment.probabilities:
            assert moment.probabilities == pytest.approx(by_start[moment.start].probabilities)
    together = turns.timeline_of(found, np.ones_like(numbers), *models)
    different = [
        moment.probabilities != pytest.approx(by_start[moment.start].probabilities, abs=1e-3)
        for moment in together.moments
        if moment.probabilities
    ]
    assert any(different)


@pytest.mark.parametrize(
    ("waveform", "n_speakers", "message"),
    [
        (np.zeros(20 * RATE, np.int16), 2, "No voice .*20 s"),
        (np.zeros(20 * RATE, np.int16), None, "No voice .*20 s"),
        (np.ones(RATE, np.float32), 7, "7 speakers"),
    ],
    ids=["silence", "silence, any", "seven"],
)
def test_errors_say_why_there_is_no_timeline(recognizer, waveform, n_speakers, message):
    with pytest.raises(SerError, match=message):
        analyse(recognizer, waveform, n_speakers)
