"""The page: one file a tab, the theme and the words. Only this and app.py know gradio."""

import gradio as gr

from ser.page import analyse, recordings, voice, words
from ser.page.theme import HEAD, THEME

QUEUE = 32  # requests waiting; further ones are told to come back
LARGEST = "100mb"  # of an uploaded file

LAUNCH = {
    "theme": THEME,
    "head": HEAD,
    "max_file_size": LARGEST,
    "share": False,
    "ssr_mode": False,
    "pwa": False,
    "run_history": False,
    "enable_monitoring": False,
    "footer_links": ["api"],
}


def build(recognizer) -> gr.Blocks:
    """Return the page, ready for `launch(**LAUNCH)`."""
    recordings.set_aside()
    with gr.Blocks(
        title=words.TITLE,
        analytics_enabled=False,
        delete_cache=(recordings.FREQUENCY, recordings.AGE),
    ) as page:
        gr.HTML(f"<h1>{words.TITLE}</h1><p>{words.INVITATION}</p>", elem_id="head")
        analyse.build(recognizer)
        gr.HTML(_foot(recognizer), elem_id="foot")
        voice.forget_on_leaving(page)
    return page.queue(max_size=QUEUE)


def _foot(recognizer) -> str:
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
