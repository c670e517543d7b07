"""Whose voice a tab listens to: remembered in memory for its recordings, gone with the tab."""

from dataclasses import dataclass

import gradio as gr

from ser.models.speaker import UNKNOWN_SPEAKER, Speaker
from ser.page.server import uploads

LIFETIME = 3600  # s after the latest recording


@dataclass(frozen=True)
class Voice:
    """What is known of the one who speaks, without and with the latest recording.

    A trimmed recording comes as a new file, and must not count twice. It is told by its number:
    the audio box has to be emptied before it takes another recording, and every emptying raises
    the number. The number travels with the request, because the server may not hear of an
    emptying: what happens in the box during an analysis is summed up in one event.

    Attributes:
        before: what was known before the latest recording.
        after: what is known with it.
        number: of that recording in its tab; None when there was none, or it was no page's.
    """

    before: Speaker = UNKNOWN_SPEAKER
    after: Speaker = UNKNOWN_SPEAKER
    number: int | None = None

    def knew(self, number: int) -> Speaker:
        """Return what is known without the recording of this number, however often it came."""
        return self.before if number == self.number else self.after

    def enrolled(self, neutral: Speaker) -> "Voice":
        """Return what is known with a neutral recording of the same person, which was none yet."""
        return Voice(self.before.merge(neutral), self.after.merge(neutral), self.number)


def remembered() -> gr.State:
    """Add the state that holds a `Voice` for each session, and a stranger's in the beginning."""
    return gr.State(Voice(), time_to_live=LIFETIME)


def forget_on_leaving(page: gr.Blocks) -> None:
    """Delete a session's state and recordings when its tab is closed; gradio alone waits longer.

    So it does with an answer that was still on its way then, which is remembered when it comes.
    """

    def forget(request: gr.Request) -> None:
        page.state_holder.delete_state(request.session_hash)
        uploads.forget(request.session_hash)

    page.unload(forget)
