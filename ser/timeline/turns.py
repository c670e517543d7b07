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
from ser.models.speaker import UNKNOWN_SPEAKER, LabelledClip, Speaker, SpeakerAdaptation
from ser.models.voice_detector import VoiceDetector
from ser.timeline import predictions, speakers, speech, windows
from ser.timeline.predictions import Window
from ser.timeline.speaker_projection import LAYERS, SpeakerProjection
from ser.timeline.timeline import LEVEL_DURATION, Timeline, default_name


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
    max_duration: float = speech.MAX_DURATION,
) -> Iterator[float | Timeline]:
    """Predict who speaks when in a recording, and in which emotions.

    Args:
        speaker: who speaks, if only one does, of whom only the labelled clips are used.
        n_speakers: number of speakers, 1 to MAX_SPEAKERS; found by default.
        max_duration: of the recording, in seconds.

    Yields:
        again and again the analysed fraction, 0-1, and at last the `Timeline`.

    Raises:
        SerError: as `loading.load`, but for more than max_duration; there is no voice anywhere;
            n_speakers is out of range.
    """
    speakers.check(n_speakers)
    models = encoder, voice_detector, classifier, projection
    for step in find_windows(recording, *models, max_duration):
        if isinstance(step, Windows):
            found = step
        else:
            yield step
    numbers = speakers.assign(found.voices, found.durations, projection.between, n_speakers)
    yield timeline_of(found, numbers, adaptation, classifier, speaker.labelled)


def find_windows(
    recording: Recording,
    encoder: Encoder,
    voice_detector: VoiceDetector,
    classifier: EmotionClassifier,
    projection: SpeakerProjection,
    max_duration: float = speech.MAX_DURATION,
) -> Iterator[float | Windows]:
    """Embed the windows of speech in a recording; yields the fraction done, then the windows.

    Raises:
        SerError: as `analyse_turns`.
    """
    yield 0.0
    duration, levels, notes = speech.measure_levels(recording, max_duration)
    both = encoder.with_layers((*LAYERS, *encoder.layers))
    found, voices, batch = [], [], []

    def embed() -> None:
        clips, times = zip(*batch, strict=True)
        embeddings = both.embed(clips)
        of_emotion = embeddings[:, len(LAYERS) :]
        found.extend(predictions.describe(of_emotion, times, classifier))
        voices.extend(projection(embeddings[:, : len(LAYERS)]))
        batch.clear()

    spans = speech.spans(levels, speech.voiced(levels))
    for clip, times in _clips(recording, spans, max_duration):
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
    labelled: tuple[LabelledClip, ...] = (),
) -> Timeline:
    """Predict each speaker's windows, adapted to that speaker.

    Args:
        numbers: of the windows' speakers, as `speakers.assign` returns them.
        labelled: clips of the speaker, used if there is one speaker alone.
    """
    one_voice = numbers.max() == 1
    moments, threshold = predictions.predict_turns(
        found.windows,
        numbers,
        found.duration,
        adaptation,
        classifier,
        labelled if one_voice else (),
    )
    names = () if one_voice else tuple(map(default_name, range(1, numbers.max() + 1)))
    return Timeline(found.duration, found.levels, moments, threshold, found.notes, names)


def _clips(
    recording: Recording, spans: Sequence[speech.Span], max_duration: float
) -> Iterator[tuple[Clip, tuple[float, float]]]:
    """Yield the clip of each window that holds enough sound, and its start and end in seconds."""
    size = round(LEVEL_DURATION * SAMPLING_RATE)
    rest, first = np.zeros(0, np.float32), 0
    waiting = list(spans)[::-1]
    for block in loading.blocks(recording, max_duration):
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
