"""The tab for a long recording: its emotions over time, each moment to be played.

The server keeps of a recording the answer and what a correction or a merge of speakers takes,
numbers. The browser plays its own copy of the recording, so that it outlives the file, which is
deleted here.

A segment is corrected by the window in its middle: one clip for what may be minutes, so that a long
recording does not displace all others that the speaker was learned from. Of several speakers none
is corrected, as a tab's labelled clips are of one voice.
"""

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import gradio as gr
import plotly.graph_objects as go

from ser.charts.timelines.one_voice import timeline_figure
from ser.errors import SerError
from ser.models.speaker import Features
from ser.page.long_recording import card, speakers
from ser.page.long_recording.recording import LongRecording, recording_state
from ser.page.session import TIME_TO_LIVE, SessionSpeaker
from ser.page.tabs import answers
from ser.page.teaching import correction, voice_line
from ser.page.text import Words
from ser.timeline.speakers import MAX_SPEAKERS
from ser.timeline.timeline import Timeline

if TYPE_CHECKING:
    from ser.recognizer import Recognizer

# One at a time, so that the other tabs are answered meanwhile.
QUEUE = {"concurrency_limit": 1, "concurrency_id": "timeline"}
FIND = 0  # instead of a number of people, to have it found

log = logging.getLogger(__name__)


class Outputs(NamedTuple):
    """The outputs of the tab: its components, or a value for each of them."""

    answer: gr.HTML | str
    figure: gr.Plot | go.Figure | dict
    speakers: gr.HTML | str | dict
    segments: gr.HTML | str | dict
    recording: gr.State | LongRecording | dict | None
    correction: gr.HTML | str | dict
    answered: gr.State | dict


def build(words: Words, recognizer: "Recognizer", speaker: gr.State) -> None:
    """Add the tab to the surrounding Blocks.

    Args:
        words: the texts in one language.
        recognizer: analyses the recordings.
        speaker: the `SessionSpeaker`, whose labelled clips are used; a correction adds one.
    """

    def analyse(path: str | None, speaker: SessionSpeaker, n_people: int = 1) -> Iterator[Outputs]:
        if path is None:
            yield _empty(words)
            return
        start = time.monotonic()
        try:
            for step in recognizer.timeline(path, speaker.after, n_speakers=n_people or None):
                if isinstance(step, Timeline):
                    yield _shown(words, recognizer, Path(path).stem, step)
                else:
                    progress = _progress(words, step, time.monotonic() - start)
                    yield Outputs(progress, *[gr.skip()] * (len(Outputs._fields) - 1))
        except SerError as error:
            yield _empty(words, answers.error(words.explained(error)))
        except Exception:
            log.exception("the page could not analyse a long recording")
            yield _empty(words, answers.error(words.APOLOGY))

    def analyse_again(
        path: str | None, speaker: SessionSpeaker, n_people: int
    ) -> Iterator[Outputs]:
        if path and Path(path).exists():
            yield from analyse(path, speaker, n_people)
            return
        if path:
            gr.Info(words.LONG_GONE)
        yield Outputs(*[gr.skip()] * len(Outputs._fields))

    people = gr.Dropdown(
        [(words.ONE_PERSON, 1), (words.FIND_PEOPLE, FIND)]
        + [(str(number), number) for number in range(2, MAX_SPEAKERS + 1)],
        value=1,
        label=words.PEOPLE,
        filterable=False,
        elem_id="people",
    )
    with gr.Row(elem_id="long", equal_height=False):
        recording = gr.Audio(
            label=words.LONG_RECORDING,
            sources=["upload", "microphone"],
            type="filepath",
            buttons=[],
            # The browser's own player: gradio's would decode all of it at once.
            waveform_options=gr.WaveformOptions(show_recording_waveform=False),
            elem_id="long-recording",
            scale=5,
            min_width=340,
        )
        answer = gr.HTML(
            _empty(words).answer, elem_id="long-answer", js_on_load=answers.STATUS_ROLE
        )
    voice_line.build(words, recognizer, speaker, "long-voice", only_labelled=True)
    figure = gr.Plot(timeline_figure(words), label=words.LONG_TITLE, elem_id="timeline-figure")
    listed = speakers.add_card()
    kept = recording_state()
    segments = card.build(words, recognizer, kept)
    answered = gr.State({}, time_to_live=TIME_TO_LIVE)
    menu = correction.build_for_answers(
        recognizer.emotions,
        speaker,
        answered,
        "long-correction",
        "document.querySelector('#segments [aria-current]')?.dataset.segment",
    )
    shown = speakers.Outputs(answer, figure, listed, segments, kept)
    speakers.connect(words, recognizer, speaker, shown)
    outputs = [*shown, menu, answered]
    analysing = {
        "inputs": [recording, speaker, people],
        "outputs": outputs,
        "show_progress": "minimal",
        "show_progress_on": answer,
        "api_visibility": "private",
        **QUEUE,
    }
    # Not of every change: clearing the box is one too, and would supersede what it cancels.
    running = gr.on(
        [recording.upload, recording.stop_recording],
        analyse,
        trigger_mode="multiple",
        **analysing,
    )
    # After the work in progress; gradio's other events of a menu come twice.
    again = people.change(analyse_again, trigger_mode="always_last", **analysing)
    # The box is cleared before another recording is chosen, which ends the work on this one.
    recording.clear(
        lambda: _empty(words),
        None,
        outputs,
        cancels=[running, again],
        show_progress="hidden",
        api_visibility="private",
    )


def _empty(words: Words, answer: str | None = None) -> Outputs:
    """Return what is shown without an answer, and perhaps why there is none."""
    return Outputs(
        answer=answer or f'<p class="waiting">{words.LONG_WAITING}</p>',
        figure=gr.update(value=timeline_figure(words), label=words.LONG_TITLE),
        speakers="",
        segments=card.empty(words),
        recording=None,
        correction="",
        answered={},
    )


def _shown(words: Words, recognizer: "Recognizer", name: str, timeline: Timeline) -> Outputs:
    """Return what shows an answer. Of one voice, every segment can be corrected."""
    if timeline.names:
        names = tuple(map(words.speaker_name, range(1, timeline.n_speakers + 1)))
        recording = LongRecording(name, replace(timeline, names=names))
        return Outputs(*speakers.shown(words, recording), correction="", answered={})
    recording = LongRecording(name, timeline).without_features()
    return Outputs(
        *speakers.shown(words, recording),
        correction=correction.menu(words, recognizer.emotions, hint=words.LONG_IT_WAS_HINT),
        answered=_features(timeline),
    )


def _features(timeline: Timeline) -> dict[str, Features]:
    """Return the features of each segment, by its number; copies, not views of all windows."""
    of_segments = [segment.features for segment in timeline.segments]
    return {str(number): features[[0]] for number, features in enumerate(of_segments)}


def _progress(words: Words, fraction: float, seconds: float) -> str:
    """Return a progress bar, with the time left by the seconds that a fraction took."""
    seconds_left = seconds * (1 - fraction) / fraction if fraction else None
    return (
        f'<label class="timeline-progress">{words.progress(fraction, seconds_left)}'
        f'<progress max="1" value="{fraction:.3f}"></progress></label>'
    )
