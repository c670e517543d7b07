"""The tab that says how good the answers are: each figure with a plain sentence before it.

Everything is from metrics.json. Artifacts that someone made from recordings of their own may lack
parts of it: a section appears when its figures exist.
"""

from html import escape

import gradio as gr
import numpy as np

from ser.charts import evaluation
from ser.labels import LABELS
from ser.page import snippets


def build(words, recognizer) -> None:
    """Add the content of the tab to the surrounding Blocks.

    words: the table in one language.
    """
    metrics = recognizer.metrics
    protocols = metrics["protocols"]
    actors = protocols["actors"]
    corpora = protocols.get("cross_corpus", {})
    with gr.Column(elem_id="quality"):
        with gr.Row():
            _section(
                "often",
                words.HOW_OFTEN,
                words.how_often(protocols, len(actors["per_class_recall"])),
                evaluation.protocols(words, metrics),
            )
            explained = "".join(
                f"<dt>{name}</dt><dd>{text}</dd>"
                for protocol, (name, text) in words.PROTOCOLS.items()
                if protocols.get(protocol)
            )
            _card("protocols", f"<h2>{words.EXPLAINED}</h2><dl>{explained}</dl>")
        with gr.Row():
            _section(
                "confusion",
                words.CONFUSED,
                words.most_mistaken(*_most_mistaken(actors["confusion"])),
                evaluation.confusion(words, actors["confusion"]),
            )
            _section(
                "recalls",
                words.EACH_EMOTION,
                words.easiest(actors["per_class_recall"]),
                evaluation.recalls(words, actors["per_class_recall"]),
            )
        with gr.Row():
            _section(
                "actors",
                words.EACH_ACTOR,
                words.spread(actors["per_actor"]),
                evaluation.actors(words, actors["per_actor"]),
            )
            if measured := actors.get("reliability"):
                _section(
                    "reliability",
                    words.CALIBRATION,
                    words.calibrated(actors["ece"]),
                    evaluation.reliability(words, measured),
                )
        if any(result.get("groups") for result in corpora.values()):
            with gr.Row():
                figure = evaluation.people(words, corpora)
                _section("people", words.PEOPLE, words.PEOPLE_OVERLAP, figure)
        with gr.Row():
            for name, title, lines in (
                ("limits", words.LIMITS, words.LIMITS_LIST),
                ("law", words.LAW, words.LAW_LIST),
                ("data", words.DATA, words.DATA_LIST),
            ):
                items = "".join(f"<li>{line}</li>" for line in lines)
                _card(name, f"<h2>{title}</h2><ul>{items}</ul>")
        gr.HTML(_programs(words), elem_id="programs", js_on_load=_OWN_ADDRESS)


_OWN_ADDRESS = (
    "element.querySelectorAll('code').forEach(code => { code.textContent = "
    f"code.textContent.replaceAll('{snippets.ADDRESS}', location.origin); }});"
)


def _section(name: str, title: str, text: str, figure) -> None:
    with gr.Column(elem_classes="card", elem_id=f"quality-{name}", min_width=340):
        gr.HTML(f"<h2>{title}</h2><p>{escape(text)}</p>")
        gr.Plot(figure, label=title, container=False)


def _card(name: str, content: str) -> None:
    with gr.Column(elem_classes="card", elem_id=f"quality-{name}", min_width=340):
        gr.HTML(content)


def _most_mistaken(confusion: list[list[int]]) -> tuple[str, str, float]:
    counts = np.array(confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    np.fill_diagonal(shares, 0)
    acted, heard = np.unravel_index(np.argmax(shares), shares.shape)
    return LABELS[acted], LABELS[heard], float(shares[acted, heard])


def _programs(words) -> str:
    shown = "".join(
        f"<h3>{title}</h3><pre tabindex='0'><code>{escape(snippet)}</code></pre>"
        for title, snippet in (
            (words.FROM_PYTHON, snippets.PYTHON),
            (words.FROM_SHELL, snippets.CURL),
        )
    )
    return f"<details><summary>{words.FROM_PROGRAMS}</summary>{shown}</details>"
