"""The card that lists who speaks in a long recording: a visitor names speakers and merges two."""

from html import escape
from typing import TYPE_CHECKING, NamedTuple

import gradio as gr
import plotly.graph_objects as go

from ser.errors import SerError
from ser.page.long_recording import answer_html, card
from ser.page.long_recording.recording import LongRecording
from ser.page.session import SessionSpeaker
from ser.page.tabs import answers
from ser.page.teaching.voice_line import CHANGING, FOLLOWING
from ser.page.text import Words
from ser.timeline import editing
from ser.timeline.timeline import Timeline

if TYPE_CHECKING:
    from ser.recognizer import Recognizer


class Outputs(NamedTuple):
    """What shows an answer: components, or a value for each of them."""

    answer: gr.HTML | str | dict
    figure: gr.Plot | go.Figure | dict
    speakers: gr.HTML | str | dict
    segments: gr.HTML | str | dict
    recording: gr.State | LongRecording | dict | None


def add_card() -> gr.HTML:
    """Add the card, empty until several speakers are found."""
    return gr.HTML(elem_id="speakers", js_on_load="changeSpeakers(element, trigger, watch)")


def connect(words: Words, recognizer: "Recognizer", speaker: gr.State, components: Outputs) -> None:
    """Make the card change the answer that is shown.

    speaker: the `SessionSpeaker`; when it is forgotten, so is what describes these voices.
    """

    def rename(choice: gr.EventData, recording: LongRecording | None) -> Outputs | dict:
        number, name = getattr(choice, "speaker", None), getattr(choice, "name", None)
        if recording is None:
            gr.Info(words.LONG_GONE)
            return gr.skip()
        if not _is_speaker(recording, number) or not isinstance(name, str):
            return gr.skip()
        try:
            timeline = editing.rename(recording.timeline, number, name)
        except SerError as error:
            refused = speakers_html(words, recording.timeline, words.explained(error))
            return Outputs(gr.skip(), gr.skip(), refused, gr.skip(), gr.skip())
        return shown(words, LongRecording(recording.name, timeline))

    def merge(choice: gr.EventData, recording: LongRecording | None) -> Outputs | dict:
        number, into = getattr(choice, "speaker", None), getattr(choice, "into", None)
        if recording is None or not recording.has_features:
            gr.Info(words.LONG_GONE)
            return gr.skip()
        if not (_is_speaker(recording, number) and _is_speaker(recording, into)) or number == into:
            return gr.skip()
        models = recognizer.adaptation, recognizer.classifier
        timeline = editing.merge(recording.timeline, number, into, *models)
        return shown(words, LongRecording(recording.name, timeline))

    def drop_features(
        speaker: SessionSpeaker, recording: LongRecording | None
    ) -> LongRecording | dict:
        if speaker.after.n_clips or recording is None:
            return gr.skip()
        return recording.without_features()

    listed = components.speakers
    listed.submit(rename, components.recording, list(components), **CHANGING)
    listed.select(merge, components.recording, list(components), **CHANGING)
    speaker.change(
        drop_features, [speaker, components.recording], components.recording, **FOLLOWING
    )


def shown(words: Words, recording: LongRecording) -> Outputs:
    """Return what shows an answer."""
    timeline = recording.timeline
    return Outputs(
        answer=answer_html.answer(words, timeline),
        figure=gr.update(
            value=answer_html.figure(words, timeline),
            label=answer_html.figure_title(words, timeline),
        ),
        speakers=speakers_html(words, timeline) if timeline.names else "",
        segments=card.filled(words, timeline),
        recording=recording,
    )


def speakers_html(words: Words, timeline: Timeline, refused: str = "") -> str:
    """Return a row for each speaker; refused: why a name was not taken."""
    rows = "".join(
        f'<li data-speaker="{number}">'
        f'<input type="text" maxlength="{editing.MAX_NAME}" value="{escape(name)}" '
        f'aria-label="{words.SPEAKER_NAME}" title="{words.SPEAKER_NAME}" autocomplete="off">'
        f"{answer_html.speaker_shares(words, timeline, number)}"
        f"{_merge_menu(words, timeline, number)}</li>"
        for number, name in enumerate(timeline.names, 1)
    )
    message = f'<div role="alert">{answers.error(refused)}</div>' if refused else ""
    return f"<h2>{words.SPEAKERS} <span>{words.SPEAKERS_HOW}</span></h2><ul>{rows}</ul>{message}"


def _merge_menu(words: Words, timeline: Timeline, number: int) -> str:
    others = "".join(
        f'<option value="{other}">{escape(name)}</option>'
        for other, name in enumerate(timeline.names, 1)
        if other != number
    )
    if not others:
        return ""
    label = escape(words.same_person_label(timeline.name(number)))
    return (
        f'<select aria-label="{label}"><option value="" selected disabled>'
        f"{words.SAME_PERSON}</option>{others}</select>"
    )


def _is_speaker(recording: LongRecording, number: object) -> bool:
    """Return whether a visitor sent the number of a speaker."""
    return type(number) is int and 1 <= number <= len(recording.timeline.names)
