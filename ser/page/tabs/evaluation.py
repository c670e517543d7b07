"""The Evaluation tab: the metrics of the classifier, each figure with a sentence before it.

Everything is from metrics.json. Artifacts trained on other recordings may lack parts of it: a
section appears if its metrics exist.
"""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import gradio as gr
import numpy as np
import plotly.graph_objects as go

from ser.charts import evaluation
from ser.labels import LABELS
from ser.page import snippets
from ser.page.text import Words

if TYPE_CHECKING:
    from ser.recognizer import Recognizer

# Replaces the address in the snippets by the page's.
_SHOW_ADDRESS = (
    "element.querySelectorAll('code').forEach(code => { code.textContent = "
    f"code.textContent.replaceAll('{snippets.ADDRESS}', location.origin); }});"
)


def build(words: Words, recognizer: "Recognizer") -> None:
    """Add the content of the tab to the surrounding Blocks."""
    metrics = recognizer.metrics
    protocols = metrics["protocols"]
    actors = protocols["actors"]
    corpora = protocols.get("cross_corpus", {})
    with gr.Column(elem_id="quality"):
        with gr.Row():
            _section(
                "often",
                words.ACCURACY_TITLE,
                words.accuracy_summary(protocols, len(actors["per_class_recall"])),
                evaluation.protocols(words, metrics),
            )
            protocol_list = "".join(
                f"<dt>{name}</dt><dd>{text}</dd>"
                for protocol, (name, text) in words.PROTOCOLS.items()
                if protocols.get(protocol)
            )
            _card("protocols", f"<h2>{words.PROTOCOLS_TITLE}</h2><dl>{protocol_list}</dl>")
        with gr.Row():
            _section(
                "confusion",
                words.CONFUSED,
                words.most_frequent_confusion(*_most_frequent_confusion(actors["confusion"])),
                evaluation.confusion_matrix(words, actors["confusion"]),
            )
            _section(
                "recalls",
                words.EACH_EMOTION,
                words.best_and_worst_recall(actors["per_class_recall"]),
                evaluation.recalls(words, actors["per_class_recall"]),
            )
        with gr.Row():
            _section(
                "actors",
                words.EACH_ACTOR,
                words.accuracy_range(actors["per_actor"]),
                evaluation.actors(words, actors["per_actor"]),
            )
            if bins := actors.get("reliability"):
                _section(
                    "reliability",
                    words.CALIBRATION,
                    words.calibration_error(actors["ece"]),
                    evaluation.reliability(words, bins),
                )
        if any(result.get("groups") for result in corpora.values()):
            with gr.Row():
                figure = evaluation.speaker_groups(words, corpora)
                _section("people", words.SPEAKER_GROUPS_TITLE, words.SPEAKER_GROUPS_NOTE, figure)
        with gr.Row():
            for name, title, lines in (
                ("limits", words.LIMITS, words.LIMITS_LIST),
                ("law", words.LAW, words.LAW_LIST),
                ("data", words.DATA, words.DATA_LIST),
            ):
                items = "".join(f"<li>{line}</li>" for line in lines)
                _card(name, f"<h2>{title}</h2><ul>{items}</ul>")
        gr.HTML(_programs(words), elem_id="programs", js_on_load=_SHOW_ADDRESS)


def _section(name: str, title: str, text: str, figure: go.Figure) -> None:
    with gr.Column(elem_classes="card", elem_id=f"quality-{name}", min_width=340):
        gr.HTML(f"<h2>{title}</h2><p>{escape(text)}</p>")
        gr.Plot(figure, label=title, container=False)


def _card(name: str, content: str) -> None:
    with gr.Column(elem_classes="card", elem_id=f"quality-{name}", min_width=340):
        gr.HTML(content)


def _most_frequent_confusion(confusion: Sequence[Sequence[int]]) -> tuple[str, str, float]:
    """Return the acted and the predicted label, and how often the one is taken for the other."""
    counts = np.array(confusion)
    fractions = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    np.fill_diagonal(fractions, 0)
    acted, predicted = np.unravel_index(np.argmax(fractions), fractions.shape)
    return LABELS[acted], LABELS[predicted], float(fractions[acted, predicted])


def _programs(words: Words) -> str:
    examples = "".join(
        f"<h3>{title}</h3><pre tabindex='0'><code>{escape(snippet)}</code></pre>"
        for title, snippet in (
            (words.FROM_PYTHON, snippets.PYTHON),
            (words.FROM_SHELL, snippets.CURL),
        )
    )
    return f"<details><summary>{words.FROM_PROGRAMS}</summary>{examples}</details>"
