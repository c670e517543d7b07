"""The speaker statistics of a browser tab, kept in memory until the tab is closed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import gradio as gr

from ser.models.speaker import UNKNOWN_SPEAKER, Features, LabelledClip, Speaker
from ser.page.server import uploads

if TYPE_CHECKING:
    from ser.recognizer import Analysis

TIME_TO_LIVE = 3600  # s after the latest recording


# Without comparison: gradio looks for changes of a state by hash, and arrays have none.
@dataclass(frozen=True, eq=False)
class SessionSpeaker:
    """The speaker of a session, without and with the latest recording.

    A trimmed recording arrives as a new file and must not count twice. It is recognised by its
    number: the audio box has to be cleared before it takes another recording, and the browser
    increments the number when it is cleared. The number travels with the request because the
    server may not get the clearing as an event of its own: gradio merges what happens in the box
    during an analysis.

    Attributes:
        before: the speaker without the latest recording.
        after: the speaker with it.
        number: of the latest recording in its tab; None if there was none, or for the API.
        features: of the latest recording; None if there was none, or for the API.
        label: the emotion that the visitor gave the latest recording, None if none was given.
    """

    before: Speaker = UNKNOWN_SPEAKER
    after: Speaker = UNKNOWN_SPEAKER
    number: int | None = None
    features: Features | None = None
    label: str | None = None

    def without(self, number: int) -> Speaker:
        """Return the speaker without the recording of this number, however often it was sent."""
        return self.before if number == self.number else self.after

    def update(self, before: Speaker, analysis: "Analysis", number: int) -> "SessionSpeaker":
        """Return the session's speaker after the analysis of a recording.

        before: the speaker without it. Its label stays where it is a part of the same recording.
        """
        label = self.label if number == self.number else None
        updated = SessionSpeaker(before, analysis.speaker, number, analysis.features)
        return updated.correct(label) if label else updated

    def correct(self, emotion: str) -> "SessionSpeaker":
        """Return the session's speaker with the latest recording labelled, again perhaps."""
        if self.features is None:
            return self
        return replace(self, after=self.before.teach(emotion, self.features), label=emotion)

    def enrol(self, neutral: Speaker) -> "SessionSpeaker":
        """Return the session's speaker with the statistics of a neutral recording."""
        return replace(self, before=self.before.merge(neutral), after=self.after.merge(neutral))

    def teach(self, clips: Iterable[LabelledClip]) -> "SessionSpeaker":
        """Return the session's speaker with further labelled clips."""
        before, after = self.before, self.after
        for clip in clips:
            before, after = (one.teach(clip.emotion, clip.features) for one in (before, after))
        return replace(self, before=before, after=after)

    def remove(self, clips: Iterable[LabelledClip]) -> "SessionSpeaker":
        """Return the session's speaker without labelled clips that it was taught."""
        removed = {id(clip.features) for clip in clips}

        def without(speaker: Speaker) -> Speaker:
            kept = (clip for clip in speaker.labelled if id(clip.features) not in removed)
            return replace(speaker, labelled=tuple(kept))

        return replace(self, before=without(self.before), after=without(self.after))


def session_state() -> gr.State:
    """Add the state that holds each session's `SessionSpeaker`."""
    return gr.State(SessionSpeaker(), time_to_live=TIME_TO_LIVE)


def delete_on_unload(page: gr.Blocks) -> None:
    """Delete a session's state and recordings when its tab is closed; gradio alone waits longer.

    The answer to a request that is still running then is deleted when it is ready.
    """

    def delete(request: gr.Request) -> None:
        page.state_holder.delete_state(request.session_hash)
        uploads.delete_session(request.session_hash)

    page.unload(delete)
