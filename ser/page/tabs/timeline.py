"""The tab for a long recording: which emotion its voice carries when, and each moment to be heard.

The browser holds the answer; the server keeps nothing of it. The downloads are part of the page and
what is played is the browser's own copy, so both outlive the file, which is deleted here.
"""

import json
import logging
import time
from base64 import b64encode
from collections.abc import Iterator
from html import escape

import gradio as gr

from ser.charts import timeline
from ser.charts.probabilities import MARKERS
from ser.errors import SerError

# One at a time, beside the other tabs: further ones wait in line.
QUEUE = {"concurrency_limit": 1, "concurrency_id": "timeline"}

log = logging.getLogger(__name__)


def build(words, recognizer) -> None:
    """Add the tab to the surrounding Blocks.

    words: the table in one language.
    """
    empty = (
        f'<p class="waiting">{words.LONG_WAITING}</p>',
        timeline.course(words),
        _card(words, f'<p class="waiting">{words.NO_SEGMENTS}</p>'),
    )

    def follow(path: str | None) -> Iterator[tuple]:
        if path is None:
            yield empty
            return
        began = time.monotonic()
        try:
            for step in recognizer.timeline(path):
                if isinstance(step, float):
                    yield _listening(words, step, time.monotonic() - began), gr.skip(), gr.skip()
                else:
                    figure = timeline.course(words, step)
                    yield _answer(words, step), figure, _segments(words, step)
        except SerError as error:
            yield _sorry(words.explained(error)), *empty[1:]
        except Exception:
            log.exception("the page could not follow a long recording")
            yield _sorry(words.APOLOGY), *empty[1:]

    answer, course, segments = empty
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
            answer,
            elem_id="long-answer",
            js_on_load="element.setAttribute('role', 'status')",
        )
    course = gr.Plot(course, label=words.LONG_TITLE, elem_id="course")
    segments = gr.HTML(segments, elem_id="segments")
    # Not of every change: to empty the box is one too, and would hide what is to be cancelled then.
    following = gr.on(
        [recording.upload, recording.stop_recording],
        follow,
        recording,
        [answer, course, segments],
        show_progress="minimal",
        show_progress_on=answer,
        trigger_mode="multiple",
        api_visibility="private",
        **QUEUE,
    )
    # Before another recording is chosen the box is emptied, and with that its work ends.
    recording.clear(
        lambda: empty,
        None,
        [answer, course, segments],
        cancels=[following],
        show_progress="hidden",
        api_visibility="private",
    )


def _listening(words, share: float, elapsed: float) -> str:
    left = elapsed * (1 - share) / share if share else None
    return (
        f'<label class="listening">{words.listening(share, left)}'
        f'<progress max="1" value="{share:.3f}"></progress></label>'
    )


def _answer(words, timeline) -> str:
    shares = timeline.shares()
    sentence, emotions = words.course(shares)
    marked = (f"<strong {_colour(label)}>{words.SOUNDS[label]}</strong>" for label in emotions)
    legend = "".join(
        f"<li {_colour(label)}>{words.EMOTIONS[label]} <span>{words.percent(share)}</span></li>"
        for label, share in shares.items()
    )
    voice = sum(segment.end - segment.start for segment in timeline.segments)
    return (
        f'<p class="verdict">{sentence.format(*marked)}</p>'
        f'<p class="quality">{words.voiced(timeline.duration, voice, timeline.notes)}</p>'
        f"<ul>{legend}</ul>"
    )


def _segments(words, timeline) -> str:
    columns = "".join(f'<th scope="col">{column}</th>' for column in words.SEGMENTS_COLUMNS)
    rows = "".join(
        f'<tr><td><button type="button" data-at="{segment.start:.1f}" title="{words.HEAR}">'
        f"{words.clock(segment.start)}\N{EN DASH}{words.clock(segment.end)}</button></td>"
        f"<td {_colour(segment.label)}>{words.SOUNDS[segment.label]}</td>"
        f"<td>{words.sureness(segment.probability, timeline.threshold)}</td></tr>"
        for segment in timeline.segments
    )
    downloads = _link(words.DOWNLOAD_CSV, "timeline.csv", "text/csv", timeline.to_csv()) + _link(
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


def _card(words, content: str, downloads: str = "", attributes: str = "") -> str:
    return (
        f"<section {attributes}><header><h2>{words.SEGMENTS}</h2>{downloads}</header>"
        f"{content}</section>"
    )


def _link(text: str, name: str, kind: str, content: str) -> str:
    data = b64encode(content.encode()).decode()
    return f'<a download="{name}" href="data:{kind};base64,{data}">{text}</a>'


def _sorry(message: str) -> str:
    return f'<p class="sorry">{escape(message)}</p>'


def _colour(label: str) -> str:
    return f'style="--emotion: {MARKERS[label].colour}"'
