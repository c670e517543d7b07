"""The timeline of a long recording: windows of three seconds, in memory that does not grow."""

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from ser.audio import loading
from ser.audio.clip import SAMPLING_RATE
from ser.errors import SerError
from ser.labels import LABELS
from ser.timeline import windows
from ser.timeline.timeline import Moment, Timeline

RATE = SAMPLING_RATE


def analyse(recognizer, recording):
    *progress, timeline = recognizer.timeline(recording)
    return progress, timeline


@pytest.fixture(scope="module")
def voice(clips):
    """Twelve seconds of one voice with short pauses, mono at 16 kHz."""
    return np.concatenate([loading.load(path).waveform for path in clips])[: 12 * RATE] / 20


@pytest.fixture(scope="module")
def with_pause(recognizer, voice):
    """The timeline of six seconds of a voice, eight of silence, and 2.5 of the voice."""
    pause = np.zeros(8 * RATE, np.float32)
    return analyse(
        recognizer, (RATE, np.concatenate([voice[: 6 * RATE], pause, voice[-5 * RATE // 2 :]]))
    )


def test_moments_cover_the_recording_and_leave_silence_blank(with_pause):
    progress, timeline = with_pause
    assert timeline.duration == 16.5 and len(timeline.levels) == 165
    assert progress[0] == 0 and progress[-1] == 1 and progress == sorted(progress)
    edges = [moment.start for moment in timeline.moments] + [timeline.moments[-1].end]
    assert edges == [0, *range(2, 16), 16.5]
    silent = [moment.start for moment in timeline.moments if moment.probabilities is None]
    assert set(range(8, 13)) <= set(silent) <= set(range(6, 15))
    for moment in timeline.moments:
        if moment.probabilities:
            assert tuple(moment.probabilities) == LABELS
            assert sum(moment.probabilities.values()) == pytest.approx(1)


def test_a_single_window_is_analysed_as_a_short_recording(recognizer, voice):
    alone = (RATE, voice[: 3 * RATE])
    _, timeline = analyse(recognizer, alone)
    (moment,) = timeline.moments
    assert (moment.start, moment.end) == (0, 3)
    assert moment.probabilities == pytest.approx(recognizer.analyse(alone).probabilities)


def test_a_window_is_adapted_with_those_that_do_not_overlap_it(recognizer, voice):
    """Statistics are of windows 0, 3, 6 and 9; those that overlap window 4 are 3 and 6."""
    _, timeline = analyse(recognizer, (RATE, voice))
    first, last, fifth = ((RATE, voice[start * RATE : (start + 3) * RATE]) for start in (0, 9, 4))
    speaker = recognizer.analyse(last, recognizer.analyse(first).speaker).speaker
    expected = recognizer.analyse(fifth, speaker).probabilities
    assert timeline.moments[4].probabilities == pytest.approx(expected, abs=1e-4)
    assert expected != pytest.approx(recognizer.analyse(fifth).probabilities, abs=1e-2)


@pytest.mark.parametrize("seconds", [3, 12], ids=["unadapted", "adapted"])
def test_the_threshold_is_the_classifiers(recognizer, voice, seconds):
    _, timeline = analyse(recognizer, (RATE, voice[: seconds * RATE]))
    assert timeline.threshold == recognizer.classifier.calibration.threshold


def test_a_noisy_room_without_a_voice_is_left_blank(recognizer, voice):
    hum = np.random.default_rng(0).normal(0, 0.05 * voice.std(), 20 * RATE).astype(np.float32)
    hum[: 6 * RATE] += voice[: 6 * RATE]
    _, timeline = analyse(recognizer, (RATE, hum))
    assert all(moment.probabilities is None for moment in timeline.moments if moment.start > 8)
    assert timeline.moments[1].probabilities


def test_a_constant_offset_is_no_sound(recognizer, voice):
    _, timeline = analyse(recognizer, (RATE, voice[: 5 * RATE]))
    _, lifted = analyse(recognizer, (RATE, voice[: 5 * RATE] + 0.2))
    assert np.allclose(timeline.levels, lifted.levels, atol=1e-6)
    assert [m.label for m in timeline.moments] == [m.label for m in lifted.moments]


@pytest.fixture
def timeline():
    """Angry, angry, silence, sad, angry: one second each."""
    angry, sad = ({label: float(label == top) for label in LABELS} for top in ("angry", "sad"))
    mixed = dict.fromkeys(LABELS, 0.4 / 7) | {"angry": 0.6}
    probabilities = [angry, mixed, None, sad, angry]
    moments = tuple(Moment(float(i), i + 1.0, p) for i, p in enumerate(probabilities))
    return Timeline(5.0, np.ones(50, np.float32), moments, 0.6)


def test_neighbouring_moments_of_one_emotion_are_a_segment(timeline):
    segments = [(s.start, s.end, s.label, s.probability) for s in timeline.segments]
    assert segments == [
        (0, 2, "angry", pytest.approx(0.8)),
        (3, 4, "sad", 1),
        (4, 5, "angry", 1),
    ]
    assert timeline.time_fractions()["angry"] == 0.75 and timeline.time_fractions()["calm"] == 0


def test_written_as_json_and_csv(timeline):
    content = json.loads(json.dumps(timeline.to_json()))
    assert list(content) == ["duration", "notes", "speakers", "turns", "segments", "moments"]
    assert content["speakers"] == ["Speaker 1"]
    assert [(turn["start"], turn["end"]) for turn in content["turns"]] == [(0, 2), (3, 5)]
    assert content["segments"][0] == dict(start=0, end=2, label="angry", probability=0.8, speaker=1)
    assert content["moments"][2] == dict(start=2, end=3, probabilities=None, speaker=None)
    assert list(content["moments"][0]["probabilities"]) == list(LABELS)
    rows = list(csv.DictReader(io.StringIO(timeline.to_csv())))
    assert [row["label"] for row in rows] == ["angry", "sad", "angry"]
    assert list(rows[0].values()) == ["0.0", "2.0", "angry", "0.8", "1", "Speaker 1"]


@pytest.mark.parametrize(
    ("recording", "message"),
    [
        (None, "no recording"),
        ((RATE, np.zeros(20 * RATE, np.int16)), "No voice .*20 s"),
        ((RATE, np.random.default_rng(0).normal(size=20 * RATE)), "No voice"),
        ((RATE, np.zeros(0, np.float32)), "no sound"),
        ((1000, np.ones(1801 * 1000, np.int8)), "longer than 30 minutes"),
        (io.BytesIO(b"this is not audio\n" * 500), "cannot be read"),
    ],
    ids=["none", "silence", "noise", "nothing", "31 minutes", "text"],
)
def test_errors_say_why_there_is_no_timeline(recognizer, recording, message):
    with pytest.raises(SerError, match=message):
        analyse(recognizer, recording)


def test_a_file_object_is_decoded_twice(recognizer, speech):
    _, from_path = analyse(recognizer, speech)
    _, from_file = analyse(recognizer, io.BytesIO(speech.read_bytes()))
    assert from_path.to_json() == from_file.to_json()


class CountingEncoder:
    """Records how many clips it embeds at once."""

    def __init__(self, encoder):
        self.encoder, self.counts = encoder, []

    def embed(self, clips):
        self.counts.append(len(clips))
        return np.repeat(self.encoder.embed(clips[:1]), len(clips), axis=0)


def test_closing_the_generator_stops_the_work(recognizer, voice):
    encoder = CountingEncoder(recognizer.encoder)
    steps = replace(recognizer, encoder=encoder).timeline((RATE, np.tile(voice, 10)))
    while next(steps) == 0:
        pass
    steps.close()
    assert encoder.counts == [windows.BATCH]


MEASURE = """
import sys, numpy as np
from pathlib import Path
from ser.recognizer import Recognizer

class Repeating:
    def __init__(self, encoder): self.encoder, self.embedding = encoder, None
    def embed(self, clips):
        if self.embedding is None: self.embedding = self.encoder.embed(clips[:1])
        return np.repeat(self.embedding, len(clips), axis=0)

def resident(which):
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(which)).split()[1]) / 1024

from dataclasses import replace
recognizer = Recognizer.load(device="cpu")
*_, _ = recognizer.timeline(sys.argv[1])  # loads what is loaded once
quick = replace(recognizer, encoder=Repeating(recognizer.encoder))
before = resident("VmRSS")
*_, timeline = quick.timeline(sys.argv[2])
print(max(resident("VmHWM"), resident("VmRSS")) - before, len(timeline.moments))
"""


def test_four_minutes_in_bounded_memory(voice, tmp_path):
    """The encoder embeds one clip only: what is measured is what grows with the length."""
    short, long = tmp_path / "short.wav", tmp_path / "long.flac"
    soundfile.write(short, voice, RATE)
    with soundfile.SoundFile(long, "w", 48_000, 1, format="FLAC") as file:
        for _ in range(20):
            file.write(np.repeat(voice, 3))
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, short, long], capture_output=True, text=True, check=True
    )
    grown, moments = done.stdout.split()
    assert int(moments) == 238
    assert float(grown) < 120  # MB; half of it is the encoder's own, for a batch
