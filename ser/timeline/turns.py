"""Predict the emotions of several speakers in a long recording: windows follow their turns.

Pauses cut speech into turns, and long turns are cut into windows of at most three seconds. The
windows' embeddings tell the speakers apart (speakers.py), and each speaker's windows are adapted to
that speaker, as those of a recording of one voice are in windows.py. Two who speak at a time count
as the one whom the window resembles more.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from ser.audio import loading
from ser.audio.clip import SAMPLING_RATE, Clip, to_clip
from ser.audio.decoding import Recording
from ser.errors import SerError
from ser.models.classifier import EmotionClassifier
from ser.models.encoder import BATCH, Encoder
from ser.models.speaker import UNKNOWN_SPEAKER, Speaker, SpeakerAdaptation
from ser.models.voice_detector import VoiceDetector
from ser.timeline import predictions, speakers, speech, windows
from ser.timeline.predictions import Window
from ser.timeline.speaker_projection import LAYERS, SpeakerProjection
from ser.timeline.timeline import LEVEL_DURATION, Moment, Timeline

SEARCH = 0.25  # fraction of the work on a recording of one voice that it takes to find that out


def analyse_turns(
    recording: Recording,
    encoder: Encoder,
    voice_detector: VoiceDetector,
    adaptation: SpeakerAdaptation,
    classifier: EmotionClassifier,
    projection: SpeakerProjection,
    speaker: Speaker = UNKNOWN_SPEAKER,
    n_speakers: int | None = None,
) -> Iterator[float | Timeline]:
    """Predict who speaks when in a recording of up to 30 minutes, and in which emotions.

    Where one voice alone speaks, the result is that of `analyse_windows`.

    Args:
        speaker: who speaks, if only one does, as `analyse_windows` takes it.
        n_speakers: number of speakers, 1 to MAX_SPEAKERS; found by default.

    Yields:
        again and again the analysed fraction, 0-1, and at last the `Timeline`.

    Raises:
        SerError: as `analyse_windows`; n_speakers is out of range.
    """
    speakers.check(n_speakers)
    models = encoder, voice_detector, adaptation, classifier
    if n_speakers == 1:
        yield from windows.analyse_windows(recording, *models, speaker)
        return
    searched = SEARCH if n_speakers is None else 1.0
    yield 0.0
    duration, levels, notes = speech.measure_levels(recording)
    spans = speech.spans(levels, speech.voiced(levels))
    n_voice = len(LAYERS)
    both = encoder.with_layers((*LAYERS, *encoder.layers))
    found, voices, batch = [], [], []

    def embed() -> None:
        clips, times = zip(*batch, strict=True)
        embeddings = both.embed(clips)
        detected = predictions.detect(embeddings[:, n_voice:], times, voice_detector, classifier)
        found.extend(detected)
        rows = [times.index((window.start, window.end)) for window in detected]
        voices.extend(projection(embeddings[rows, :n_voice]))
        batch.clear()

    for clip, times in _clips(recording, spans):
        batch.append((clip, times))
        if len(batch) == BATCH:
            embed()
            yield min(1.0, times[1] / duration) * searched
    if batch:
        embed()
    if not found:
        raise windows.no_voice(duration)
    yield searched
    durations = np.array([window.end - window.start for window in found])
    numbers = speakers.assign(np.stack(voices), durations, n_speakers)
    if numbers.max() == 1:
        for step in windows.analyse_windows(recording, *models, speaker):
            yield step if isinstance(step, Timeline) else searched + (1 - searched) * step
        return
    moments, threshold = _predict(found, numbers, duration, adaptation, classifier)
    yield 1.0
    yield Timeline(duration, levels, moments, threshold, notes)


def _clips(
    recording: Recording, spans: Sequence[speech.Span]
) -> Iterator[tuple[Clip, tuple[float, float]]]:
    """Yield the clip of each window that holds enough sound, and its start and end in seconds."""
    size = round(LEVEL_DURATION * SAMPLING_RATE)
    rest, first = np.zeros(0, np.float32), 0
    waiting = list(spans)[::-1]
    for block in loading.blocks(recording, speech.MAX_DURATION):
        rest = np.concatenate([rest, block.waveform])
        # With the last block, which alone may be empty of samples, all others are complete.
        is_last = not len(block.samples)
        while waiting and (is_last or waiting[-1].end * size <= first + len(rest)):
            span = waiting.pop()
            waveform = rest[span.start * size - first : span.end * size - first]
            try:
                yield to_clip(waveform), (span.start * LEVEL_DURATION, span.end * LEVEL_DURATION)
            except SerError:
                continue
        if waiting:
            used = min(len(rest), waiting[-1].start * size - first)
            rest, first = rest[used:], first + used


def _predict(
    found: list[Window],
    numbers: np.ndarray,
    duration: float,
    adaptation: SpeakerAdaptation,
    classifier: EmotionClassifier,
) -> tuple[tuple[Moment, ...], float]:
    """Predict each speaker's windows.

    Returns:
        the moments of the whole recording, and the threshold of a confident one.
    """
    moments = []
    for number in range(1, numbers.max() + 1):
        of_speaker = [found[row] for row in np.flatnonzero(numbers == number)]
        rows, threshold = predictions.predict(of_speaker, adaptation, classifier, ())
        moments += [
            Moment(window.start, min(window.end, duration), row, number)
            for window, row in zip(of_speaker, rows, strict=True)
        ]
    moments.sort(key=lambda moment: moment.start)
    complete, end = [], 0.0
    for moment in moments:
        if moment.start > end:
            complete.append(Moment(end, moment.start, None))
        complete.append(moment)
        end = moment.end
    if end < duration:
        complete.append(Moment(end, duration, None))
    return tuple(complete), threshold
