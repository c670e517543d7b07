"""The card that lists the segments of a long recording and offers it as files."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import gradio as gr

from ser.page.long_recording import answer_html, report
from ser.page.long_recording.recording import LongRecording
from ser.page.text import Words
from ser.timeline import exports
from ser.timeline.timeline import Timeline

if TYPE_CHECKING:
    from ser.recognizer import Recognizer

REPORT = "report"
# Tells the choice of a file on, and chooses nothing again.
_CHOICES = (
    "element.addEventListener('change', ({target}) => "
    "{ trigger('select', {format: target.value}); target.value = ''; });"
)


def build(words: Words, recognizer: "Recognizer", recording: gr.State) -> gr.HTML:
    """Add the card.

    A file is made when it is chosen and travels within the event, so that the server keeps none on
    its disk; those for Praat and ELAN lie in a temporary folder while they are written.

    recording: the tab's `LongRecording`.
    """

    def make_file(choice: gr.EventData, recording: LongRecording | None) -> dict | None:
        file_format = getattr(choice, "format", None)
        if file_format not in tuple(words.DOWNLOADS):
            return None
        if recording is None:
            gr.Info(words.LONG_GONE)
            return None
        if file_format == REPORT:
            content = report.html(words, recording, recognizer.version, datetime.now(UTC).date())
            return {"name": f"{recording.name}.html", "content": content}
        content = exports.export(recording.timeline, file_format, recording.name)
        return {"name": f"{recording.name}{exports.FORMATS[file_format]}", "content": content}

    card = gr.HTML(empty(words), elem_id="segments", js_on_load=_CHOICES)
    made = gr.JSON(visible=False)
    card.select(
        make_file, recording, made, queue=False, show_progress="hidden", api_visibility="private"
    ).success(None, made, made, js="saveText", api_visibility="private")
    return card


def empty(words: Words) -> str:
    """Return the card without an answer."""
    return _card(words, f'<p class="waiting">{words.NO_SEGMENTS}</p>')


def filled(words: Words, timeline: Timeline) -> str:
    """Return the card with an answer."""
    options = "".join(
        f'<option value="{name}">{text}</option>' for name, text in words.DOWNLOADS.items()
    )
    return _card(
        words,
        f'<div class="rows" tabindex="0" role="region" aria-label="{words.SEGMENTS}">'
        f"{answer_html.segments_table(words, timeline)}</div>"
        f'<p class="note">{answer_html.note(words, timeline)}</p>',
        f"<label>{words.DOWNLOAD_AS} <select>"
        f'<option value="" selected disabled>…</option>{options}</select></label>',
        f'data-duration="{timeline.duration:.3f}"',
    )


def _card(words: Words, content: str, downloads: str = "", attributes: str = "") -> str:
    return (
        f"<section {attributes}><header><h2>{words.SEGMENTS}</h2>{downloads}</header>"
        f"{content}</section>"
    )
