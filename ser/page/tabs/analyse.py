"""The tab that answers: one recording in; a sentence, eight bars and a place on the map out."""

import logging

import gradio as gr
from gradio.processing_utils import save_file_to_cache

from ser.audio import loading
from ser.charts import map_chart, probabilities, waveform
from ser.errors import SerError
from ser.labels import NO_VOICE
from ser.models.speaker import UNKNOWN_SPEAKER
from ser.page.server.zerogpu import on_gpu
from ser.page.session import Voice
from ser.page.tabs import answers, enrolment, examples, recorder

AT_ONCE = 2  # analyses running side by side; one long recording does not hold up everyone else
QUEUE = {"concurrency_limit": AT_ONCE, "concurrency_id": "analysis"}
QUIET = {"queue": False, "show_progress": "hidden"}

log = logging.getLogger(__name__)


def build(words, recognizer, voice: gr.State) -> None:
    """Add the tab to the surrounding Blocks.

    words: the table in one language.
    voice: the session's `Voice`, which every recording makes known better.
    """
    listen = on_gpu(recognizer.analyse)
    empty = (
        answers.waiting(words),
        probabilities.bars(words),
        map_chart.map_figure(words, recognizer.embedding_map),
        answers.no_neighbours(words),
    )

    def unanswered(sentence: str, spectrum, voice: Voice) -> tuple:
        # Gradio takes an update apart when it sends it, so each time needs one of its own.
        outline = gr.update(value=waveform.outline(words), label=words.LISTENED)
        return sentence, *empty[1:], outline, spectrum, answers.known(words, voice), voice

    def answer(
        path: str | None, number: int, voice: Voice, example: bool = False, detailed: bool = False
    ) -> tuple:
        spectrum = spectrogram(path) if detailed else gr.skip()
        if path is None:
            return unanswered(empty[0], spectrum, voice)
        before = UNKNOWN_SPEAKER if example else voice.knew(number)
        try:
            analysis = listen(path, before)
        except SerError as error:
            return unanswered(answers.sorry(words.explained(error)), spectrum, voice)
        except Exception:
            log.exception("the page could not analyse a recording")
            return unanswered(answers.sorry(words.APOLOGY), spectrum, voice)
        if analysis.verdict == NO_VOICE:
            return unanswered(answers.answer(words, analysis), spectrum, voice)
        if not example:
            voice = Voice(before, analysis.speaker, number)
        return (
            answers.answer(words, analysis),
            probabilities.bars(words, analysis.probabilities),
            map_chart.with_voice(empty[2], words, analysis),
            answers.neighbours(words, analysis.place.neighbours),
            gr.update(
                value=waveform.outline(words, analysis.clip), label=words.listened(analysis.clip)
            ),
            spectrum,
            answers.known(words, voice),
            voice,
        )

    def spectrogram(path: str | None):
        try:
            return waveform.spectrogram(words, path and loading.decode(path))
        except SerError:
            return waveform.spectrogram(words)

    def example(choice: gr.EventData) -> tuple[str, bool]:
        return save_file_to_cache(examples.path(choice.name), recording.GRADIO_CACHE), True

    def start_anew() -> tuple[str, Voice]:
        return answers.known(words, Voice()), Voice()

    sentence, bars, embedding_map, neighbours = empty
    title = words.map_title(
        len(recognizer.embedding_map.names), len(set(recognizer.embedding_map.actors))
    )
    with gr.Row(elem_id="analyse", equal_height=False):
        with gr.Column(scale=5, min_width=340):
            recording = recorder.build(words.RECORDING, "recording")
            tried = examples.build(words)
            gr.HTML(answers.microphone(words), elem_id="microphone")
            sentence = gr.HTML(
                sentence, elem_id="answer", js_on_load="element.setAttribute('role', 'status')"
            )
            known = gr.HTML(
                answers.known(words, Voice()),
                elem_id="known",
                js_on_load="element.addEventListener('click', event => "
                "{ if (event.target.closest('button')) trigger('click'); })",
            )
            outline = gr.Plot(waveform.outline(words), label=words.LISTENED, elem_id="outline")
            bars = gr.Plot(bars, label=words.CHANCES, elem_id="bars")
            second_box = gr.Column()
        with gr.Column(scale=6, min_width=340):
            embedding_map = gr.Plot(embedding_map, label=title, elem_id="map")
            neighbours = gr.HTML(neighbours, elem_id="neighbours")
    with gr.Accordion(words.DETAILS, open=False, elem_id="details") as details:
        spectrum = gr.Plot(
            waveform.spectrogram(words), label=words.SPECTROGRAM, elem_id="spectrogram"
        )
        gr.HTML(
            f'<button type="button" name="result" data-file="{words.FILE_NAME}">'
            f"{words.SAVE_RESULT}</button>"
            f'<button type="button" name="picture">{words.SAVE_PICTURE}</button>',
            elem_id="saving",
        )
    number = gr.Number(0, precision=0, visible=False)
    # An example tells nothing of the visitor's voice. It is gone when the box is emptied.
    is_example, detailed = gr.Checkbox(visible=False), gr.Checkbox(visible=False)
    recording.clear(
        None,
        number,
        [number, is_example],
        js="number => [number + 1, false]",
        api_visibility="private",
    )
    tried.click(example, None, [recording, is_example], api_visibility="private", **QUIET)
    details.expand(
        lambda path: (spectrogram(path), True),
        recording,
        [spectrum, detailed],
        api_visibility="private",
        **QUIET,
    )
    details.collapse(None, None, detailed, js="() => false", api_visibility="private")
    # A stop, an upload, a trim, an example and a clear each change the recording exactly once.
    answering = {
        "fn": answer,
        "inputs": [recording, number, voice, is_example, detailed],
        "outputs": [sentence, bars, embedding_map, neighbours, outline, spectrum, known, voice],
        "show_progress": "minimal",
        "show_progress_on": sentence,
        "api_visibility": "private",
        **QUEUE,
    }
    recording.change(**answering)
    with second_box:
        enrolment.build(words, recognizer, voice, known, answering)
    known.click(start_anew, None, [known, voice], show_progress="hidden", api_visibility="private")
