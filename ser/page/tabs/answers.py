"""The HTML of an answer: its sentence, the nearest recordings, error messages."""

import json
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

import gradio as gr

from ser.charts.style import MARKERS
from ser.models.embedding_map import Neighbour
from ser.page.text import Words

if TYPE_CHECKING:
    from ser.recognizer import Analysis

STATUS_ROLE = "element.setAttribute('role', 'status')"  # screen readers announce its changes


def placeholder(words: Words) -> str:
    """Return what stands in place of the answer before the first recording."""
    return f'<p class="waiting">{words.WAITING}</p>'


def no_neighbours(words: Words) -> str:
    """Return what stands in place of the nearest recordings before the first recording."""
    return f'<h2>{words.NEIGHBOURS}</h2><p class="waiting">{words.NO_NEIGHBOURS}</p>'


def answer(words: Words, analysis: "Analysis") -> str:
    """Return the answer in a sentence, and the result as JSON for saving.js."""
    sentence, emotions = words.verdict(analysis)
    if not emotions:
        return error(sentence)
    probabilities = ", ".join(
        f"{words.EMOTIONS[label]} {words.percent(probability)}"
        for label, probability in analysis.probabilities.items()
    )
    remark = words.why_unsure(analysis) or words.quality(analysis.clip)
    return (
        f"<p class='verdict' data-result='{_json_attribute(analysis.to_json())}'>"
        f"{with_emotions(words, sentence, emotions)}</p>"
        f'<p class="quality">{escape(remark)}</p>'
        f'<p class="for-screen-readers">{probabilities}</p>'
    )


def with_emotions(words: Words, sentence: str, emotions: Iterable[str]) -> str:
    """Fill the `{}` of a sentence with emotions, each in its colour."""
    return sentence.format(
        *(f"<strong {emotion_style(label)}>{words.SOUNDS[label]}</strong>" for label in emotions)
    )


def error(message: str) -> str:
    """Return an error message."""
    return f'<p class="sorry">{escape(message)}</p>'


def neighbours(words: Words, clips: Iterable[Neighbour], clip_update: dict[str, list]) -> str:
    """Return the list of the nearest training clips, and what map.js changes of the map."""
    items = "".join(
        f'<li {emotion_style(clip.emotion)} title="{escape(clip.name)}">'
        f"{clip_caption(words, clip)}</li>"
        for clip in clips
    )
    update = _json_attribute(clip_update)
    return f"<h2>{words.NEIGHBOURS}</h2><ol data-clip='{update}'>{items}</ol>"


def _json_attribute(value: dict) -> str:
    """Return a value as short JSON for an attribute in single quotes."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return escape(text, quote=False).replace("'", "&#39;")


def clip_caption(words: Words, clip: Neighbour) -> str:
    """Return the emotion and the actor of a training clip."""
    person = escape(words.person(clip.actor, clip.sex))
    return f"<b>{words.EMOTIONS[clip.emotion]}</b> <span>{person}</span>"


def microphone_errors(words: Words, elem_id: str) -> gr.HTML:
    """Add the reasons for a missing microphone; a style sheet shows the one that applies."""
    reasons = "".join(
        f'<p class="{reason}" role="alert">{escape(text)}</p>'
        for reason, text in words.MICROPHONE.items()
    )
    return gr.HTML(reasons, elem_id=elem_id, elem_classes="microphone-errors")


def emotion_style(label: str) -> str:
    """Return the attribute that sets the colour of an emotion for a style sheet."""
    return f'style="--emotion: {MARKERS[label].colour}"'
