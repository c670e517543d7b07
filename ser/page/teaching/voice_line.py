"""The line that says how many recordings of the speaker the answers go by, and forgets them."""

import gradio as gr

from ser.page.session import SessionSpeaker
from ser.page.text import Words

# Tells a click on a button of an HTML component on, with its name and emotion.
CLICKS = (
    "element.addEventListener('click', event => { const button = event.target.closest('button'); "
    "if (button) trigger('click', {name: button.name, emotion: button.dataset.emotion ?? ''}); });"
)
_HIDDEN = {"show_progress": "hidden", "api_visibility": "private"}
# Of an event that changes the speaker: gradio tells of changed states only where it queues.
CHANGING = {"concurrency_limit": None, **_HIDDEN}
FOLLOWING = {"queue": False, **_HIDDEN}  # of an event that only shows the change


def build(words: Words, speaker: gr.State, elem_id: str, only_labelled: bool = False) -> gr.HTML:
    """Add the line, which follows the `SessionSpeaker` and resets it at a click.

    only_labelled: whether only clips whose emotion is known count.
    """

    def update(session_speaker: SessionSpeaker) -> str:
        return line(words, session_speaker, only_labelled)

    def forget() -> SessionSpeaker:
        return SessionSpeaker()

    shown = gr.HTML(elem_id=elem_id, elem_classes="voice-line", js_on_load=CLICKS)
    speaker.change(update, speaker, shown, **FOLLOWING)
    shown.click(forget, None, speaker, **CHANGING)
    return shown


def line(words: Words, speaker: SessionSpeaker, only_labelled: bool = False) -> str:
    """Return the line with its button; "" for an unknown speaker."""
    labelled = len(speaker.after.labelled)
    recordings = labelled if only_labelled else speaker.after.n_clips
    if not recordings:
        return ""
    if labelled:
        text, button, hint = words.knows_voice(recordings), words.FORGET, words.FORGET_HINT
    else:
        text = words.recordings_used(recordings)
        button, hint = words.START_OVER, words.START_OVER_HINT
    return f'<p>{text} <button type="button" title="{hint}">{button}</button></p>'
