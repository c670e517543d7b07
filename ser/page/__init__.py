"""The page: one module a tab, a theme, and texts in each language."""

from typing import TYPE_CHECKING

import gradio as gr

from ser.audio.sandbox import MAX_BYTES
from ser.page import session
from ser.page.server import uploads, zerogpu
from ser.page.server.language import BELOW_ROOT, language_links
from ser.page.tabs import act, analyse, api, evaluation, examples, explore, live, timeline
from ser.page.text import ENGLISH, Words
from ser.page.theme import HEAD, THEME

if TYPE_CHECKING:
    from ser.recognizer import Recognizer

QUEUE_SIZE = 32  # waiting requests; further ones are rejected
LAUNCH = {
    "theme": THEME,
    "head": HEAD,
    "max_file_size": MAX_BYTES,
    "share": False,
    "ssr_mode": False,
    "pwa": False,
    "run_history": False,
    "show_error": False,
    "allowed_paths": [],
    "enable_monitoring": False,
    "footer_links": ["api"],
}


def build(recognizer: "Recognizer") -> gr.Blocks:
    """Return the page in every language, ready for `launch(**LAUNCH)`."""
    uploads.prepare_folder()
    examples.download()
    cpu_recognizer = recognizer.to("cpu") if zerogpu.available() else recognizer
    with gr.Blocks(
        title=ENGLISH.TITLE,
        analytics_enabled=False,
        delete_cache=(uploads.FREQUENCY, uploads.AGE),
    ) as page:
        _add_tabs(ENGLISH, recognizer, cpu_recognizer)
        api.build(recognizer, cpu_recognizer)
        session.delete_on_unload(page)
    for name, words in BELOW_ROOT.items():
        with page.route(words.LANGUAGE, name):
            _add_tabs(words, recognizer, cpu_recognizer)
    return page.queue(max_size=QUEUE_SIZE, api_open=False)


def _add_tabs(words: Words, recognizer: "Recognizer", cpu_recognizer: "Recognizer") -> None:
    """Add the page in one language to the surrounding Blocks: head, tabs and foot."""
    gr.HTML(_head(words), elem_id="head")
    speaker = session.session_state()
    with gr.Tabs(elem_id="tabs"):
        with gr.Tab(words.ANALYSE, id="analyse"):
            analyse.build(words, recognizer, speaker)
        with gr.Tab(words.ACT, id="act-tab"):
            act.build(words, recognizer, speaker)
        with gr.Tab(words.LIVE, id="live"):
            live.build(words, cpu_recognizer, speaker)
        with gr.Tab(words.LONG, id="long"):
            timeline.build(words, cpu_recognizer, speaker)
        with gr.Tab(words.EXPLORE, id="explore-tab") as tab:
            explore.build(words, recognizer, tab)
        with gr.Tab(words.QUALITY, id="quality-tab"):
            evaluation.build(words, recognizer)
    gr.HTML(_foot(words, recognizer), elem_id="foot")


def _head(words: Words) -> str:
    return (
        f"<h1>{words.TITLE}</h1><p>{words.INVITATION}</p>{language_links(words)}"
        f'<button type="button" id="present" aria-keyshortcuts="Alt+P" aria-pressed="false" '
        f'title="{words.PRESENT_HOW}">{words.PRESENT}</button>'
    )


def _foot(words: Words, recognizer: "Recognizer") -> str:
    protocols = recognizer.metrics["protocols"]
    actors = protocols["actors"]
    accuracy = words.speaker_independent_accuracy(actors["ua"], len(actors["per_class_recall"]))
    # Artifacts trained on other recordings were not evaluated on CREMA-D.
    if crema_d := protocols.get("cross_corpus", {}).get("crema_d"):
        ua, human_ua = crema_d["unknown_speaker"]["ua"], crema_d["human_listeners"]["ua"]
        accuracy += " " + words.cross_corpus_accuracy(ua, human_ua)
    return (
        f"<p>{words.NOTICE}</p><p>{accuracy} {words.device(recognizer.device)}</p>"
        f"<p>{words.PRIVACY}</p>"
    )
