"""The programming interface: `/predict` and `/timeline`, in English in every language."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import gradio as gr

from ser import profile as profiles
from ser.audio import loading
from ser.errors import SerError
from ser.models.speaker import UNKNOWN_SPEAKER
from ser.page.server.zerogpu import on_gpu
from ser.page.session import SessionSpeaker, session_state
from ser.page.tabs import analyse, recorder
from ser.page.tabs import timeline as timeline_tab
from ser.timeline.speakers import MAX_SPEAKERS

if TYPE_CHECKING:
    from ser.recognizer import Recognizer


def build(recognizer: "Recognizer", cpu_recognizer: "Recognizer") -> None:
    """Add both endpoints to the surrounding Blocks, with invisible components.

    cpu_recognizer: for what does not use a ZeroGPU Space's GPU.
    """
    analyse_clip = on_gpu(recognizer.analyse_clip)

    def predict(
        recording: str | None,
        same_speaker: bool,
        speaker: SessionSpeaker,
        profile: str | None = None,
    ) -> tuple:
        """Analyse one recording of a voice: whether the answer is sure, unsure or there is no
        voice, the most likely of eight emotions, all eight probabilities, the duration in seconds,
        the position on the map, the nearest recordings of the data set, remarks on the quality and
        how many recordings of the same speaker were used: with same_speaker those of this session
        that were sent with it, with a voice profile those that it was made from, else none."""
        before = speaker.after if same_speaker else UNKNOWN_SPEAKER
        try:
            if profile:
                # Instead of the session's recordings, of which it may hold some.
                before = profiles.load(profile, recognizer)
            analysis = analyse_clip(loading.load(recording), before)
        except SerError as error:
            raise gr.Error(str(error), print_exception=False) from error
        after = SessionSpeaker(after=analysis.speaker) if same_speaker else gr.skip()
        return analysis.to_json(), after

    def timeline(recording: str | None, n_speakers: float | None = 1) -> Iterator[dict]:
        """Analyse a recording of up to 30 minutes in which one person speaks, n_speakers do, or,
        with 0, as many as are found: the duration, the names of the speakers, their turns (start
        and end in seconds, number of the speaker), the segments of one emotion (with the label and
        its mean probability) and the moments, of one speaker one a second, with all eight
        probabilities or null where there is no voice. Before that, the fraction of the recording
        that was analysed."""
        try:
            number = _number_of_speakers(n_speakers)
            for step in cpu_recognizer.timeline(recording, n_speakers=number):
                # "heard" is a name that clients rely on.
                yield {"heard": step} if isinstance(step, float) else step.to_json()
        except SerError as error:
            raise gr.Error(str(error), print_exception=False) from error

    recording = recorder.build_for_api()
    profile = recorder.build_profile_for_api()
    same_speaker, answer = gr.Checkbox(visible=False), gr.JSON(visible=False)
    speaker = session_state()
    gr.on(
        [],
        predict,
        [recording, same_speaker, speaker, profile],
        [answer, speaker],
        api_name="predict",
        **analyse.QUEUE,
    )
    n_speakers = gr.Number(1, visible=False)
    gr.on([], timeline, [recording, n_speakers], answer, api_name="timeline", **timeline_tab.QUEUE)


def _number_of_speakers(sent: object) -> int | None:
    """Return the number of speakers that a program sent, None to have it found.

    Programs that were written before there were several speakers send none.
    """
    if sent is None:
        return 1
    if sent not in range(MAX_SPEAKERS + 1):
        raise SerError(
            f"n_speakers is no number from 1 to {MAX_SPEAKERS}. Give the number of people who "
            "speak, or 0 to have it found."
        )
    return int(sent) or None
