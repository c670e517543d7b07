"""Enrolment: an optional second box for a neutral sentence or two, or a saved voice profile."""

import logging
from typing import TYPE_CHECKING

import gradio as gr

from ser.errors import SerError
from ser.page.server.zerogpu import on_gpu
from ser.page.session import SessionSpeaker
from ser.page.tabs import answers, recorder
from ser.page.teaching import voice_profile
from ser.page.text import Words

if TYPE_CHECKING:
    from ser.recognizer import Recognizer

log = logging.getLogger(__name__)


def build(
    words: Words,
    recognizer: "Recognizer",
    speaker: gr.State,
    answering: dict,
) -> None:
    """Add the box and the button that restores a profile, closed.

    Args:
        words: the texts in one language.
        recognizer: enrols the speaker.
        speaker: the `SessionSpeaker`, which each sentence updates and a profile replaces.
        answering: the event that answers the recording in the first box again.
    """
    enrol_on_gpu = on_gpu(recognizer.enrol)

    def enrol(path: str | None, session_speaker: SessionSpeaker) -> dict:
        if path is None:
            return gr.skip()
        try:
            enrolled = session_speaker.enrol(enrol_on_gpu(path))
        except SerError as error:
            return {message: answers.error(words.explained(error))}
        except Exception:
            log.exception("the page could not enrol a neutral sentence")
            return {message: answers.error(words.APOLOGY)}
        return {
            message: f"<p>{words.enrolled(enrolled.after.n_neutral)}</p>",
            speaker: enrolled,
            sentence: None,  # The next one is a further sentence.
        }

    with gr.Accordion(words.ENROL, open=False, elem_id="enrol"):
        gr.HTML(f"<p>{words.enrol(recognizer.metrics.get('enrolment'))}</p>")
        sentence = recorder.build(words.ENROL_SENTENCE, "neutral", large=False)
        message = gr.HTML(elem_id="enrolled", js_on_load=answers.STATUS_ROLE)
        restored = voice_profile.build(words, recognizer, speaker, "profile")
    sentence.change(
        enrol,
        [sentence, speaker],
        [message, speaker, sentence],
        show_progress="minimal",
        show_progress_on=message,
        api_visibility="private",
        concurrency_id="analysis",
    )
    gr.on([message.change, restored.change], **answering)
