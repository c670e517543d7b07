"""The menu under an answer by which a visitor says what the emotion was."""

from collections.abc import Sequence

import gradio as gr

from ser.page.session import SessionSpeaker
from ser.page.teaching.voice_line import CHANGING, FOLLOWING
from ser.page.text import Words


def build(words: Words, emotions: Sequence[str], speaker: gr.State) -> gr.HTML:
    """Add the menu, empty until there is an answer; a choice labels the latest recording."""

    def correct(choice: gr.EventData, session_speaker: SessionSpeaker) -> SessionSpeaker:
        if choice.emotion not in emotions:
            return gr.skip()
        return session_speaker.correct(choice.emotion)

    def hide_if_forgotten(session_speaker: SessionSpeaker) -> str | dict:
        return "" if session_speaker.features is None else gr.skip()

    shown = gr.HTML(
        elem_id="correction",
        js_on_load="element.addEventListener('change', event => "
        "trigger('select', {emotion: event.target.value}));",
    )
    shown.select(correct, speaker, speaker, **CHANGING)
    speaker.change(hide_if_forgotten, speaker, shown, **FOLLOWING)
    return shown


def menu(words: Words, emotions: Sequence[str], label: str | None) -> str:
    """Return the menu of emotions; label: what was chosen already."""
    options = "".join(
        f'<option value="{emotion}"{" selected" if emotion == label else ""}>'
        f"{words.EMOTIONS[emotion]}</option>"
        for emotion in emotions
    )
    nothing = "" if label else '<option value="" selected disabled>…</option>'
    return (
        f'<label title="{words.IT_WAS_HINT}">{words.IT_WAS} '
        f"<select>{nothing}{options}</select></label>"
    )
