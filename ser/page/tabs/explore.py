"""The tab that shows the data set: its map in many colours, filtered, each recording met."""

from html import escape

import gradio as gr
import numpy as np

from ser.charts import explorer
from ser.errors import SerError
from ser.labels import LABELS
from ser.page.tabs import originals
from ser.page.theme import ACCENT

LISTED = 2_000  # recordings offered by name; the filters lead to the others
MOST_GROUPS = 8  # explained one by one above the map


def build(words, recognizer, tab: gr.Tab) -> None:
    """Add the content of the tab, whose map is drawn when the tab is first opened.

    words: the table in one language.
    """
    embedding_map, unseen = recognizer.embedding_map, recognizer.out_of_fold_probabilities
    heard = np.array(LABELS)[unseen.argmax(axis=1)]
    lines = [
        [*words.known_facts(clip), words.recognised(clip.emotion, label, share)]
        for clip, label, share in zip(
            map(embedding_map.clip, range(len(heard))), heard, unseen.max(axis=1), strict=True
        )
    ]
    texts = np.array([f"<b>{first}</b><br>{'<br>'.join(others)}" for first, *others in lines])
    sounds = originals.find(embedding_map.names.tolist())
    actors = [str(actor) for actor in np.unique(embedding_map.actors)]

    def draw(colour: str, emotion: str, actor: str) -> tuple:
        shown = np.ones(len(heard), bool)
        if emotion:
            shown &= embedding_map.emotions == emotion
        if actor:
            shown &= embedding_map.actors.astype(str) == actor
        groups = explorer.grouped(words, embedding_map, heard, colour)
        rows = np.flatnonzero(shown)[:LISTED]
        return (
            _legend(
                words, groups, shown, heard == embedding_map.emotions, embedding_map.actors, colour
            ),
            explorer.explorer(words, embedding_map, groups, texts, shown),
            gr.Dropdown(
                [(_name(words, embedding_map.clip(row)), int(row)) for row in rows], value=None
            ),
        )

    def choose(row: int | None) -> tuple:
        if not isinstance(row, int) or not 0 <= row < len(heard):
            return gr.skip(), gr.skip()
        sound = _sound(words, sounds.get(str(embedding_map.names[row])))
        return _meet(words, embedding_map, lines[row], row, sounds), sound

    def choose_point(event: gr.EventData) -> tuple:
        return choose(event.row)

    with gr.Column(elem_id="explore"):
        with gr.Row(elem_id="explore-controls"):
            colour = gr.Dropdown(
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
                [(words.ANY_ACTOR, "")] + [(words.person(each, ""), each) for each in actors],
                value="",
                label=words.SHOW_ACTOR,
                min_width=150,
            )
            by_name = gr.Dropdown([], value=None, label=words.BY_NAME, min_width=150)
        legend = gr.HTML(elem_id="explore-legend")
        figure = gr.Plot(label=words.EXPLORE, elem_id="explore-map")
        with gr.Row(elem_id="explore-below"):
            chosen = gr.HTML(
                _waiting(words, bool(sounds)),
                elem_id="explore-chosen",
                js_on_load="element.setAttribute('role', 'status');"
                "exploreData(element, row => trigger('click', {row}), watch)",
            )
            player = gr.Audio(
                label=words.PLAY,
                interactive=False,
                autoplay=True,
                buttons=[],
                visible=bool(sounds),
                waveform_options=gr.WaveformOptions(waveform_progress_color=ACCENT),
                elem_id="explore-player",
            )
    drawing = {
        "fn": draw,
        "inputs": [colour, emotion, actor],
        "outputs": [legend, figure, by_name],
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    tab.select(**drawing)
    gr.on([colour.input, emotion.input, actor.input], **drawing)
    for event, function, inputs in (
        (chosen.click, choose_point, None),
        (by_name.input, choose, by_name),
    ):
        event(
            function,
            inputs,
            [chosen, player],
            show_progress="hidden",
            api_visibility="private",
        )


def _legend(words, groups, shown: np.ndarray, right: np.ndarray, actors, colour: str) -> str:
    if not shown.any():
        return f'<p class="sorry">{words.NOTHING_SHOWN}</p>'
    said = f"<p>{words.map_of(int(shown.sum()), len(shown))}. "
    if len(groups) > MOST_GROUPS:
        share = {actor: right[actors == actor].mean() for actor in np.unique(actors).tolist()}
        return f"{said}{escape(words.actors_right(share))}</p>"
    items = ""
    for group in groups:
        rows = group.rows[shown[group.rows]]
        if len(rows):
            share = "" if colour == "right" else f", {words.group_right(right[rows].mean())}"
            items += (
                f'<li style="--emotion: {group.marker.colour}"><b>{group.name}</b> '
                f"<span>{words.number(len(rows))}{share}</span></li>"
            )
    return f"{said}{words.overall_right(right[shown].mean())}</p><ul>{items}</ul>"


def _name(words, clip) -> str:
    return f"{clip.name}: {words.EMOTIONS[clip.emotion]}, {words.person(clip.actor, '')}"


def _meet(words, embedding_map, lines: list[str], row: int, sounds: dict) -> str:
    clip = embedding_map.clip(row)
    near = "".join(
        f'<li><button type="button" data-row="{other}" data-x="{alike.position[0]}" data-y="{alike.position[1]}" '
        f'style="--emotion: {_colour(alike)}" title="{escape(alike.name)}">'
        f"<b>{words.EMOTIONS[alike.emotion]}</b> "
        f"<span>{escape(words.person(alike.actor, alike.sex))}</span></button></li>"
        for other, alike in (
            (other, embedding_map.clip(other)) for other in embedding_map.nearest(row)
        )
    )
    hint = "" if sounds else f'<p class="hint">{words.NO_ORIGINALS}</p>'
    emotion, *others = (escape(line) for line in lines)
    return (
        f'<div class="one" data-x="{clip.position[0]}" data-y="{clip.position[1]}" '
        f'style="--emotion: {_colour(clip)}"><h2>{words.CHOSEN}</h2>'
        f"<p><b>{emotion}</b><br>{'<br>'.join(others)}</p>"
        f'<p class="name">{escape(clip.name)}</p></div>'
        f'<div class="alike"><h2>{words.ALIKE}</h2><ol>{near}</ol>{hint}</div>'
    )


def _sound(words, path) -> tuple | None:
    if path is None:
        return None
    try:
        return originals.read(path)
    except SerError:
        gr.Info(words.UNREADABLE)
        return None


def _waiting(words, sounds: bool) -> str:
    hint = "" if sounds else f'<p class="hint">{words.NO_ORIGINALS}</p>'
    return f'<div class="one"><p class="waiting">{words.POINT_AT}</p>{hint}</div>'


def _colour(clip) -> str:
    return explorer.MARKERS[clip.emotion].colour
