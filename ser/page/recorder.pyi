"""The box that takes a recording, from a microphone or a file."""

import gradio as gr
from gradio.data_classes import FileData
from pydantic import ValidationInfo, model_validator

from ser.page.theme import ACCENT

# For programs: the page itself sends nothing else.
ONLY_UPLOADS = (
    "Only uploaded recordings are answered, no addresses and no files of the server. Upload the "
    "recording, then send the path of the answer; with gradio_client in Python, give "
    'handle_file("voice.wav"), a file of yours, instead of its name or address.'
)

class _Upload(FileData):
    """An uploaded file, or in place of one what a program sent instead: a name or an address."""

    @model_validator(mode="before")
    @classmethod
    def validate_model(cls, value, info: ValidationInfo):
        """Take a text for a file without a path, where gradio would fail without a word."""
        if isinstance(value, str):
            return {"path": ""}
        return super().validate_model(value, info)

class Recording(gr.Audio):
    """An audio box that tells a program which sends no upload what is needed."""

    is_template = True  # To the browser it is gradio's own.
    data_model = _Upload

    def preprocess(self, payload: FileData | None) -> str | None:
        """Return the path of the uploaded file, None if there is none."""
        if payload is not None and not payload.path:
            raise gr.Error(ONLY_UPLOADS, print_exception=False)
        return super().preprocess(payload)
    from typing import Callable, Literal, Sequence, Any, TYPE_CHECKING
    from gradio.blocks import Block
    if TYPE_CHECKING:
        from gradio.components import Timer
        from gradio.components.base import Component

def build(label: str, name: str) -> gr.Audio:
    """Add the box; name is its id in the page."""
    return Recording(
        label=label,
        sources=["microphone", "upload"],
        type="filepath",
        buttons=[],
        waveform_options=gr.WaveformOptions(
            waveform_progress_color=ACCENT, trim_region_color=ACCENT
        ),
        elem_id=name,
    )
