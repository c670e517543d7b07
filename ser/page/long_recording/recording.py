"""A long recording that was answered, kept in memory until its tab is closed."""

from dataclasses import dataclass, replace

import gradio as gr

from ser.page.session import TIME_TO_LIVE
from ser.timeline.timeline import Timeline


# Without comparison: gradio looks for changes of a state by hash, and arrays have none.
@dataclass(frozen=True, eq=False)
class LongRecording:
    """What downloads, and changes of the speakers, are made of.

    Attributes:
        name: of the file, without its suffix.
        timeline: the answer.
    """

    name: str
    timeline: Timeline

    @property
    def has_features(self) -> bool:
        """Whether the answer can be predicted anew."""
        return all(m.features is not None for m in self.timeline.moments if m.probabilities)

    def without_features(self) -> "LongRecording":
        """Return the recording without what describes the voices in it."""
        moments = tuple(replace(moment, features=None) for moment in self.timeline.moments)
        return replace(self, timeline=replace(self.timeline, moments=moments))


def recording_state() -> gr.State:
    """Add the state that holds a tab's `LongRecording`, or None."""
    return gr.State(None, time_to_live=TIME_TO_LIVE)
