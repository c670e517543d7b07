"""The button that restores what was known of a speaker from a file that `voice_line` made."""

import base64
import logging
from typing import TYPE_CHECKING

import gradio as gr

from ser import profile as profiles
from ser.errors import SerError
from ser.page.session import SessionSpeaker
from ser.page.tabs import answers
from ser.page.teaching.voice_line import CHANGING
from ser.page.text import Words

if TYPE_CHECKING:
    from ser.recognizer import Recognizer

log = logging.getLogger(__name__)


def build(words: Words, recognizer: "Recognizer", speaker: gr.State, elem_id: str) -> gr.HTML:
    """Add the button; a restored profile replaces the `SessionSpeaker`. Returns the message."""

    def restore(choice: gr.EventData) -> tuple[str, SessionSpeaker | dict]:
        try:
            restored = profiles.from_bytes(_decoded(choice.content), recognizer, str(choice.name))
        except SerError as error:
            return answers.error(words.explained(error)), gr.skip()
        except Exception:
            log.exception("the page could not restore a voice profile")
            return answers.error(words.APOLOGY), gr.skip()
        return f"<p>{words.PROFILE_RESTORED}</p>", SessionSpeaker(restored, restored)

    button = gr.HTML(
        f'<p><button type="button">{words.PROFILE_RESTORE}</button></p>'
        f'<input type="file" hidden aria-label="{words.PROFILE_RESTORE}">'
        f"<p>{words.PROFILE_NOTE}</p>",
        elem_id=elem_id,
        elem_classes="profile",
        # 'upload' is its event.
        js_on_load=f"voiceProfile(element, trigger, {profiles.MAX_BYTES})",
    )
    message = gr.HTML(elem_classes="profile-message", js_on_load=answers.STATUS_ROLE)
    button.upload(restore, None, [message, speaker], **CHANGING)
    return message


def _decoded(content: object) -> bytes:
    """Return the bytes that base64 stands for; b"", which is no profile, for anything else."""
    try:
        return base64.b64decode(content)
    except (ValueError, TypeError):
        return b""
