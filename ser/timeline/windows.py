"""Predict one speaker's emotions in a long recording: windows of three seconds, one each second.

The recording is decoded twice, block by block: for its duration and levels, and for its windows. Of
a window only the embedding is kept, so memory does not grow with the duration. Windows are
preprocessed as short recordings are (`to_clip`).

One speaker is assumed, whose statistics come from the whole recording, so the first minute is
adapted as well as the last. Overlapping windows are not independent: the statistics are of windows
that do not overlap, and a window's prediction leaves out those that overlap it. With several
speakers (see turns.py) the offset would be the one that they have in common. If one emotion lasts
throughout, half of it is taken for the speaker's offset (POSTERIOR_DISCOUNT of speaker.py),
and predictions are too close to neutral.
"""

from collections.abc import Iterator

import numpy as np

from ser.audio import loading
from ser.audio.clip import SAMPLING_RATE, Clip, to_clip
from ser.audio.decoding import Recording
from ser.errors import ErrorKind, SerError
from ser.models.classifier import EmotionClassifier
from ser.models.encoder import BATCH, Encoder
from ser.models.speaker import UNKNOWN_SPEAKER, Features, Speaker, SpeakerAdaptation
from ser.models.voice_detector import VoiceDetector
from ser.timeline import predictions, speech
from ser.timeline.predictions import Window
from ser.timeline.timeline import LEVEL_DURATION, Moment, Timeline

WINDOW, HOP = 3, 1  # s
MIN_VOICE = 1.0  # s of a window


def analyse_windows(
    recording: Recording,
    encoder: Encoder,
    voice_detector: VoiceDetector,
    adaptation: SpeakerAdaptation,
    classifier: EmotionClassifier,
    speaker: Speaker = UNKNOWN_SPEAKER,
) -> Iterator[float | Timeline]:
    """Predict the emotions in a recording of up to 30 minutes, step by step.

    speaker: who speaks, of whom only the labelled clips are used.

    Yields:
        again and again the analysed fraction, 0-1, and at last the `Timeline`.

    Raises:
        SerError: as `loading.load`, but for more than 30 minutes; there is no voice anywhere.
    """
    yield 0.0
    duration, levels, notes = speech.measure_levels(recording)
    voiced = speech.voiced(levels)
    batch, windows = {}, []

    def embed() -> list[Window]:
        spans = [(index * HOP, index * HOP + WINDOW) for index in batch]
        embeddings = encoder.embed(list(batch.values()))
        return predictions.describe(embeddings, spans, classifier)

    for index, waveform in enumerate(_waveforms(recording)):
        clip = _clip(waveform, voiced, index)
        if clip and voice_detector.detect(clip.waveform):
            batch[index] = clip
        if len(batch) == BATCH:
            windows += embed()
            batch = {}
            yield min(1.0, (index + 1) * HOP / duration)
    if batch:
        windows += embed()
    if not windows:
        raise no_voice(duration)
    yield 1.0
    rows, threshold = predictions.predict(windows, adaptation, classifier, speaker.labelled)
    starts = [window.start // HOP for window in windows]
    features = dict(zip(starts, (window.features for window in windows), strict=True))
    moments = _moments(duration, index + 1, dict(zip(starts, rows, strict=True)), features)
    yield Timeline(duration, levels, moments, threshold, notes)


def no_voice(duration: float) -> SerError:
    """Return the error that there is no voice anywhere in a recording of so many seconds."""
    return SerError(
        f"No voice was found in the recording ({duration:.0f} s); at least {MIN_VOICE:.0f} s "
        "is needed. Choose one in which somebody speaks, or record closer to the microphone.",
        ErrorKind.NO_VOICE_ANYWHERE,
        duration=duration,
        needed=MIN_VOICE,
    )


def _waveforms(recording: Recording) -> Iterator[np.ndarray]:
    """Yield the waveform of each window; the last one ends with the recording."""
    size, hop = WINDOW * SAMPLING_RATE, HOP * SAMPLING_RATE
    rest = np.zeros(0, np.float32)
    for block in loading.blocks(recording, speech.MAX_DURATION):
        rest = np.concatenate([rest, block.waveform])
        while len(rest) > size:
            yield rest[:size]
            rest = rest[hop:]
    yield rest


def _clip(waveform: np.ndarray, voiced: np.ndarray, index: int) -> Clip | None:
    """Return a window's Clip, None where it cannot hold enough of a voice."""
    first, n_levels = round(index * HOP / LEVEL_DURATION), round(WINDOW / LEVEL_DURATION)
    if voiced[first : first + n_levels].sum() * LEVEL_DURATION < MIN_VOICE:
        return None
    try:
        return to_clip(waveform)
    except SerError:
        return None


def _moments(
    duration: float,
    n_windows: int,
    probabilities: dict[int, dict[str, float]],
    features: dict[int, Features],
) -> tuple[Moment, ...]:
    """Return the middle second of each window, to which the first and last one add the ends."""
    margin = (WINDOW - HOP) / 2
    edges = [0.0, *(index * HOP + margin for index in range(1, n_windows)), duration]
    return tuple(
        Moment(
            edges[index],
            edges[index + 1],
            probabilities.get(index),
            features=features.get(index),
        )
        for index in range(n_windows)
    )
