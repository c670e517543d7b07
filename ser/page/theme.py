"""The look of the page: a theme with fonts from this server, style sheets and scripts."""

import json
from pathlib import Path

import gradio as gr

from ser.audio.formats import SUFFIXES
from ser.audio.sandbox import MAX_BYTES
from ser.page.text import LANGUAGES

FOLDER = Path(__file__).parent / "static"

THEME = gr.themes.Base(
    primary_hue=gr.themes.colors.indigo,
    secondary_hue=gr.themes.colors.indigo,
    neutral_hue=gr.themes.colors.zinc,
    # Two weights: gradio's semibold cut has no Cyrillic.
    font=(gr.themes.LocalFont("IBM Plex Sans", weights=(400, 700)), "system-ui", "sans-serif"),
    font_mono=("ui-monospace", "monospace"),
    radius_size=gr.themes.sizes.radius_lg,
).set(
    body_background_fill="#f7f7f8",
    body_background_fill_dark="#0f0f12",
    block_background_fill="white",
    block_background_fill_dark="#19191d",
    block_border_color="#e6e6ea",
    block_border_color_dark="#2b2b31",
    border_color_primary="#e6e6ea",
    border_color_primary_dark="#2b2b31",
    block_radius="14px",
    block_label_background_fill="transparent",
    block_label_background_fill_dark="transparent",
    block_label_border_width="0px",
    body_text_color_subdued="#66666e",
    body_text_color_subdued_dark="*neutral_400",
)


def _concatenated(pattern: str) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob(pattern)))


def _text_variables() -> str:
    """Return the texts that style sheets show as CSS variables, by language."""
    return "".join(
        f":root:lang({name}) {{ --in-progress: '{words.IN_PROGRESS}'; "
        f"--queue-position: '{words.QUEUE_POSITION}'; }}"
        for name, words in LANGUAGES.items()
    )


def _controls() -> str:
    """Return the labels of gradio's controls for language.js, as JSON by language."""
    return json.dumps({name: words.CONTROLS for name, words in LANGUAGES.items()})


def _uploads() -> str:
    """Return what upload.js accepts and the messages for what it rejects, as JSON."""
    messages = {
        name: {"kind": words.NOT_AUDIO, "large": words.TOO_LARGE}
        for name, words in LANGUAGES.items()
    }
    return json.dumps({"suffixes": SUFFIXES, "bytes": MAX_BYTES, "messages": messages})


# In the head rather than as gradio's `css`, which would be confined to the app's container.
HEAD = (
    f"<style>{_text_variables()}</style>"
    f"<script>const CONTROLS = {_controls()}, UPLOADS = {_uploads()};</script>"
    f"<style>{_concatenated('*.css')}</style><script>{_concatenated('*.js')}</script>"
)
