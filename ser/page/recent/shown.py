"""What the Analyse tab shows of an answer, the latest one or that of an earlier recording again."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import gradio as gr
import numpy as np
import plotly.graph_objects as go

from ser.audio import loading
from ser.charts import map_chart, probabilities, waveform
from ser.errors import SerError
from ser.page.recent import recordings_html
from ser.page.recent.recordings import RecentRecordings
from ser.page.session import SessionSpeaker
from ser.page.tabs import answers
from ser.page.teaching import correction
from ser.page.text import Words

if TYPE_CHECKING:
    from ser.recognizer import Analysis, Recognizer


class Outputs(NamedTuple):
    """The outputs of the tab: its components, or a value for each of them."""

    answer: gr.HTML | str
    bars: gr.Plot | go.Figure
    neighbours: gr.HTML | str
    outline: gr.Plot | dict
    spectrogram: gr.Plot | go.Figure | dict
    correction: gr.HTML | str
    listed: gr.HTML | str
    speaker: gr.State | SessionSpeaker
    recent: gr.State | RecentRecordings


def show_function(
    words: Words, recognizer: "Recognizer", map_figure: go.Figure, empty: Outputs
) -> Callable:
    """Return the function that shows the answer to a recent recording again."""

    def show(
        choice: gr.EventData,
        speaker: SessionSpeaker,
        details_open: bool,
        recent: RecentRecordings,
    ) -> Outputs | dict:
        recording = recent.find(choice.number)
        if recording is None:
            return gr.skip()
        is_latest = recording is recent.recordings[0]
        can_correct = is_latest and not recording.is_example and speaker.features is not None
        shown = outputs_of(words, map_figure, empty, recording.analysis)
        return shown._replace(
            answer=shown.answer
            + ("" if is_latest else recordings_html.shown_again(words, recording.number)),
            spectrogram=draw_spectrogram(words, recording.path) if details_open else gr.skip(),
            correction=correction_menu(words, recognizer, speaker) if can_correct else "",
            listed=gr.skip(),  # The browser shows which one is chosen already.
            speaker=gr.skip(),
            recent=recent.show(recording.number),
        )

    return show


def outputs_of(
    words: Words, map_figure: go.Figure, empty: Outputs, analysis: "Analysis"
) -> Outputs:
    """Return what shows an answer; the other outputs are those of `empty`."""
    return empty._replace(
        answer=answers.answer(words, analysis),
        bars=probabilities.probability_bars(words, analysis.probabilities),
        neighbours=answers.neighbours(
            words,
            analysis.place.neighbours,
            map_chart.clip_update(map_figure, words, analysis),
        ),
        outline=gr.update(
            value=waveform.outline(words, analysis.clip), label=words.analysed_part(analysis.clip)
        ),
    )


def correction_menu(words: Words, recognizer: "Recognizer", speaker: SessionSpeaker) -> str:
    """Return the menu by which the visitor says what the latest recording was."""
    return correction.menu(words, recognizer.emotions, speaker.label)


def draw_spectrogram(
    words: Words, path: str | None, samples: np.ndarray | None = None
) -> go.Figure:
    """Draw a recording's spectrogram, decoding its file if `samples` is None."""
    try:
        if samples is None and path is not None:
            samples = loading.decode(path)
    except SerError:
        samples = None
    return waveform.spectrogram(words, samples)
