"""Predict the emotions of several speakers in a long recording: windows follow their turns.

Pauses cut speech into turns, and long turns are cut into windows of at most three seconds. The
windows' embeddings tell the speakers apart (speakers.py), and each speaker's windows are adapted to
that speaker, as those of a recording of one voice are in windows.py. Two who speak at a time count
as the one whom the window resembles more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
from ser.timeline.timeline import LEVEL_DURATION, Timeline, default_name

SEARCH = 0.25  # fraction of the work on a recording of one voice that it takes to find that out


@dataclass(frozen=True)
class Windows:
    """The windows of speech in a recording.

    Attributes:
        duration, levels, notes: as `Timeline` has them.
        windows: in which a voice is detected, in order.
        voices: their features by the speaker projection, shape (n, d).
    """

    duration: float
    levels: np.ndarray
    notes: tuple[str, ...]
    windows: list[Window]
    voices: np.ndarray

    @property
    def durations(self) -> np.ndarray:
        """Seconds of each window, shape (n,)."""
        return np.array([window.end - window.start for window in self.windows])


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
    for step in find_windows(recording, encoder, voice_detector, classifier, projection):
        if isinstance(step, Windows):
            found = step
        else:
            yield searched * step
    numbers = speakers.assign(found.voices, found.durations, projection.between, n_speakers)
    if numbers.max() == 1:
        for step in windows.analyse_windows(recording, *models, speaker):
            yield step if isinstance(step, Timeline) else searched + (1 - searched) * step
        return
    yield 1.0
    yield timeline_of(found, numbers, adaptation, classifier)


def find_windows(
    recording: Recording,
    encoder: Encoder,
    voice_detector: VoiceDetector,
    classifier: EmotionClassifier,
    projection: SpeakerProjection,
) -> Iterator[float | Windows]:
    """Embed the windows of speech in a recording; yields the fraction done, then the windows.

    Raises:
        SerError: as `analyse_windows`.
    """
    yield 0.0
    duration, levels, notes = speech.measure_levels(recording)
    both = encoder.with_layers((*LAYERS, *encoder.layers))
    found, voices, batch = [], [], []

    def embed() -> None:
        clips, times = zip(*batch, strict=True)
        embeddings = both.embed(clips)
        of_emotion = embeddings[:, len(LAYERS) :]
        found.extend(predictions.describe(of_emotion, times, classifier))
        voices.extend(projection(embeddings[:, : len(LAYERS)]))
        batch.clear()

    for clip, times in _clips(recording, speech.spans(levels, speech.voiced(levels))):
        if voice_detector.detect(clip.waveform):
            batch.append((clip, times))
        if len(batch) == BATCH:
            embed()
            yield min(1.0, times[1] / duration)
    if batch:
        embed()
    if not found:
        raise windows.no_voice(duration)
    yield 1.0
    yield Windows(duration, levels, notes, found, np.stack(voices))


def timeline_of(
    found: Windows,
    numbers: np.ndarray,
    adaptation: SpeakerAdaptation,
    classifier: EmotionClassifier,
) -> Timeline:
    """Predict each speaker's windows, adapted to that speaker.

    numbers: of the windows' speakers, as `speakers.assign` returns them.
    """
    moments, threshold = predictions.predict_turns(
        found.windows, numbers, found.duration, adaptation, classifier
    )
    names = tuple(map(default_name, range(1, numbers.max() + 1)))
    return Timeline(found.duration, found.levels, moments, threshold, found.notes, names)


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
