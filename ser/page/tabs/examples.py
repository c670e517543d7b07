"""Recordings to try with one click when there is no microphone.

They are actors of RAVDESS where its folder is on this machine, and otherwise the synthetic voices
in `examples/`, which `make examples` made. A visitor chooses one by its name in a fixed list, so
nothing else on the disk can be asked for.
"""

import os
import subprocess
import sys
from pathlib import Path

import gradio as gr

from ser.page.tabs import originals
from ser.page.text import ENGLISH

FOLDER = Path(__file__).parents[1] / "static" / "examples"
ACTORS = {
    "angry": "03-01-05-02-01-01-03",
    "sad": "03-01-04-02-01-01-12",
    "happy": "03-01-03-02-02-01-08",
}


def download() -> None:
    """With SER_DOWNLOAD=1, begin to fetch RAVDESS to `originals.folder()`; the page works on."""
    folder = originals.folder()
    if os.environ.get("SER_DOWNLOAD") == "1" and not folder.exists():
        # A process of its own, whose progress is in the log and which can be taken up again.
        subprocess.Popen([sys.executable, "-m", "ser", "download", str(folder)])


def choices() -> tuple[str, dict[str, Path]]:
    """Return what is offered: its kind, a key of `words.EXAMPLES`, and its files by name."""
    actors = _actors()
    return ("actor", actors) if actors else ("synthetic", _synthetic())


def path(name: str) -> Path:
    """Return the file of an example; KeyError if there is none of that name."""
    return (_synthetic() | _actors())[name]


def build(words) -> gr.HTML:
    """Add the row of examples, in a language's words; it triggers `click` with one's `name`."""

    def show() -> str:
        return _row(words)

    row = gr.HTML(
        _row(words),
        elem_id="examples",
        js_on_load="element.addEventListener('click', event => { const button = "
        "event.target.closest('button'); if (button) trigger('click', {name: button.name}); })",
    )
    if not _actors():
        # They may have come by the next visit.
        gr.on(None, show, None, row, queue=False, show_progress="hidden", api_visibility="private")
    return row


def _synthetic() -> dict[str, Path]:
    return {name: FOLDER / f"{name}.flac" for name in ENGLISH.EXAMPLE_VOICES["synthetic"]}


def _actors() -> dict[str, Path]:
    found = originals.find(ACTORS.values())
    if len(found) < len(ACTORS):
        return {}
    return {name: found[recording] for name, recording in ACTORS.items()}


def _row(words) -> str:
    kind, files = choices()
    buttons = "".join(
        f'<button type="button" name="{name}">{words.EXAMPLE_VOICES[kind][name]}</button>'
        for name in files
    )
    return (
        f'<p title="{words.ABOUT_EXAMPLES[kind]}"><span>{words.EXAMPLES[kind]}</span>{buttons}</p>'
    )
