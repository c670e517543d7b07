"""The box that takes a recording, from a microphone or a file."""

import gradio as gr

from ser.page.theme import ACCENT


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
