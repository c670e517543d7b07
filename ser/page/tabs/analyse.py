"""The Analyse tab: a sentence, probabilities and a position on the map for one recording."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import gradio as gr
import numpy as np
import plotly.graph_objects as go
from gradio.processing_utils import save_file_to_cache

from ser.audio import loading
from ser.charts import map_chart, probabilities, waveform
from ser.errors import SerError
from ser.labels import NO_VOICE
from ser.models.speaker import UNKNOWN_SPEAKER
from ser.page.recent import comparison, recordings_html
from ser.page.recent.recordings import NO_RECORDINGS, RecentRecordings, recordings_state
from ser.page.recent.shown import (
    Outputs,
    correction_menu,
    draw_spectrogram,
    outputs_of,
    show_function,
)
from ser.page.server.zerogpu import on_gpu
from ser.page.session import SessionSpeaker
from ser.page.tabs import answers, enrolment, examples, recorder
from ser.page.teaching import correction, voice_line
from ser.page.text import Words

if TYPE_CHECKING:
    from ser.recognizer import Recognizer

CONCURRENCY = 2  # analyses at a time, so that one long recording does not delay all others
QUEUE = {"concurrency_limit": CONCURRENCY, "concurrency_id": "analysis"}
NO_QUEUE = {"queue": False, "show_progress": "hidden"}

log = logging.getLogger(__name__)


def build(words: Words, recognizer: "Recognizer", speaker: gr.State) -> None:
    """Add the tab to the surrounding Blocks.

    Args:
        words: the texts in one language.
        recognizer: answers the recordings.
        speaker: the `SessionSpeaker`, which each recording updates.
    """
    map_figure = map_chart.map_figure(words, recognizer.embedding_map)
    empty = Outputs(
        answer=answers.placeholder(words),
        bars=probabilities.probability_bars(words),
        neighbours=answers.no_neighbours(words),
        outline=waveform.outline(words),
        spectrogram=waveform.spectrogram(words),
        correction="",
        listed="",
        speaker=SessionSpeaker(),
        recent=NO_RECORDINGS,
    )

    def use_example(choice: gr.EventData) -> tuple[str, bool]:
        return save_file_to_cache(examples.path(choice.name), recording.GRADIO_CACHE), True

    def open_details(path: str | None, recordings: RecentRecordings) -> tuple[go.Figure, bool]:
        shown = recordings.find(recordings.shown)
        return draw_spectrogram(words, shown.path if shown else path), True

    with gr.Row(elem_id="analyse", equal_height=False):
        with gr.Column(scale=5, min_width=340):
            recording = recorder.build(words.RECORDING, "recording")
            example_row = examples.build(words)
            answers.microphone_errors(words, "microphone")
            answer = gr.HTML(empty.answer, elem_id="answer", js_on_load=answers.STATUS_ROLE)
            voice_line.build(words, recognizer, speaker, "recordings-used")
            menu = correction.build(words, recognizer.emotions, speaker)
            outline = gr.Plot(empty.outline, label=words.ANALYSED_PART, elem_id="outline")
            bars = gr.Plot(empty.bars, label=words.PROBABILITIES, elem_id="bars")
            enrolment_column = gr.Column()
        with gr.Column(scale=6, min_width=340):
            title = words.map_title(
                len(recognizer.embedding_map.names), len(set(recognizer.embedding_map.actors))
            )
            gr.Plot(map_chart.add_clip_traces(map_figure, words), label=title, elem_id="map")
            neighbours = gr.HTML(
                empty.neighbours, elem_id="neighbours", js_on_load="updateMap(element, watch)"
            )
    recent = recordings_state()
    listed = gr.HTML(
        elem_id="recent", js_on_load="recentRecordings(element, trigger, watch)", padding=False
    )
    comparison.build(words, recognizer, speaker, listed, recent)
    with gr.Accordion(words.DETAILS, open=False, elem_id="details") as details:
        spectrogram = gr.Plot(empty.spectrogram, label=words.SPECTROGRAM, elem_id="spectrogram")
        gr.HTML(
            f'<button type="button" name="result" data-file="{words.FILE_NAME}">'
            f"{words.SAVE_RESULT}</button>"
            f'<button type="button" name="picture">{words.SAVE_PICTURE}</button>',
            elem_id="saving",
        )
    number = gr.Number(0, precision=0, visible=False)
    # An example says nothing about the visitor's voice.
    is_example, details_open = gr.Checkbox(visible=False), gr.Checkbox(visible=False)
    outputs = Outputs(
        answer=answer,
        bars=bars,
        neighbours=neighbours,
        outline=outline,
        spectrogram=spectrogram,
        correction=menu,
        listed=listed,
        speaker=speaker,
        recent=recent,
    )
    recording.clear(
        None,
        number,
        [number, is_example],
        js="number => [number + 1, false]",
        api_visibility="private",
    )
    example_row.click(
        use_example, None, [recording, is_example], api_visibility="private", **NO_QUEUE
    )
    details.expand(
        open_details,
        [recording, recent],
        [spectrogram, details_open],
        api_visibility="private",
        **NO_QUEUE,
    )
    details.collapse(None, None, details_open, js="() => false", api_visibility="private")
    # An upload, a trim, an example and a clear each change the recording exactly once.
    answering = {
        "fn": _answer_function(words, recognizer, map_figure, empty),
        "inputs": [recording, number, speaker, is_example, details_open, recent],
        "outputs": list(outputs),
        "show_progress": "minimal",
        "show_progress_on": answer,
        "api_visibility": "private",
        **QUEUE,
    }
    recording.change(**answering)
    listed.click(
        show_function(words, recognizer, map_figure, empty),
        [speaker, details_open, recent],
        list(outputs),
        show_progress="hidden",
        api_visibility="private",
        **comparison.IN_ORDER,
    )
    with enrolment_column:
        enrolment.build(words, recognizer, speaker, answering)


def _answer_function(
    words: Words, recognizer: "Recognizer", map_figure: go.Figure, empty: Outputs
) -> Callable[..., Outputs]:
    """Return the function that answers a recording."""
    analyse_clip = on_gpu(recognizer.analyse_clip)

    def answer(
        path: str | None,
        number: int,
        speaker: SessionSpeaker,
        is_example: bool = False,
        details_open: bool = False,
        recent: RecentRecordings = NO_RECORDINGS,
    ) -> Outputs:
        def spectrogram(samples: np.ndarray | None = None) -> go.Figure | dict:
            return draw_spectrogram(words, path, samples) if details_open else gr.skip()

        def no_answer(message: str, samples: np.ndarray | None = None) -> Outputs:
            recordings = recent.show(None)
            return empty._replace(
                answer=message,
                # A new update each time, as gradio modifies it when sending.
                outline=gr.update(value=empty.outline, label=words.ANALYSED_PART),
                spectrogram=spectrogram(samples),
                listed=recordings_html.recordings_list(words, recordings),
                speaker=speaker,
                recent=recordings,
            )

        if path is None:
            return no_answer(empty.answer)
        before = UNKNOWN_SPEAKER if is_example else speaker.without(number)
        try:
            clip, samples = loading.load_with_waveform(path)
            analysis = analyse_clip(clip, before)
        except SerError as error:
            return no_answer(answers.error(words.explained(error)))
        except Exception:
            log.exception("the page could not analyse a recording")
            return no_answer(answers.error(words.APOLOGY))
        if analysis.verdict == NO_VOICE:
            return no_answer(answers.answer(words, analysis), samples)
        if not is_example:
            speaker = speaker.update(before, analysis, number)
        recordings = recent.add(analysis, path, number, is_example)
        return outputs_of(words, map_figure, empty, analysis)._replace(
            spectrogram=spectrogram(samples),
            correction="" if is_example else correction_menu(words, recognizer, speaker),
            listed=recordings_html.recordings_list(words, recordings),
            speaker=speaker,
            recent=recordings,
        )

    return answer
