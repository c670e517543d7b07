"""The tab for a long recording: its emotions over time, each moment to be played.

The browser holds the answer; the server keeps of it what a correction teaches, numbers. The
downloads are part of the page and the browser plays its own copy of the recording, so both outlive
the file, which is deleted here.

A segment is corrected by the window in its middle: one clip for what may be minutes, so that a long
recording does not displace all others that the speaker was learned from.
"""

import json
import logging
import time
from base64 import b64encode
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import gradio as gr
import plotly.graph_objects as go

from ser.charts.timeline import timeline_figure
from ser.errors import SerError
from ser.models.speaker import Features
from ser.page.session import TIME_TO_LIVE, SessionSpeaker
from ser.page.tabs import answers
from ser.page.teaching import correction, voice_line
from ser.page.text import Words
from ser.timeline.timeline import Timeline

if TYPE_CHECKING:
    from ser.recognizer import Recognizer

# One at a time, so that the other tabs are answered meanwhile.
QUEUE = {"concurrency_limit": 1, "concurrency_id": "timeline"}

log = logging.getLogger(__name__)


class Outputs(NamedTuple):
    """The outputs of the tab: its components, or a value for each of them."""

    answer: gr.HTML | str
    figure: gr.Plot | go.Figure | dict
    segments: gr.HTML | str | dict
    correction: gr.HTML | str | dict
    answered: gr.State | dict


def build(words: Words, recognizer: "Recognizer", speaker: gr.State) -> None:
    """Add the tab to the surrounding Blocks.

    Args:
        words: the texts in one language.
        recognizer: analyses the recordings.
        speaker: the `SessionSpeaker`, whose labelled clips are used; a correction adds one.
    """
    empty = Outputs(
        answer=f'<p class="waiting">{words.LONG_WAITING}</p>',
        figure=timeline_figure(words),
        segments=_card(words, f'<p class="waiting">{words.NO_SEGMENTS}</p>'),
        correction="",
        answered={},
    )

    def analyse(path: str | None, speaker: SessionSpeaker) -> Iterator[Outputs]:
        if path is None:
            yield empty
            return
        start = time.monotonic()
        try:
            for step in recognizer.timeline(path, speaker.after):
                if isinstance(step, Timeline):
                    yield Outputs(
                        answer=_answer(words, step),
                        figure=timeline_figure(words, step),
                        segments=_segments(words, step),
                        correction=correction.menu(
                            words, recognizer.emotions, hint=words.LONG_IT_WAS_HINT
                        ),
                        answered=_features(step),
                    )
                else:
                    progress = _progress(words, step, time.monotonic() - start)
                    yield Outputs(progress, *[gr.skip()] * (len(empty) - 1))
        except SerError as error:
            yield empty._replace(answer=answers.error(words.explained(error)))
        except Exception:
            log.exception("the page could not analyse a long recording")
            yield empty._replace(answer=answers.error(words.APOLOGY))

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
        answer = gr.HTML(empty.answer, elem_id="long-answer", js_on_load=answers.STATUS_ROLE)
    voice_line.build(words, recognizer, speaker, "long-voice", only_labelled=True)
    figure = gr.Plot(empty.figure, label=words.LONG_TITLE, elem_id="timeline-figure")
    segments = gr.HTML(empty.segments, elem_id="segments")
    answered = gr.State({}, time_to_live=TIME_TO_LIVE)
    menu = correction.build_for_answers(
        recognizer.emotions,
        speaker,
        answered,
        "long-correction",
        "document.querySelector('#segments [aria-current]')?.dataset.segment",
    )
    outputs = list(Outputs(answer, figure, segments, menu, answered))
    # Not of every change: clearing the box is one too, and would supersede what it cancels.
    running = gr.on(
        [recording.upload, recording.stop_recording],
        analyse,
        [recording, speaker],
        outputs,
        show_progress="minimal",
        show_progress_on=answer,
        trigger_mode="multiple",
        api_visibility="private",
        **QUEUE,
    )
    # The box is cleared before another recording is chosen, which ends the work on this one.
    recording.clear(
        lambda: empty,
        None,
        outputs,
        cancels=[running],
        show_progress="hidden",
        api_visibility="private",
    )


def _progress(words: Words, fraction: float, seconds: float) -> str:
    """Return a progress bar, with the time left by the seconds that a fraction took."""
    seconds_left = seconds * (1 - fraction) / fraction if fraction else None
    return (
        f'<label class="timeline-progress">{words.progress(fraction, seconds_left)}'
        f'<progress max="1" value="{fraction:.3f}"></progress></label>'
    )


def _answer(words: Words, timeline: Timeline) -> str:
    fractions = timeline.time_fractions()
    sentence, emotions = words.timeline_verdict(fractions)
    legend = "".join(
        f"<li {answers.emotion_style(label)}>{words.EMOTIONS[label]} "
        f"<span>{words.percent(fraction)}</span></li>"
        for label, fraction in fractions.items()
    )
    voiced_duration = sum(segment.end - segment.start for segment in timeline.segments)
    return (
        f'<p class="verdict">{answers.with_emotions(words, sentence, emotions)}</p>'
        f'<p class="quality">'
        f"{words.timeline_duration(timeline.duration, voiced_duration, timeline.notes)}</p>"
        f"<ul>{legend}</ul>"
    )


def _segments(words: Words, timeline: Timeline) -> str:
    columns = "".join(f'<th scope="col">{column}</th>' for column in words.SEGMENTS_COLUMNS)
    rows = "".join(
        f'<tr data-segment="{number}"><td><button type="button" data-at="{segment.start:.1f}" '
        f'title="{words.PLAY_SEGMENT}">'
        f"{words.clock(segment.start)}\N{EN DASH}{words.clock(segment.end)}</button></td>"
        f"<td {answers.emotion_style(segment.label)}>{words.SOUNDS[segment.label]}</td>"
        f"<td>{words.confidence(segment.probability, timeline.threshold)}</td></tr>"
        for number, segment in enumerate(timeline.segments)
    )
    downloads = _download(
        words.DOWNLOAD_CSV, "timeline.csv", "text/csv", timeline.to_csv()
    ) + _download(
        words.DOWNLOAD_JSON, "timeline.json", "application/json", json.dumps(timeline.to_json())
    )
    return _card(
        words,
        f'<div class="rows" tabindex="0" role="region" aria-label="{words.SEGMENTS}">'
        f"<table><thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table></div>"
        f'<p class="note">{words.SEGMENTS_NOTE}</p>',
        downloads,
        f'data-duration="{timeline.duration:.3f}"',
    )


def _features(timeline: Timeline) -> dict[str, Features]:
    """Return the features of each segment, by its number; copies, not views of all windows."""
    of_segments = [segment.features for segment in timeline.segments]
    return {str(number): features[[0]] for number, features in enumerate(of_segments)}


def _card(words: Words, content: str, downloads: str = "", attributes: str = "") -> str:
    return (
        f"<section {attributes}><header><h2>{words.SEGMENTS}</h2>{downloads}</header>"
        f"{content}</section>"
    )


def _download(text: str, name: str, mime_type: str, content: str) -> str:
    """Return a link that saves content, which it carries."""
    data = b64encode(content.encode()).decode()
    return f'<a download="{name}" href="data:{mime_type};base64,{data}">{text}</a>'
