"""The tab that answers: one recording in; a sentence, eight bars and a place on the map out."""

import logging
from html import escape

import gradio as gr

from ser import charts
from ser.errors import SerError
from ser.page import words
from ser.page.theme import ACCENT
from ser.page.voice import Voice, remembered
from ser.speaker import STRANGER

AT_ONCE = 2  # analyses running side by side; one long recording does not hold up everyone else
QUEUE = {"concurrency_limit": AT_ONCE, "concurrency_id": "analysis"}

log = logging.getLogger(__name__)


def build(recognizer) -> None:
    """Add the tab to the surrounding Blocks, and `/predict` to its API."""
    empty = (
        f'<p class="waiting">{words.WAITING}</p>',
        charts.bars(words),
        charts.atlas_map(words, recognizer.atlas),
        f'<h2>{words.NEIGHBOURS}</h2><p class="waiting">{words.NO_NEIGHBOURS}</p>',
    )

    def answer(path: str | None, number: int, voice: Voice) -> tuple:
        if path is None:
            return *empty, _known(voice), voice
        before = voice.knew(number)
        try:
            analysis = recognizer.analyse(path, before)
        except SerError as error:
            return _sorry(str(error)), *empty[1:], _known(voice), voice
        except Exception:
            log.exception("the page could not analyse a recording")
            return _sorry(words.APOLOGY), *empty[1:], _known(voice), voice
        voice = Voice(before, analysis.speaker, number)
        return (
            _answer(analysis),
            charts.bars(words, analysis.probabilities),
            charts.with_voice(empty[2], words, analysis),
            _neighbours(analysis.place.neighbours),
            _known(voice),
            voice,
        )

    def predict(recording: str | None, same_speaker: bool, voice: Voice) -> tuple:
        """Analyse one recording of a voice: the most likely of eight emotions, all eight
        probabilities, the duration in seconds, the place on the map, the nearest recordings of
        the data set, remarks on the quality and how many recordings of the same speaker the
        answer knew: with same_speaker those of this session that were sent with it, else none."""
        before = voice.after if same_speaker else STRANGER
        try:
            analysis = recognizer.analyse(recording, before)
        except SerError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return analysis.to_json(), Voice(after=analysis.speaker) if same_speaker else gr.skip()

    def start_anew() -> tuple[str, Voice]:
        return _known(Voice()), Voice()

    sentence, bars, atlas, neighbours = empty
    title = words.map_title(len(recognizer.atlas.names), len(set(recognizer.atlas.actors)))
    with gr.Row(elem_id="analyse", equal_height=False):
        with gr.Column(scale=5, min_width=340):
            recording = gr.Audio(
                label=words.RECORDING,
                sources=["microphone", "upload"],
                type="filepath",
                buttons=[],
                waveform_options=gr.WaveformOptions(
                    waveform_progress_color=ACCENT, trim_region_color=ACCENT
                ),
                elem_id="recording",
            )
            gr.HTML(_microphone(), elem_id="microphone")
            sentence = gr.HTML(
                sentence, elem_id="answer", js_on_load="element.setAttribute('role', 'status')"
            )
            known = gr.HTML(
                _known(Voice()),
                elem_id="known",
                js_on_load="element.addEventListener('click', event => "
                "{ if (event.target.closest('button')) trigger('click'); })",
            )
            bars = gr.Plot(bars, label=words.CHANCES, elem_id="bars")
        with gr.Column(scale=6, min_width=340):
            atlas = gr.Plot(atlas, label=title, elem_id="map")
            neighbours = gr.HTML(neighbours, elem_id="neighbours")
    voice = remembered()
    number = gr.Number(0, precision=0, visible=False)
    recording.clear(None, number, number, js="number => number + 1", api_visibility="private")
    # A stop, an upload, a trim and a clear each change the recording exactly once.
    recording.change(
        answer,
        [recording, number, voice],
        [sentence, bars, atlas, neighbours, known, voice],
        show_progress="minimal",
        show_progress_on=sentence,
        api_visibility="private",
        **QUEUE,
    )
    known.click(start_anew, None, [known, voice], show_progress="hidden", api_visibility="private")
    same_speaker = gr.Checkbox(visible=False)
    gr.on(
        [],
        predict,
        [recording, same_speaker, voice],
        [gr.JSON(visible=False), voice],
        api_name="predict",
        **QUEUE,
    )


def _answer(analysis) -> str:
    sentence, emotions = words.verdict(analysis.probabilities)
    marked = (f"<strong {_colour(label)}>{words.EMOTIONS[label]}</strong>" for label in emotions)
    chances = ", ".join(
        f"{words.EMOTIONS[label]} {words.percent(share)}"
        for label, share in analysis.probabilities.items()
    )
    return (
        f'<p class="verdict">{sentence.format(*marked)}</p>'
        f'<p class="quality">{escape(words.quality(analysis.clip))}</p>'
        f'<p class="for-screen-readers">{chances}</p>'
    )


def _known(voice: Voice) -> str:
    if not voice.after.clips:
        return ""
    button = f'<button type="button" title="{words.ANEW_WHEN}">{words.ANEW}</button>'
    return f"<p>{words.known(voice.after.clips)} {button}</p>"


def _sorry(message: str) -> str:
    return f'<p class="sorry">{escape(message)}</p>'


def _neighbours(neighbours) -> str:
    items = "".join(
        f'<li {_colour(clip.emotion)} title="{escape(clip.name)}">'
        f"<b>{words.EMOTIONS[clip.emotion]}</b> "
        f"<span>{escape(words.person(clip.actor, clip.sex))}</span></li>"
        for clip in neighbours
    )
    return f"<h2>{words.NEIGHBOURS}</h2><ol>{items}</ol>"


def _microphone() -> str:
    return "".join(
        f'<p class="{reason}" role="alert">{escape(text)}</p>'
        for reason, text in words.MICROPHONE.items()
    )


def _colour(label: str) -> str:
    return f'style="--emotion: {charts.MARKERS[label].colour}"'
