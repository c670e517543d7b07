"""The comparison of two recent recordings: what differs, and figures of both."""

from typing import TYPE_CHECKING, NamedTuple

import gradio as gr
import numpy as np
import plotly.graph_objects as go

from ser.audio import loading, prosody
from ser.audio.clip import Clip
from ser.charts import map_chart, two_recordings
from ser.charts.two_recordings import Numbered
from ser.errors import SerError
from ser.page.recent import recordings_html
from ser.page.recent.difference import difference
from ser.page.recent.recordings import RecentRecordings, Recording
from ser.page.tabs import answers
from ser.page.teaching import voice_line
from ser.page.text import Words

if TYPE_CHECKING:
    from ser.recognizer import Recognizer

# Every choice counts, and in its order.
IN_ORDER = {"trigger_mode": "multiple", "concurrency_limit": 1}


class Outputs(NamedTuple):
    """The outputs of the comparison: its components, or a value for each of them."""

    section: gr.Column | dict
    text: gr.HTML | str
    bars: gr.Plot | go.Figure
    embedding_map: gr.Plot | go.Figure
    spectrograms: gr.Plot | dict
    listed: gr.HTML | str
    recent: gr.State | RecentRecordings


def build(
    words: Words, recognizer: "Recognizer", speaker: gr.State, listed: gr.HTML, recent: gr.State
) -> None:
    """Add the comparison, hidden until two recordings are marked in the list.

    Args:
        words: the texts in one language.
        recognizer: has the map.
        speaker: the `SessionSpeaker`; when it is forgotten, so are the recordings.
        listed: the list of the recordings, which triggers `select` with the `numbers` of those
            that are marked.
        recent: the `RecentRecordings`.
    """
    map_ = map_chart.map_figure(words, recognizer.embedding_map)

    def closed(recordings: RecentRecordings) -> Outputs:
        empty = Outputs(*[gr.skip()] * len(Outputs._fields))
        return empty._replace(section=gr.update(visible=False), recent=recordings)

    def compare(choice: gr.EventData, recordings: RecentRecordings) -> Outputs:
        recordings = recordings.mark(choice.numbers)
        if len(recordings.marked) < 2:
            return closed(recordings)
        pair = [recordings.find(number) for number in recordings.marked]
        numbered = [Numbered(one.number, one.analysis) for one in pair]
        loaded = _load(pair)
        prosodies = tuple(prosody.measure(clip) for clip, _ in loaded) if loaded else None
        found = difference(*(one.analysis.probabilities for one in pair), prosodies)
        spectrograms = gr.update(visible=False)
        if loaded:
            waveforms = [waveform for _, waveform in loaded]
            figure = two_recordings.spectrograms(words, recordings.marked, waveforms)
            spectrograms = gr.update(value=figure, visible=True)
        return Outputs(
            section=gr.update(visible=True),
            text=recordings_html.comparison(words, *pair, found, bool(loaded)),
            bars=two_recordings.probability_bars(words, *numbered),
            embedding_map=two_recordings.map_figure(map_, words, *numbered),
            spectrograms=spectrograms,
            listed=gr.skip(),  # The browser shows the marks already.
            recent=recordings,
        )

    def close(recordings: RecentRecordings) -> Outputs:
        return closed(recordings.mark([]))  # The browser has removed the marks already.

    def forget_recordings(session_speaker, recordings: RecentRecordings) -> Outputs | dict:
        if session_speaker.after.n_clips or not recordings.recordings:
            return gr.skip()
        return closed(RecentRecordings())._replace(listed="")

    with gr.Column(visible=False, elem_id="comparison") as section:
        with gr.Row(equal_height=False):
            with gr.Column(scale=5, min_width=340):
                text = gr.HTML(
                    elem_id="compared",
                    js_on_load=f"{voice_line.CLICKS} {answers.STATUS_ROLE}",
                )
                bars = gr.Plot(label=words.PROBABILITIES, elem_id="compared-bars")
            with gr.Column(scale=6, min_width=340):
                embedding_map = gr.Plot(label=words.COMPARED_MAP, elem_id="compared-map")
        spectrograms = gr.Plot(label=words.SPECTROGRAM, elem_id="compared-spectrograms")
    outputs = list(Outputs(section, text, bars, embedding_map, spectrograms, listed, recent))
    options = {
        "show_progress": "hidden",
        "api_visibility": "private",
        "concurrency_id": "comparison",
        **IN_ORDER,
    }
    listed.select(compare, recent, outputs, **options)
    text.click(close, recent, outputs, **options)
    speaker.change(forget_recordings, [speaker, recent], outputs, **voice_line.FOLLOWING)


def _load(pair: list[Recording]) -> list[tuple[Clip, np.ndarray]] | None:
    """Return the clips and waveforms of recordings; None if they are not all there any more."""
    try:
        return [loading.load_with_waveform(one.path) for one in pair]
    except SerError:
        return None
