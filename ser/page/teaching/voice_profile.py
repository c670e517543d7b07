"""The buttons that keep what is known of the speaker as a file, and restore it.

The file travels within the events, as base64, so that the server never has one on its disk.
"""

import base64
import logging
from typing import TYPE_CHECKING

import gradio as gr

from ser import profile as profiles
from ser.errors import SerError
from ser.page.session import SessionSpeaker
from ser.page.tabs import answers
from ser.page.teaching.voice_line import CHANGING, FOLLOWING
from ser.page.text import Words

if TYPE_CHECKING:
    from ser.recognizer import Recognizer

log = logging.getLogger(__name__)


def build(words: Words, recognizer: "Recognizer", speaker: gr.State) -> None:
    """Add the buttons; a restored profile replaces the `SessionSpeaker`."""

    def keep(session_speaker: SessionSpeaker) -> str:
        if not session_speaker.after.n_clips:
            return ""
        return base64.b64encode(profiles.to_bytes(session_speaker.after, recognizer)).decode()

    def restore(choice: gr.EventData) -> tuple[str, SessionSpeaker | dict]:
        try:
            restored = profiles.from_bytes(_decoded(choice.content), recognizer, str(choice.name))
        except SerError as error:
            return answers.error(words.explained(error)), gr.skip()
        except Exception:
            log.exception("the page could not restore a voice profile")
            return answers.error(words.APOLOGY), gr.skip()
        return f"<p>{words.PROFILE_RESTORED}</p>", SessionSpeaker(restored, restored)

    buttons = gr.HTML(
        '<p class="buttons">'
        f'<button type="button" name="keep">{words.PROFILE_KEEP}</button>'
        f'<button type="button" name="restore">{words.PROFILE_RESTORE}</button></p>'
        f'<input type="file" hidden aria-label="{words.PROFILE_RESTORE}">'
        f"<p>{words.PROFILE_NOTE}</p>",
        elem_id="profile",
        # 'click' and 'upload' are its events.
        js_on_load=f"voiceProfile(element, trigger, {profiles.MAX_BYTES})",
    )
    message = gr.HTML(elem_id="profile-message", js_on_load=answers.STATUS_ROLE)
    kept = gr.Textbox(visible=False)
    buttons.click(keep, speaker, kept, **FOLLOWING).success(
        None,
        kept,
        kept,
        js=f"content => saveProfile(content, '{words.PROFILE_FILE_NAME}')",
        api_visibility="private",
    )
    buttons.upload(restore, None, [message, speaker], **CHANGING)


def _decoded(content: object) -> bytes:
    """Return the bytes that base64 stands for; b"", which is no profile, for anything else."""
    try:
        return base64.b64decode(content)
    except (ValueError, TypeError):
        return b""
