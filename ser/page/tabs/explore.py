"""The Explore tab: the map of the training clips in several colourings, filtered, with sounds."""

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr
import numpy as np
import plotly.graph_objects as go

from ser.charts import explorer
from ser.charts.style import ACCENT
from ser.errors import SerError
from ser.labels import LABELS
from ser.models.embedding_map import EmbeddingMap, Neighbour
from ser.page.tabs import answers, original_recordings
from ser.page.text import Words

if TYPE_CHECKING:
    from ser.recognizer import Recognizer

MAX_LISTED = 2_000  # recordings offered by name; filters reach the others
MAX_GROUPS = 8  # listed above the map


def build(words: Words, recognizer: "Recognizer", tab: gr.Tab) -> None:
    """Add the content of the tab, whose map is drawn when the tab is first opened."""
    embedding_map = recognizer.embedding_map
    probabilities = recognizer.out_of_fold_probabilities
    predicted = np.array(LABELS)[probabilities.argmax(axis=1)]
    correct = predicted == embedding_map.emotions
    descriptions = _descriptions(words, embedding_map, predicted, probabilities.max(axis=1))
    hover_texts = np.array(
        ["<br>".join([f"<b>{emotion}</b>", *lines]) for emotion, *lines in descriptions]
    )
    recordings = original_recordings.find(embedding_map.names.tolist())
    actors = [str(actor) for actor in np.unique(embedding_map.actors)]

    def draw(colour_by: str, emotion: str, actor: str) -> tuple[str, go.Figure, gr.Dropdown]:
        shown = np.ones(len(correct), bool)
        if emotion:
            shown &= embedding_map.emotions == emotion
        if actor:
            shown &= embedding_map.actors.astype(str) == actor
        groups = explorer.group_clips(words, embedding_map, predicted, colour_by)
        rows = np.flatnonzero(shown)[:MAX_LISTED]
        return (
            _legend(words, groups, shown, correct, embedding_map.actors, colour_by),
            explorer.explorer_figure(words, embedding_map, groups, hover_texts, shown),
            gr.Dropdown(
                [(_name(words, embedding_map.clip(row)), int(row)) for row in rows], value=None
            ),
        )

    def select(row: int | None) -> tuple:
        if not isinstance(row, int) or not 0 <= row < len(correct):
            return gr.skip(), gr.skip()
        html = _clip_html(words, embedding_map, descriptions[row], row, bool(recordings))
        return html, _samples(words, recordings.get(str(embedding_map.names[row])))

    def select_clicked(event: gr.EventData) -> tuple:
        return select(event.row)

    with gr.Column(elem_id="explore"):
        with gr.Row(elem_id="explore-controls"):
            colour_by = gr.Dropdown(
                [(name, value) for value, name in words.COLOURS.items()],
                value="emotion",
                label=words.COLOUR_BY,
                filterable=False,
                min_width=150,
            )
            emotion = gr.Dropdown(
                [(words.ANY_EMOTION, "")]
                + [
                    (words.EMOTIONS[label], label)
                    for label in LABELS
                    if label in embedding_map.emotions
                ],
                value="",
                label=words.SHOW_EMOTION,
                min_width=150,
            )
            actor = gr.Dropdown(
                [(words.ANY_ACTOR, ""), *((words.person(name, ""), name) for name in actors)],
                value="",
                label=words.SHOW_ACTOR,
                min_width=150,
            )
            by_name = gr.Dropdown([], value=None, label=words.BY_NAME, min_width=150)
        legend = gr.HTML(elem_id="explore-legend")
        figure = gr.Plot(label=words.EXPLORE, elem_id="explore-map")
        with gr.Row(elem_id="explore-below"):
            selected = gr.HTML(
                _placeholder(words, bool(recordings)),
                elem_id="explore-chosen",
                js_on_load=f"{answers.STATUS_ROLE};"
                "exploreData(element, row => trigger('click', {row}), watch)",
            )
            player = gr.Audio(
                label=words.PLAY,
                interactive=False,
                autoplay=True,
                buttons=[],
                visible=bool(recordings),
                waveform_options=gr.WaveformOptions(waveform_progress_color=ACCENT),
                elem_id="explore-player",
            )
    drawing = {
        "fn": draw,
        "inputs": [colour_by, emotion, actor],
        "outputs": [legend, figure, by_name],
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    tab.select(**drawing)
    gr.on([colour_by.input, emotion.input, actor.input], **drawing)
    selecting = {
        "outputs": [selected, player],
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    selected.click(select_clicked, None, **selecting)
    by_name.input(select, by_name, **selecting)


def _descriptions(
    words: Words, embedding_map: EmbeddingMap, predicted: np.ndarray, confidence: np.ndarray
) -> list[list[str]]:
    """Return the lines that describe each clip, its emotion first and its prediction last."""
    clips = map(embedding_map.clip, range(len(predicted)))
    return [
        [*words.clip_lines(clip), words.prediction(clip.emotion, label, probability)]
        for clip, label, probability in zip(clips, predicted, confidence, strict=True)
    ]


def _legend(
    words: Words,
    groups: Sequence[explorer.Group],
    shown: np.ndarray,
    correct: np.ndarray,
    actors: np.ndarray,
    colour_by: str,
) -> str:
    """List the groups of the clips that are shown, with the accuracy on each.

    shown, correct: masks of the clips, shape (n,).
    """
    if not shown.any():
        return answers.error(words.NOTHING_SHOWN)
    count = f"<p>{words.map_of(int(shown.sum()), len(shown))}. "
    if len(groups) > MAX_GROUPS:
        accuracy = {actor: correct[actors == actor].mean() for actor in np.unique(actors).tolist()}
        return f"{count}{escape(words.actors_accuracy(accuracy))}</p>"
    items = ""
    for group in groups:
        rows = group.rows[shown[group.rows]]
        if len(rows):
            note = "" if colour_by == "right" else f", {words.group_accuracy(correct[rows].mean())}"
            items += (
                f'<li style="--emotion: {group.marker.colour}"><b>{group.name}</b> '
                f"<span>{words.number(len(rows))}{note}</span></li>"
            )
    return f"{count}{words.overall_accuracy(correct[shown].mean())}</p><ul>{items}</ul>"


def _name(words: Words, clip: Neighbour) -> str:
    return f"{clip.name}: {words.EMOTIONS[clip.emotion]}, {words.person(clip.actor, '')}"


def _clip_html(
    words: Words, embedding_map: EmbeddingMap, description: list[str], row: int, playable: bool
) -> str:
    """Describe a clip and list its nearest neighbours, with attributes for explore.js."""
    clip = embedding_map.clip(row)
    items = ""
    for neighbour_row in embedding_map.nearest(row):
        neighbour = embedding_map.clip(neighbour_row)
        items += (
            f'<li><button type="button" data-row="{neighbour_row}" {_attributes(neighbour)} '
            f'title="{escape(neighbour.name)}">'
            f"{answers.clip_caption(words, neighbour)}</button></li>"
        )
    emotion, *lines = map(escape, description)
    return (
        f'<div class="one" {_attributes(clip)}><h2>{words.SELECTED}</h2>'
        f"<p><b>{emotion}</b><br>{'<br>'.join(lines)}</p>"
        f'<p class="name">{escape(clip.name)}</p></div>'
        f'<div class="neighbours"><h2>{words.MOST_SIMILAR}</h2><ol>{items}</ol>'
        f"{_hint(words, playable)}</div>"
    )


def _attributes(clip: Neighbour) -> str:
    position = json.dumps(clip.position.tolist())
    return f'data-position="{position}" {answers.emotion_style(clip.emotion)}'


def _samples(words: Words, path: Path | None) -> tuple[int, np.ndarray] | None:
    """Return a recording for the player; None if it is not here or cannot be read."""
    if path is None:
        return None
    try:
        return original_recordings.read(path)
    except SerError:
        gr.Info(words.UNREADABLE)
        return None


def _placeholder(words: Words, playable: bool) -> str:
    hint = _hint(words, playable)
    return f'<div class="one"><p class="waiting">{words.EXPLORE_HINT}</p>{hint}</div>'


def _hint(words: Words, playable: bool) -> str:
    return "" if playable else f'<p class="hint">{words.NO_ORIGINALS}</p>'
