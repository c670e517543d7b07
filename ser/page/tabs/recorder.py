"""The boxes that take a recording, from a microphone, a file or the API, and a voice profile."""

import gradio as gr
from gradio.components import Component
from gradio.data_classes import FileData
from pydantic import ValidationInfo, model_validator

from ser.charts.style import ACCENT

# For programs: the page itself sends nothing else.
ONLY_UPLOADS = (
    "Only uploaded recordings are answered, no addresses and no files of the server. Upload the "
    "file, then send the path of the answer; with gradio_client in Python, give "
    'handle_file("voice.wav"), a file of yours, instead of its name or address.'
)


class _Upload(FileData):
    """An uploaded file, with an empty path if a program sent a name or a URL instead."""

    @model_validator(mode="before")
    @classmethod
    def validate_model(cls, value, info: ValidationInfo):
        """Turn a text into a file without a path, where gradio would fail without a message."""
        if isinstance(value, str):
            return {"path": ""}
        return super().validate_model(value, info)


def build(label: str, elem_id: str, large: bool = True) -> gr.Audio:
    """Add the box to the page; the large one is what a tab begins with."""
    return gr.Audio(
        label=label,
        sources=["microphone", "upload"],
        type="filepath",
        buttons=[],
        waveform_options=gr.WaveformOptions(
            waveform_progress_color=ACCENT, trim_region_color=ACCENT
        ),
        elem_id=elem_id,
        elem_classes="large-recorder" if large else None,
    )


def build_for_api() -> gr.Audio:
    """Add an invisible box that rejects what is no upload, with a message."""
    return _of_uploads(gr.Audio(type="filepath", buttons=[], visible=False))


def build_profile_for_api() -> gr.File:
    """Add an invisible box for a voice profile, which rejects what is no upload."""
    return _of_uploads(gr.File(type="filepath", visible=False))


def _of_uploads(box: Component) -> Component:
    """Make a box pass on the path of an upload, unchanged, and reject all else with a message."""

    def preprocess(payload: FileData | None) -> str | None:
        if payload is None:
            return None
        if not payload.path:
            raise gr.Error(ONLY_UPLOADS, print_exception=False)
        return payload.path

    # Not by a subclass: for one, gradio would write a file into this folder.
    box.data_model, box.preprocess = _Upload, preprocess
    return box
