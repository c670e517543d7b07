"""The page: one file a tab, the theme and the words. Only this and app.py know gradio."""

import gradio as gr

from ser.audio.sandbox import MAX_BYTES
from ser.page import session
from ser.page.server import uploads, zerogpu
from ser.page.server.language import OTHERS, switch
from ser.page.tabs import analyse, api, evaluation, examples, explore, live, timeline
from ser.page.text import ENGLISH
from ser.page.theme import HEAD, THEME

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
    uploads.set_aside()
    examples.download()
    cpu_recognizer = recognizer.to("cpu") if zerogpu.lent() else recognizer
    with gr.Blocks(
        title=ENGLISH.TITLE,
        analytics_enabled=False,
        delete_cache=(uploads.FREQUENCY, uploads.AGE),
    ) as page:
        _fill(ENGLISH, recognizer, cpu_recognizer)
        api.build(recognizer, cpu_recognizer)
        session.forget_on_leaving(page)
    for name, words in OTHERS.items():
        with page.route(words.LANGUAGE, name):
            _fill(words, recognizer, cpu_recognizer)
    return page.queue(max_size=QUEUE, api_open=False)


def _fill(words, recognizer, cpu_recognizer) -> None:
    gr.HTML(_head(words), elem_id="head")
    known = session.remembered()
    with gr.Tabs(elem_id="tabs"):
        with gr.Tab(words.ANALYSE, id="analyse"):
            analyse.build(words, recognizer, known)
        with gr.Tab(words.LIVE, id="live"):
            live.build(words, cpu_recognizer, known)
        with gr.Tab(words.LONG, id="long"):
            timeline.build(words, cpu_recognizer)
        with gr.Tab(words.EXPLORE, id="explore-tab") as tab:
            explore.build(words, recognizer, tab)
        with gr.Tab(words.QUALITY, id="quality-tab"):
            evaluation.build(words, recognizer)
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
    if elsewhere := protocols.get("cross_corpus", {}).get("crema_d"):
        right, people = elsewhere["unknown_speaker"]["ua"], elsewhere["human_listeners"]["ua"]
        honesty += " " + words.strangers(right, people)
    return (
        f"<p>{words.NOTICE}</p><p>{honesty} {words.device(recognizer.device)}</p>"
        f"<p>{words.PRIVACY}</p>"
    )
