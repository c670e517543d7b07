"""The recent recordings of a browser tab, kept in memory until the tab is closed."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import gradio as gr
import numpy as np

from ser.models.speaker import UNKNOWN_SPEAKER
from ser.page.session import TIME_TO_LIVE

if TYPE_CHECKING:
    from ser.recognizer import Analysis

MAX_RECORDINGS = 20  # the oldest is dropped for a further one


@dataclass(frozen=True, eq=False)
class Recording:
    """A recording that was answered, without its samples and what was learned of its voice.

    Attributes:
        number: counts the tab's recordings, from 1.
        key: the same for the parts of one recording that the visitor trims, each of which
            replaces the one before.
        analysis: without waveform, features and speaker.
        path: of the upload, which is deleted after some minutes.
        is_example: whether it says nothing about the visitor's voice.
        time: of the answer, with its zone.
    """

    number: int
    key: tuple
    analysis: "Analysis"
    path: str
    is_example: bool
    time: datetime


# Without comparison: gradio looks for changes of a state by hash, and arrays have none.
@dataclass(frozen=True, eq=False)
class RecentRecordings:
    """The latest recordings that a tab's visitor got an answer for.

    Attributes:
        recordings: newest first, at most MAX_RECORDINGS.
        n_answered: number of all of them, also of those dropped.
        shown: number of the one whose answer the tab shows, None if it shows no answer.
        marked: numbers of those that are marked for comparison, two at most.
    """

    recordings: tuple[Recording, ...] = ()
    n_answered: int = 0
    shown: int | None = None
    marked: tuple[int, ...] = ()

    def add(
        self, analysis: "Analysis", path: str, number: int, is_example: bool
    ) -> "RecentRecordings":
        """Return the recordings with a further one, whose answer is shown.

        number: of the content of the audio box, as `SessionSpeaker` has it.
        """
        key = (number, path if is_example else None)
        same = next((one for one in self.recordings if one.key == key), None)
        n_answered = self.n_answered + (same is None)
        added = Recording(
            number=same.number if same else n_answered,
            key=key,
            analysis=_without_voice(analysis),
            path=path,
            is_example=is_example,
            time=datetime.now(UTC),
        )
        others = tuple(one for one in self.recordings if one is not same)
        kept = (added, *others)[:MAX_RECORDINGS]
        numbers = {one.number for one in kept}
        marked = tuple(number for number in self.marked if number in numbers)
        return RecentRecordings(kept, n_answered, added.number, marked)

    def find(self, number: object) -> Recording | None:
        """Return the recording of this number, as a visitor sent it; None if there is none."""
        return next((one for one in self.recordings if one.number == number), None)

    def show(self, number: int | None) -> "RecentRecordings":
        """Return the recordings when the answer to the one of this number is shown, or none."""
        return replace(self, shown=number)

    def mark(self, numbers: object) -> "RecentRecordings":
        """Return the recordings with those marked whose numbers a visitor sent, two at most."""
        sent = numbers if isinstance(numbers, list) else []
        marked = tuple(one.number for one in reversed(self.recordings) if one.number in sent)
        return replace(self, marked=tuple(sorted(marked)[:2]))


NO_RECORDINGS = RecentRecordings()


def recordings_state() -> gr.State:
    """Add the state that holds each tab's `RecentRecordings`."""
    return gr.State(NO_RECORDINGS, time_to_live=TIME_TO_LIVE)


def _without_voice(analysis: "Analysis") -> "Analysis":
    """Return an analysis without the waveform and what was learned of the voice."""
    clip = replace(analysis.clip, waveform=np.zeros(0, np.float32))
    return replace(analysis, clip=clip, features=None, speaker=UNKNOWN_SPEAKER)
