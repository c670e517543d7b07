"""The line that says how many recordings of the speaker the answers go by.

It keeps what was learned of a voice, as a file, and forgets it. The file travels within the events,
as base64, so that the server never has one on its disk.
"""

import base64
from typing import TYPE_CHECKING

import gradio as gr

from ser import profile as profiles
from ser.page.session import SessionSpeaker
from ser.page.text import Words

if TYPE_CHECKING:
    from ser.recognizer import Recognizer

# Tells a click on a button of an HTML component on, with its name and emotion.
CLICKS = (
    "element.addEventListener('click', event => { const button = event.target.closest('button'); "
    "if (button) trigger('click', {name: button.name, emotion: button.dataset.emotion ?? ''}); });"
)
_HIDDEN = {"show_progress": "hidden", "api_visibility": "private"}
# Of an event that changes the speaker: gradio tells of changed states only where it queues.
CHANGING = {"concurrency_limit": None, **_HIDDEN}
FOLLOWING = {"queue": False, **_HIDDEN}  # of an event that only shows the change


def build(
    words: Words,
    recognizer: "Recognizer",
    speaker: gr.State,
    elem_id: str,
    only_labelled: bool = False,
) -> None:
    """Add the line, which follows the `SessionSpeaker`.

    Args:
        words: the texts in one language.
        recognizer: which analysed the recordings.
        speaker: the `SessionSpeaker`; a click resets it, another one saves it.
        elem_id: of the line.
        only_labelled: whether only clips whose emotion is known count.
    """

    def update(session_speaker: SessionSpeaker) -> str:
        return line(words, session_speaker, only_labelled)

    def forget() -> SessionSpeaker:
        return SessionSpeaker()

    def keep(session_speaker: SessionSpeaker) -> str:
        return base64.b64encode(profiles.to_bytes(session_speaker.after, recognizer)).decode()

    shown = gr.HTML(
        elem_id=elem_id,
        elem_classes="voice-line",
        js_on_load="element.addEventListener('click', event => { "
        "const events = {forget: 'click', keep: 'select'}; "
        "const name = event.target.closest('button')?.name; if (name) trigger(events[name]); });",
    )
    kept = gr.Textbox(visible=False)
    speaker.change(update, speaker, shown, **FOLLOWING)
    shown.click(forget, None, speaker, **CHANGING)
    shown.select(keep, speaker, kept, **FOLLOWING).success(
        None,
        kept,
        kept,
        js=f"content => saveProfile(content, '{words.PROFILE_FILE_NAME}')",
        api_visibility="private",
    )


def line(words: Words, speaker: SessionSpeaker, only_labelled: bool = False) -> str:
    """Return the line with its buttons; "" for an unknown speaker."""
    labelled = len(speaker.after.labelled)
    recordings = labelled if only_labelled else speaker.after.n_clips
    if not recordings:
        return ""
    if not labelled:
        forget = _button("forget", words.START_OVER, words.START_OVER_HINT)
        return f"<p>{words.recordings_used(recordings)} {forget}</p>"
    keep = _button("keep", words.PROFILE_KEEP, words.PROFILE_NOTE)
    forget = _button("forget", words.FORGET, words.FORGET_HINT)
    return f"<p>{words.knows_voice(recordings)} {keep} {forget}</p>"


def _button(name: str, text: str, hint: str) -> str:
    return f'<button type="button" name="{name}" title="{hint}">{text}</button>'
