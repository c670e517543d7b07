"""What other programs ask: `/predict` and `/timeline`, in English whatever the page speaks."""

from collections.abc import Iterator

import gradio as gr

from ser.errors import SerError
from ser.models.speaker import UNKNOWN_SPEAKER
from ser.page.server.zerogpu import on_gpu
from ser.page.session import Voice, remembered
from ser.page.tabs import analyse, recorder


def build(recognizer, cpu_recognizer) -> None:
    """Add both to the surrounding Blocks, with nothing to be seen.

    cpu_recognizer: the recognizer that answers what borrows no GPU.
    """
    listen = on_gpu(recognizer.analyse)

    def predict(recording: str | None, same_speaker: bool, voice: Voice) -> tuple:
        """Analyse one recording of a voice: whether the answer is sure, unsure or there is no
        voice, the most likely of eight emotions, all eight probabilities, the duration in seconds,
        the place on the map, the nearest recordings of the data set, remarks on the quality and
        how many recordings of the same speaker the answer knew: with same_speaker those of this
        session that were sent with it, else none."""
        before = voice.after if same_speaker else UNKNOWN_SPEAKER
        try:
            analysis = listen(recording, before)
        except SerError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return analysis.to_json(), Voice(after=analysis.speaker) if same_speaker else gr.skip()

    def timeline(recording: str | None) -> Iterator[dict]:
        """Follow one voice through a recording of up to 30 minutes: the duration, the segments of
        one emotion (start and end in seconds, label, mean probability) and the moments, one a
        second, with all eight probabilities or null where no voice is heard. Until then, the
        share that was heard."""
        try:
            for step in cpu_recognizer.timeline(recording):
                yield {"heard": step} if isinstance(step, float) else step.to_json()
        except SerError as error:
            raise gr.Error(str(error), print_exception=False) from error

    recording = recorder.for_programs()
    same_speaker, answer = gr.Checkbox(visible=False), gr.JSON(visible=False)
    voice = remembered()
    gr.on(
        [],
        predict,
        [recording, same_speaker, voice],
        [answer, voice],
        api_name="predict",
        **analyse.QUEUE,
    )
    gr.on([], timeline, recording, answer, api_name="timeline", **timeline.QUEUE)
