"""The speaker statistics of a browser tab, kept in memory until the tab is closed."""

from dataclasses import dataclass

import gradio as gr

from ser.models.speaker import UNKNOWN_SPEAKER, Speaker
from ser.page.server import uploads

TIME_TO_LIVE = 3600  # s after the latest recording


@dataclass(frozen=True)
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
    """

    before: Speaker = UNKNOWN_SPEAKER
    after: Speaker = UNKNOWN_SPEAKER
    number: int | None = None

    def without(self, number: int) -> Speaker:
        """Return the speaker without the recording of this number, however often it was sent."""
        return self.before if number == self.number else self.after

    def enrol(self, neutral: Speaker) -> "SessionSpeaker":
        """Return the session's speaker with the statistics of a neutral recording."""
        return SessionSpeaker(self.before.merge(neutral), self.after.merge(neutral), self.number)


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
