"""The Act it tab: a round of emotions to act, what was heard of each, and what that teaches.

The browser shows three pieces of HTML that are made from the state alone. Every click and every
recording is a step from one state to the next, and draws all three anew.
"""

import logging
from typing import TYPE_CHECKING, NamedTuple

import gradio as gr

from ser.audio import loading
from ser.charts import map_chart
from ser.errors import SerError
from ser.labels import NO_VOICE
from ser.models.speaker import LabelledClip
from ser.page.server.zerogpu import on_gpu
from ser.page.session import TIME_TO_LIVE, SessionSpeaker
from ser.page.tabs import answers, recorder
from ser.page.teaching import round_html, voice_line, voice_profile
from ser.page.teaching.rounds import Acting, Take
from ser.page.text import Words

if TYPE_CHECKING:
    from ser.recognizer import Recognizer

QUEUE = {"concurrency_id": "analysis"}  # with the Analyse tab's limit

log = logging.getLogger(__name__)


class Outputs(NamedTuple):
    """The outputs of the tab: its components, or a value for each of them."""

    prompt: gr.HTML | str
    answer: gr.HTML | str
    overview: gr.HTML | str
    recording: gr.Audio | None
    acting: gr.State | Acting
    speaker: gr.State | SessionSpeaker


def build(words: Words, recognizer: "Recognizer", speaker: gr.State) -> None:
    """Add the tab to the surrounding Blocks.

    Args:
        words: the texts in one language.
        recognizer: answers the recordings.
        speaker: the `SessionSpeaker`, who is taught at the end of a round.
    """
    analyse_clip = on_gpu(recognizer.analyse_clip)
    start = Acting.start(recognizer.emotions)

    def show(acting: Acting, speaker: SessionSpeaker | dict) -> Outputs:
        return Outputs(
            round_html.prompt(words, acting),
            round_html.answer(words, acting),
            round_html.overview(words, acting),
            None,  # The next recording is of another emotion.
            acting,
            speaker,
        )

    def record(path: str | None, acting: Acting, speaker: SessionSpeaker) -> Outputs | dict:
        emotion = acting.round.current
        if path is None or emotion is None:
            return gr.skip()
        try:
            analysis = analyse_clip(loading.load(path), speaker.after)
            message = words.NO_VOICE if analysis.verdict == NO_VOICE else ""
        except SerError as error:
            message = words.explained(error)
        except Exception:
            log.exception("the page could not analyse an acted recording")
            message = words.APOLOGY
        if message:
            return show(acting, gr.skip())._replace(answer=answers.error(message))
        clip = LabelledClip(emotion, analysis.features)
        probability = analysis.probabilities[analysis.label]
        position = map_chart.relative_position(recognizer.embedding_map, analysis.place.position)
        take = Take(clip, analysis.label, probability, tuple(position.round(4).tolist()))
        return show(acting.with_round(acting.round.record(take)), gr.skip())

    def act(choice: gr.EventData, acting: Acting, speaker: SessionSpeaker) -> Outputs:
        changed = step(acting, choice.name, choice.emotion)
        taught = teach(speaker, acting, changed)
        return show(changed, gr.skip() if taught is speaker else taught)

    def start_anew_if_forgotten(acting: Acting, speaker: SessionSpeaker) -> Outputs | dict:
        if speaker.after.n_clips or not any(round_.takes for round_ in acting.rounds):
            return gr.skip()
        return show(start, gr.skip())

    shown = show(start, gr.skip())
    on_load = f"{voice_line.CLICKS} focusAct(element, watch); {answers.STATUS_ROLE}"
    with gr.Row(elem_id="act", equal_height=False):
        with gr.Column(scale=5, min_width=340):
            prompt = gr.HTML(shown.prompt, elem_id="act-prompt", js_on_load=on_load)
            recording = recorder.build(words.ACT_RECORDING, "act-recording")
            answers.microphone_errors(words, "act-microphone")
            answer = gr.HTML(shown.answer, elem_id="act-answer", js_on_load=on_load)
        with gr.Column(scale=6, min_width=340):
            overview = gr.HTML(shown.overview, elem_id="act-round", js_on_load=voice_line.CLICKS)
            voice_line.build(words, recognizer, speaker, "act-voice")
            voice_profile.build(words, recognizer, speaker, "act-profile")
    acting = gr.State(start, time_to_live=TIME_TO_LIVE)
    outputs = list(Outputs(prompt, answer, overview, recording, acting, speaker))
    # Not of every change: emptying the box, as each answer does, is one too.
    gr.on(
        [recording.upload, recording.stop_recording],
        record,
        [recording, acting, speaker],
        outputs,
        show_progress="minimal",
        show_progress_on=answer,
        api_visibility="private",
        **QUEUE,
    )
    gr.on(
        [prompt.click, answer.click, overview.click],
        act,
        [acting, speaker],
        outputs,
        **voice_line.CHANGING,
    )
    speaker.change(start_anew_if_forgotten, [acting, speaker], outputs, **voice_line.FOLLOWING)


def step(acting: Acting, name: str, emotion: str) -> Acting:
    """Return the state after a click on the button of this name; emotion: of its row, or ""."""
    round_ = acting.round
    if name == "another":
        return acting.another_round()
    if name == "again" and round_.current:
        return acting.with_round(round_.remove(round_.current))
    steps = {"next": round_.advance, "skip": round_.skip, "finish": round_.finish}
    of_emotion = {"choose": round_.choose, "remove": round_.remove}
    if name in steps:
        return acting.with_round(steps[name]())
    if name in of_emotion:
        changed = acting.with_round(of_emotion[name](emotion))
        return changed if changed.round.takes else changed.another_round()
    return acting


def teach(speaker: SessionSpeaker, before: Acting, after: Acting) -> SessionSpeaker:
    """Return the speaker with the clips of finished rounds, as a step changed them."""
    known, wanted = _taught(before), _taught(after)
    added = [wanted[key] for key in wanted if key not in known]
    removed = [known[key] for key in known if key not in wanted]
    return speaker.remove(removed).teach(added) if added or removed else speaker


def _taught(acting: Acting) -> dict[int, LabelledClip]:
    """Return the clips of all finished rounds, by identity."""
    takes = [take for round_ in acting.rounds if round_.finished for take in round_.takes]
    return {id(take.clip): take.clip for take in takes}
