"""The page: one file a tab, the theme and the words. Only this and app.py know gradio."""

import gradio as gr

from ser.bounded import MAX_BYTES
from ser.page import (
    analyse,
    api,
    examples,
    explore,
    live,
    long,
    quality,
    recordings,
    voice,
    zerogpu,
)
from ser.page.language import OTHERS, switch
from ser.page.theme import HEAD, THEME
from ser.page.words import ENGLISH

QUEUE = 32  # requests waiting; further ones are told to come back
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


def build(recognizer) -> gr.Blocks:
    """Return the page in every language, ready for `launch(**LAUNCH)`."""
    recordings.set_aside()
    examples.download()
    steady = recognizer.on("cpu") if zerogpu.lent() else recognizer
    with gr.Blocks(
        title=ENGLISH.TITLE,
        analytics_enabled=False,
        delete_cache=(recordings.FREQUENCY, recordings.AGE),
    ) as page:
        _fill(ENGLISH, recognizer, steady)
        api.build(recognizer, steady)
        voice.forget_on_leaving(page)
    for name, words in OTHERS.items():
        with page.route(words.LANGUAGE, name):
            _fill(words, recognizer, steady)
    return page.queue(max_size=QUEUE, api_open=False)


def _fill(words, recognizer, steady) -> None:
    gr.HTML(_head(words), elem_id="head")
    known = voice.remembered()
    with gr.Tabs(elem_id="tabs"):
        with gr.Tab(words.ANALYSE, id="analyse"):
            analyse.build(words, recognizer, known)
        with gr.Tab(words.LIVE, id="live"):
            live.build(words, steady, known)
        with gr.Tab(words.LONG, id="long"):
            long.build(words, steady)
        with gr.Tab(words.EXPLORE, id="explore-tab") as tab:
            explore.build(words, recognizer, tab)
        with gr.Tab(words.QUALITY, id="quality-tab"):
            quality.build(words, recognizer)
    gr.HTML(_foot(words, recognizer), elem_id="foot")


def _head(words) -> str:
    return (
        f"<h1>{words.TITLE}</h1><p>{words.INVITATION}</p>{switch(words)}"
        f'<button type="button" id="present" aria-keyshortcuts="Alt+P" aria-pressed="false" '
        f'title="{words.PRESENT_HOW}">{words.PRESENT}</button>'
    )


def _foot(words, recognizer) -> str:
    protocols = recognizer.metrics["protocols"]
    result = protocols["actors"]
    honesty = words.honesty(result["ua"], len(result["per_class_recall"]))
    # Artifacts that someone trained on their own recordings were not scored on CREMA-D.
    if elsewhere := protocols.get("corpora", {}).get("crema_d"):
        right, people = elsewhere["stranger"]["ua"], elsewhere["listeners"]["ua"]
        honesty += " " + words.strangers(right, people)
    return (
        f"<p>{words.NOTICE}</p><p>{honesty} {words.device(recognizer.device)}</p>"
        f"<p>{words.PRIVACY}</p>"
    )
