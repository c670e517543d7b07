"""Example recordings for visitors without a microphone.

They are recordings of RAVDESS if it is on this machine, and otherwise the synthetic voices in
`static/examples/`. A visitor chooses one by its name in a fixed list, so that no other file can be
requested.
"""

import os
import subprocess
import sys
from pathlib import Path

import gradio as gr

from ser.page.tabs import original_recordings
from ser.page.text import ENGLISH, Words

FOLDER = Path(__file__).parents[1] / "static" / "examples"
ACTORS = {
    "angry": "03-01-05-02-01-01-03",
    "sad": "03-01-04-02-01-01-12",
    "happy": "03-01-03-02-02-01-08",
}


def download() -> None:
    """With SER_DOWNLOAD=1, start to download RAVDESS, unless its folder exists."""
    folder = original_recordings.folder()
    if os.environ.get("SER_DOWNLOAD") == "1" and not folder.exists():
        # In another process, which logs its progress and can be resumed.
        subprocess.Popen([sys.executable, "-m", "ser", "download", str(folder)])


def choices() -> tuple[str, dict[str, Path]]:
    """Return the kind of the examples, a key of `words.EXAMPLES`, and their files by name."""
    actors = _actors()
    return ("actor", actors) if actors else ("synthetic", _synthetic())


def path(name: str) -> Path:
    """Return the file of an example; KeyError if there is no such name."""
    return (_synthetic() | _actors())[name]


def build(words: Words) -> gr.HTML:
    """Add the row of examples, which triggers `click` with the `name` of one."""

    def update_row() -> str:
        return _row(words)

    row = gr.HTML(
        _row(words),
        elem_id="examples",
        js_on_load="element.addEventListener('click', event => { const button = "
        "event.target.closest('button'); if (button) trigger('click', {name: button.name}); })",
    )
    if not _actors():
        # They may be downloaded by the next visit.
        gr.on(
            None,
            update_row,
            None,
            row,
            queue=False,
            show_progress="hidden",
            api_visibility="private",
        )
    return row


def _synthetic() -> dict[str, Path]:
    return {name: FOLDER / f"{name}.flac" for name in ENGLISH.EXAMPLE_VOICES["synthetic"]}


def _actors() -> dict[str, Path]:
    files = original_recordings.find(ACTORS.values())
    if len(files) < len(ACTORS):
        return {}
    return {name: files[recording] for name, recording in ACTORS.items()}


def _row(words: Words) -> str:
    kind, files = choices()
    buttons = "".join(
        f'<button type="button" name="{name}">{words.EXAMPLE_VOICES[kind][name]}</button>'
        for name in files
    )
    return (
        f'<p title="{words.ABOUT_EXAMPLES[kind]}"><span>{words.EXAMPLES[kind]}</span>{buttons}</p>'
    )
