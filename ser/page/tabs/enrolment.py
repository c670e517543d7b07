"""The optional second box: a sentence or two without emotion, by which a voice is known better."""

import logging

import gradio as gr

from ser.errors import SerError
from ser.page.server.zerogpu import on_gpu
from ser.page.session import Voice
from ser.page.tabs import answers, recorder

log = logging.getLogger(__name__)


def build(words, recognizer, voice: gr.State, known: gr.HTML, again: dict) -> None:
    """Add the box, closed.

    Args:
        words: the table in one language.
        voice: the session's `Voice`.
        known: says how well it is known.
        again: the event that answers the recording in the first box once more.
    """
    heard = on_gpu(recognizer.enrol)

    def listen(path: str | None, voice: Voice) -> tuple:
        if path is None:
            return gr.skip(), gr.skip(), gr.skip(), gr.skip()
        try:
            voice = voice.enrolled(heard(path))
        except SerError as error:
            return answers.sorry(words.explained(error)), gr.skip(), gr.skip(), gr.skip()
        except Exception:
            log.exception("the page could not listen to a neutral sentence")
            return answers.sorry(words.APOLOGY), gr.skip(), gr.skip(), gr.skip()
        thanks = words.enrolled(voice.after.n_neutral)
        return f"<p>{thanks}</p>", answers.known(words, voice), voice, None

    with gr.Accordion(words.ENROL, open=False, elem_id="enrol"):
        gr.HTML(f"<p>{words.enrol(recognizer.metrics.get('enrolment'))}</p>")
        sentence = recorder.build(words.ENROL_SENTENCE, "neutral")
        said = gr.HTML(elem_id="enrolled", js_on_load="element.setAttribute('role', 'status')")
    # What was heard is taken out of the box: the next sentence is a further one.
    sentence.change(
        listen,
        [sentence, voice],
        [said, known, voice, sentence],
        show_progress="minimal",
        show_progress_on=said,
        api_visibility="private",
        concurrency_id="analysis",
    )
    said.change(**again)
