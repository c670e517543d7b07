"""The menu under an answer by which a visitor says what the emotion was."""

from collections.abc import Sequence

import gradio as gr

from ser.models.speaker import Features, LabelledClip
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

    shown = _menu_component("correction", "''")
    shown.select(correct, speaker, speaker, **CHANGING)
    speaker.change(hide_if_forgotten, speaker, shown, **FOLLOWING)
    return shown


def build_for_answers(
    emotions: Sequence[str], speaker: gr.State, answered: gr.State, elem_id: str, chosen: str
) -> gr.HTML:
    """Add a menu, empty at first; a choice labels one of several answers, which teaches it.

    Args:
        emotions: that can be chosen.
        speaker: the `SessionSpeaker`.
        answered: the `Features` of the answers, by name.
        elem_id: of the menu.
        chosen: JavaScript that returns the name of the answer that is corrected.
    """

    def correct(
        choice: gr.EventData, features_of: dict[str, Features], session_speaker: SessionSpeaker
    ) -> SessionSpeaker:
        features = features_of.get(str(choice.answer))
        if features is None or choice.emotion not in emotions:
            return gr.skip()
        clip = LabelledClip(choice.emotion, features)
        # It may have another label from before.
        return session_speaker.remove([clip]).teach([clip])

    def clear_if_forgotten(session_speaker: SessionSpeaker) -> tuple:
        return (gr.skip(), gr.skip()) if session_speaker.after.n_clips else ("", {})

    shown = _menu_component(elem_id, chosen)
    shown.select(correct, [answered, speaker], speaker, **CHANGING)
    speaker.change(clear_if_forgotten, speaker, [shown, answered], **FOLLOWING)
    return shown


def menu(
    words: Words, emotions: Sequence[str], label: str | None = None, hint: str | None = None
) -> str:
    """Return the menu of emotions; label: what was chosen already; hint: what is learned from."""
    options = "".join(
        f'<option value="{emotion}"{" selected" if emotion == label else ""}>'
        f"{words.EMOTIONS[emotion]}</option>"
        for emotion in emotions
    )
    nothing = "" if label else '<option value="" selected disabled>…</option>'
    return (
        f'<label title="{hint or words.IT_WAS_HINT}">{words.IT_WAS} '
        f"<select>{nothing}{options}</select></label>"
    )


def _menu_component(elem_id: str, chosen: str) -> gr.HTML:
    return gr.HTML(
        elem_id=elem_id,
        elem_classes="correction",
        js_on_load="element.addEventListener('change', event => trigger('select', "
        f"{{emotion: event.target.value, answer: {chosen} ?? ''}}));",
    )
