"""The tab that follows a voice: bars and a place on the map, twice a second while someone speaks.

The microphone's sound comes in chunks of half a second. The last three seconds of it are kept as
the session's state and analysed like any recording. The browser gets a few numbers back, by which
live.js moves what was drawn once: the bars, and a dot on the map with its trail.

Live answers by what the session knows of the voice, but adds nothing to it: windows that overlap
are the same speech over and over, which as recordings of their own would soon outnumber the real
ones and make the last sentence's emotion this voice's normal.
"""

import logging
from contextlib import suppress
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import gradio as gr
import numpy as np

from ser.audio.sandbox import open_recording
from ser.charts import map_chart
from ser.errors import SerError
from ser.labels import LABELS, NO_VOICE
from ser.page import symbols
from ser.page.session import Voice
from ser.page.tabs import answers

EVERY = 0.5  # s between answers
LENGTH = 3.0  # s that an answer goes by
LIMIT = 120  # s after which it stops by itself
AT_ONCE = 6  # visitors live side by side
MAP_HEIGHT = 484  # px, as in live.css
TRAIL = 10  # places of the voice that stay on the map

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Window:
    """The latest sound of a session, never longer than LENGTH.

    Attributes:
        sampling_rate: in Hz; 0 before any sound.
        samples: mono, float32, shape (samples,).
    """

    sampling_rate: int = 0
    samples: np.ndarray = field(default_factory=lambda: np.empty(0, np.float32))

    def then(self, sampling_rate: int, samples: np.ndarray) -> "Window":
        """Return the window after a further chunk, float32 of shape (samples,)."""
        if sampling_rate == self.sampling_rate:
            samples = np.concatenate([self.samples, samples])
        latest = samples[-int(LENGTH * sampling_rate) :]
        return Window(sampling_rate, latest)


def build(words, recognizer, voice: gr.State) -> None:
    """Add the tab to the surrounding Blocks.

    words: the table in one language.
    voice: the session's `Voice`, which is used and left as it is.
    """

    def listen(chunk: str, window: Window, voice: Voice) -> tuple[dict, Window]:
        name = Path(chunk).parent.name  # tells the browser which sound was answered
        try:
            window = _hear(window, chunk)
            analysis = recognizer.analyse((window.sampling_rate, window.samples), voice.after)
        except SerError:
            return _silence(words, name), window
        except Exception:
            log.exception("the page could not follow a voice")
            return _silence(words, name), window
        if analysis.verdict == NO_VOICE:
            return _silence(words, name), window
        place = map_chart.on_map(recognizer.embedding_map, analysis.place)
        return _moment(words, name, analysis, place), window

    def forget() -> Window:
        return Window()

    with gr.Row(elem_id="live", equal_height=False):
        with gr.Column(scale=5, min_width=340):
            sound = gr.Audio(
                label=words.MICROPHONE_LABEL,
                sources=["microphone"],
                streaming=True,
                type="filepath",
                buttons=[],
                waveform_options=gr.WaveformOptions(show_recording_waveform=False),
                elem_id="live-sound",
            )
            gr.HTML(answers.microphone(words), elem_id="live-microphone")
            moment = gr.HTML(
                None,
                html_template=_stage(words),
                js_on_load="followVoice(element, props, watch)",
                elem_id="live-moment",
                states=words.LIVE_STATES,
                left=words.LIVE_LEFT,
                limit=LIMIT,
            )
        with gr.Column(scale=6, min_width=340, elem_id="live-place"):
            figure = map_chart.map_figure(words, recognizer.embedding_map).update_layout(
                height=MAP_HEIGHT
            )
            gr.Plot(figure, label=words.LIVE_MAP)
            gr.HTML(_dot(), elem_id="live-trail")
            gr.HTML(f"<p>{words.LIVE_NOTE}</p>", elem_id="live-note")
    window = gr.State(Window(), time_to_live=LIMIT)
    sound.stream(
        listen,
        [sound, window, voice],
        [moment, window],
        stream_every=EVERY,
        time_limit=LIMIT,
        concurrency_limit=AT_ONCE,
        concurrency_id="live",
        show_progress="hidden",
        api_visibility="private",
    )
    # gradio 6.31's recorder is not told of stream_every and would send ten chunks a second.
    sound.start_recording(
        None,
        None,
        sound,
        js=f"() => ({{__type__: 'update', stream_every: {EVERY}}})",
        api_visibility="private",
    )
    gr.on(
        [sound.start_recording, sound.stop_recording],
        forget,
        None,
        window,
        queue=False,
        show_progress="hidden",
        api_visibility="private",
    )


def _hear(window: Window, chunk: str) -> Window:
    """Return the window with the sound of a chunk's file, and delete file and folder."""
    try:
        with open_recording(chunk) as sound:
            return window.then(sound.sampling_rate, np.concatenate(list(sound.blocks)))
    finally:
        # Two silent chunks may be one file, which another visitor deleted first.
        with suppress(OSError):
            Path(chunk).unlink()
            Path(chunk).parent.rmdir()


def _silence(words, name: str) -> dict:
    return {"chunk": name, "sentence": words.LISTENING}


def _moment(words, name: str, analysis, place: tuple[float, float]) -> dict:
    sentence, emotions = words.live_sentence(analysis)
    marked = (
        f"<strong {answers.colour(label)}>{words.SOUNDS[label]}</strong>" for label in emotions
    )
    shares = list(analysis.probabilities.values())
    return {
        "chunk": name,
        "sentence": sentence.format(*marked),
        "shares": shares,
        "texts": [words.percent(share) for share in shares],
        "likeliest": LABELS.index(analysis.label),
        "place": place,
    }


def _stage(words) -> str:
    """Draw what live.js moves: the indicator, the sentence and the bars."""
    bars = "".join(
        f"<li {answers.colour(label)}>{symbols.svg(label)}"
        f"<span>{escape(words.EMOTIONS[label])}</span>"
        '<span class="track"><span class="bar"></span></span><span class="share"></span></li>'
        for label in LABELS
    )
    return (
        '<p class="air"><span class="lamp"></span>'
        f'<span role="status">{words.LIVE_STATES["off"]}</span>'
        '<span class="left" aria-hidden="true"></span></p>'
        f'<p class="sentence"><span>{words.LIVE_INVITATION}</span></p>'
        f'<ol class="bars" aria-label="{words.CHANCES}">{bars}</ol>'
    )


def _dot() -> str:
    """Draw the trail, a line from each place to the next, and the dot in every emotion's shape."""
    return (
        '<svg class="trail" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">'
        + "<line/>" * TRAIL
        + '</svg><div class="dot" aria-hidden="true">'
        + "".join(symbols.svg(label) for label in LABELS)
        + "</div>"
    )
