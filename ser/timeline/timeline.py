"""The result of a long recording: the emotion of its voice, second by second."""

import csv
import io
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

import numpy as np

from ser.audio.clip import NOTES
from ser.labels import LABELS
from ser.models.speaker import Features

LEVEL_DURATION = 0.1  # s of the recording that one of Timeline.levels is measured on


@dataclass(frozen=True)
class Moment:
    """A part of a recording that is answered as a whole.

    Of one voice it is the middle of a window: one second, at the recording's ends two. Of several
    it is a window, or the time between two of them.

    Attributes:
        start, end: seconds.
        probabilities: of the window around it, by label, sum 1; None where no voice was detected.
        speaker: who speaks, if anybody: a number from 1 on, in order of appearance.
        features: of the window around it, None where no voice was detected.
    """

    start: float
    end: float
    probabilities: dict[str, float] | None
    speaker: int = 1
    features: Features | None = field(default=None, compare=False)

    @property
    def label(self) -> str | None:
        """The most probable of LABELS; None where no voice was detected."""
        return max(self.probabilities, key=self.probabilities.get) if self.probabilities else None


@dataclass(frozen=True)
class Segment:
    """Neighbouring moments of one emotion and one speaker.

    Attributes:
        start, end: seconds.
        label: one of LABELS.
        probability: mean of that emotion's over the moments, 0-1.
        speaker: as `Moment` has it.
        features: of the moment in the middle.
    """

    start: float
    end: float
    label: str
    probability: float
    speaker: int = 1
    features: Features | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Timeline:
    """The emotions in a long recording, and when.

    Attributes:
        duration: seconds.
        levels: float32, shape (n,), standard deviation of each tenth of a second, full scale 1.
        moments: without gaps, from the recording's beginning to its end.
        threshold: probability from which on an emotion is confident.
        notes: on the recording's file, keys of NOTES.
        names: of the speakers, in order of appearance; empty where one voice was assumed or found.
    """

    duration: float
    levels: np.ndarray
    moments: tuple[Moment, ...]
    threshold: float
    notes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """Runs of moments with a voice, of one emotion and one speaker."""
        return tuple(
            Segment(
                start=run[0].start,
                end=run[-1].end,
                label=label,
                probability=float(np.mean([moment.probabilities[label] for moment in run])),
                speaker=speaker,
                features=run[len(run) // 2].features,
            )
            for (label, speaker), group in groupby(self.moments, key=lambda m: (m.label, m.speaker))
            if label and (run := list(group))
        )

    @property
    def turns(self) -> tuple[tuple[float, float, int], ...]:
        """Start, end and speaker of speech without a pause or a change of speaker."""
        turns = []
        for segment in self.segments:
            if turns and (turns[-1][1], turns[-1][2]) == (segment.start, segment.speaker):
                turns[-1] = (turns[-1][0], segment.end, segment.speaker)
            else:
                turns.append((segment.start, segment.end, segment.speaker))
        return tuple(turns)

    @property
    def n_speakers(self) -> int:
        """Number of speakers."""
        return max(segment.speaker for segment in self.segments)

    def name(self, speaker: int) -> str:
        """Return the name of a speaker, by number."""
        return self.names[speaker - 1] if self.names else default_name(speaker)

    def voiced_duration(self, speaker: int | None = None) -> float:
        """Return the seconds with a voice, or with that of one speaker."""
        return sum(
            segment.end - segment.start
            for segment in self.segments
            if speaker in (None, segment.speaker)
        )

    def time_fractions(self, speaker: int | None = None) -> dict[str, float]:
        """Return for each of LABELS its fraction of the time with a voice, or a speaker's, 0-1."""
        spans = {label: 0.0 for label in LABELS}
        for segment in self.segments:
            if speaker in (None, segment.speaker):
                spans[segment.label] += segment.end - segment.start
        total = sum(spans.values())
        return {label: span / total for label, span in spans.items()}

    def to_json(self) -> dict:
        """Return what the API answers; times in seconds."""
        return {
            "duration": round(self.duration, 3),
            "notes": [NOTES[note] for note in self.notes],
            "speakers": [self.name(number) for number in range(1, self.n_speakers + 1)],
            "turns": [
                {"start": round(start, 3), "end": round(end, 3), "speaker": speaker}
                for start, end, speaker in self.turns
            ],
            "segments": [
                {
                    "start": round(segment.start, 3),
                    "end": round(segment.end, 3),
                    "label": segment.label,
                    "probability": round(segment.probability, 4),
                    "speaker": segment.speaker,
                }
                for segment in self.segments
            ],
            "moments": [
                {
                    "start": round(moment.start, 3),
                    "end": round(moment.end, 3),
                    "probabilities": moment.probabilities
                    and {label: round(p, 4) for label, p in moment.probabilities.items()},
                    "speaker": moment.probabilities and moment.speaker,
                }
                for moment in self.moments
            ],
        }

    def to_csv(self) -> str:
        """Return the segments as CSV.

        Columns: start and end in seconds, emotion, probability, number and name of the speaker.
        """
        file = io.StringIO()
        columns = ["start", "end", "label", "probability", "speaker", "name"]
        table = csv.DictWriter(file, columns)
        table.writeheader()
        for segment in self.to_json()["segments"]:
            table.writerow(segment | {"name": self.name(segment["speaker"])})
        return file.getvalue()


def default_name(speaker: int) -> str:
    """Return what a speaker is called who was given no name, by number."""
    return f"Speaker {speaker}"
