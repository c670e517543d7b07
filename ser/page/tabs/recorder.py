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


def for_programs() -> gr.Audio:
    """Add an audio box that is not seen and tells programs which send no upload what is needed."""
    box = gr.Audio(type="filepath", buttons=[], visible=False)
    own = box.preprocess

    def preprocess(payload: FileData | None) -> str | None:
        if payload is not None and not payload.path:
            raise gr.Error(ONLY_UPLOADS, print_exception=False)
        return own(payload)

    # Not in a class of its own: for one, gradio would write a file beside this one.
    box.data_model, box.preprocess = _Upload, preprocess
    return box


def build(label: str, name: str) -> gr.Audio:
    """Add the box; name is its id in the page."""
    return gr.Audio(
        label=label,
        sources=["microphone", "upload"],
        type="filepath",
        buttons=[],
        waveform_options=gr.WaveformOptions(
            waveform_progress_color=ACCENT, trim_region_color=ACCENT
        ),
        elem_id=name,
    )
