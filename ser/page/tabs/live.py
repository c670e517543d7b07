"""The Live tab: bars and a position on the map, twice a second while somebody speaks.

The microphone's audio comes in chunks of half a second. Its last three seconds are the session's
state and are analysed like any recording. The browser gets a few numbers, by which live.js moves
what was drawn once: the bars, and a dot on the map with its trail.

The answers are adapted to the session's speaker, but do not update it: overlapping windows are the
same speech again and again, and would soon outweigh the recordings and bias the speaker's
statistics towards the emotion of the last sentence. Only the answer at which the visitor stops can
be corrected; the others last half a second.
"""

import logging
from contextlib import suppress
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr
import numpy as np

from ser.audio.sandbox import open_recording
from ser.charts import map_chart
from ser.errors import SerError
from ser.labels import LABELS, NO_VOICE
from ser.models.speaker import Features
from ser.page import symbols
from ser.page.session import TIME_TO_LIVE, SessionSpeaker
from ser.page.tabs import answers
from ser.page.teaching import correction, voice_line
from ser.page.text import Words

if TYPE_CHECKING:
    from ser.recognizer import Analysis, Recognizer

STREAM_EVERY = 0.5  # s between answers
WINDOW = 3.0  # s of audio that an answer is based on
TIME_LIMIT = 120  # s after which a stream ends
CONCURRENCY = 6  # visitors at a time
MAP_HEIGHT = 484  # px, as in live.css
TRAIL = 10  # earlier positions drawn on the map
RECENT = 8  # answers of which one can be corrected: some may arrive after the browser has stopped

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Window:
    """The latest audio of a session, at most WINDOW seconds.

    Attributes:
        sampling_rate: in Hz; 0 before the first chunk.
        samples: mono, float32, shape (samples,).
    """

    sampling_rate: int = 0
    samples: np.ndarray = field(default_factory=lambda: np.empty(0, np.float32))

    def append(self, sampling_rate: int, samples: np.ndarray) -> "Window":
        """Return the window after a further chunk, float32 of shape (samples,)."""
        if sampling_rate == self.sampling_rate:
            samples = np.concatenate([self.samples, samples])
        latest = samples[-int(WINDOW * sampling_rate) :]
        return Window(sampling_rate, latest)


def build(words: Words, recognizer: "Recognizer", speaker: gr.State) -> None:
    """Add the tab to the surrounding Blocks.

    Args:
        words: the texts in one language.
        recognizer: answers the windows.
        speaker: the `SessionSpeaker`, which is used, and updated by a correction only.
    """

    def analyse_chunk(
        chunk: str, window: Window, speaker: SessionSpeaker, answered: dict[str, Features]
    ) -> tuple[dict, Window, dict[str, Features]]:
        chunk_id = Path(chunk).parent.name  # by which the browser recognises the chunk
        analysis = None
        try:
            window = _append_and_delete(window, chunk)
            analysis = recognizer.analyse((window.sampling_rate, window.samples), speaker.after)
        except SerError:
            pass  # Silence, for instance; the stream goes on.
        except Exception:
            log.exception("the page could not analyse a live chunk")
        if analysis is None or analysis.verdict == NO_VOICE:
            return _no_voice(words, chunk_id), window, answered
        position = map_chart.relative_position(
            recognizer.embedding_map, analysis.place.position
        ).tolist()
        recent = list(answered.items())[1 - RECENT :]
        answered = dict(recent) | {chunk_id: analysis.features}
        return _update(words, chunk_id, analysis, position), window, answered

    def start() -> tuple[Window, dict, str]:
        return Window(), {}, ""

    def stop(answered: dict[str, Features]) -> tuple[Window, str]:
        menu = correction.menu(words, recognizer.emotions, hint=words.LIVE_IT_WAS_HINT)
        return Window(), menu if answered else ""

    window = gr.State(Window(), time_to_live=TIME_LIMIT)
    answered = gr.State({}, time_to_live=TIME_TO_LIVE)
    with gr.Row(elem_id="live", equal_height=False):
        with gr.Column(scale=5, min_width=340):
            microphone = gr.Audio(
                label=words.MICROPHONE_LABEL,
                sources=["microphone"],
                streaming=True,
                type="filepath",
                buttons=[],
                waveform_options=gr.WaveformOptions(show_recording_waveform=False),
                elem_id="live-sound",
            )
            answers.microphone_errors(words, "live-microphone")
            answer = gr.HTML(
                None,
                html_template=_template(words),
                js_on_load="updateLive(element, props, watch)",
                elem_id="live-moment",
                states=words.LIVE_STATES,
                left=words.LIVE_LEFT,
                limit=TIME_LIMIT,
            )
            menu = correction.build_for_answers(
                recognizer.emotions,
                speaker,
                answered,
                "live-correction",
                "document.querySelector('#live-moment [data-chunk]')?.dataset.chunk",
            )
        with gr.Column(scale=6, min_width=340, elem_id="live-place"):
            figure = map_chart.map_figure(words, recognizer.embedding_map).update_layout(
                height=MAP_HEIGHT
            )
            gr.Plot(figure, label=words.LIVE_MAP)
            gr.HTML(_trail(), elem_id="live-trail")
            gr.HTML(f"<p>{words.LIVE_NOTE}</p>", elem_id="live-note")
            voice_line.build(words, recognizer, speaker, "live-voice")
    microphone.stream(
        analyse_chunk,
        [microphone, window, speaker, answered],
        [answer, window, answered],
        stream_every=STREAM_EVERY,
        time_limit=TIME_LIMIT,
        concurrency_limit=CONCURRENCY,
        concurrency_id="live",
        show_progress="hidden",
        api_visibility="private",
    )
    # gradio 6.31's recorder does not get stream_every and would send ten chunks a second.
    microphone.start_recording(
        None,
        None,
        microphone,
        js=f"() => ({{__type__: 'update', stream_every: {STREAM_EVERY}}})",
        api_visibility="private",
    )
    microphone.start_recording(start, None, [window, answered, menu], **voice_line.FOLLOWING)
    microphone.stop_recording(stop, answered, [window, menu], **voice_line.FOLLOWING)


def _append_and_delete(window: Window, chunk: str) -> Window:
    """Return the window with the audio of a chunk's file, and delete the file and its folder."""
    try:
        with open_recording(chunk) as sound:
            return window.append(sound.sampling_rate, np.concatenate(list(sound.blocks)))
    finally:
        # Two silent chunks may be one file, which another visitor deleted first.
        with suppress(OSError):
            Path(chunk).unlink()
            Path(chunk).parent.rmdir()


def _no_voice(words: Words, chunk_id: str) -> dict:
    """Return the update for live.js after a chunk without a voice."""
    return {"chunk": chunk_id, "sentence": words.IN_PROGRESS}


def _update(words: Words, chunk_id: str, analysis: "Analysis", position: list[float]) -> dict:
    """Return the update for live.js; the position is in fractions of the map's axes."""
    probabilities = list(analysis.probabilities.values())
    return {
        "chunk": chunk_id,
        "sentence": answers.with_emotions(words, *words.live_sentence(analysis)),
        "probabilities": probabilities,
        "texts": [words.percent(probability) for probability in probabilities],
        "likeliest": LABELS.index(analysis.label),
        "position": position,
    }


def _template(words: Words) -> str:
    """Return what live.js updates: the state, the sentence and the bars."""
    bars = "".join(
        f"<li {answers.emotion_style(label)}>{symbols.svg(label)}"
        f"<span>{escape(words.EMOTIONS[label])}</span>"
        '<span class="track"><span class="bar"></span></span>'
        '<span class="probability"></span></li>'
        for label in LABELS
    )
    return (
        '<p class="state"><span class="indicator"></span>'
        f'<span role="status">{words.LIVE_STATES["off"]}</span>'
        '<span class="left" aria-hidden="true"></span></p>'
        f'<p class="sentence"><span>{words.LIVE_INVITATION}</span></p>'
        f'<ol class="bars" aria-label="{words.PROBABILITIES}">{bars}</ol>'
    )


def _trail() -> str:
    """Return the trail, a line between successive positions, and the dot in every symbol."""
    return (
        '<svg class="trail" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">'
        + "<line/>" * TRAIL
        + '</svg><div class="dot" aria-hidden="true">'
        + "".join(symbols.svg(label) for label in LABELS)
        + "</div>"
    )
