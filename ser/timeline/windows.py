"""Emotions in a long recording: windows of three seconds, one each second.

The recording is decoded twice, block by block: for its duration and levels, and for its windows. Of
a window only the embedding is kept, so memory does not grow with the duration. Windows are
preprocessed as short recordings are (`to_clip`).

One speaker is assumed, whose statistics come from the whole recording, so the first minute is
adapted as well as the last. Overlapping windows are not independent: the statistics are of windows
that do not overlap, and a window's prediction leaves out those that overlap it. Of several speakers
the offset is what they share, room and microphone. If one emotion lasts all along, half of it is
taken for the speaker's offset (ser/models/speaker.py) and predictions come out closer to neutral
than they should.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress

import numpy as np

from ser.audio import loading
from ser.audio.decoding import Recording
from ser.errors import SerError
from ser.labels import LABELS
from ser.models.classifier import EmotionClassifier
from ser.models.encoder import BATCH, Encoder
from ser.models.speaker import UNKNOWN_SPEAKER, Speaker, SpeakerAdaptation
from ser.models.voice_detector import VoiceDetector
from ser.timeline.timeline import LEVEL, Moment, Timeline

MAX_DURATION = 1800.0  # s
WINDOW, HOP = 3, 1  # s
MIN_VOICE = 1.0  # s of a window
NOISE_FLOOR_PERCENTILE = 10  # of the levels
ABOVE_NOISE_FLOOR = 6  # dB, of a voice
N_AT_ONCE = 64  # windows that are classified together
RATE = loading.SAMPLING_RATE


@dataclass(frozen=True)
class _Window:
    """A window with a voice.

    Attributes:
        number: of the window, in hops.
        embedding: shape (layers, 2, hidden size).
        probabilities: of its emotions, shape (8,), predicted without adaptation.
    """

    number: int
    embedding: np.ndarray
    probabilities: np.ndarray


def analyse_windows(
    recording: Recording,
    encoder: Encoder,
    voice_detector: VoiceDetector,
    adaptation: SpeakerAdaptation,
    classifier: EmotionClassifier,
) -> Iterator[float | Timeline]:
    """Predict the emotions in a recording of up to 30 minutes, step by step.

    Yields:
        again and again the analysed fraction, 0-1, and at last the `Timeline`.

    Raises:
        SerError: as `loading.load`, but for more than 30 minutes; there is no voice anywhere.
    """
    yield 0.0
    duration, levels, notes = _levels(recording)
    voiced = _voiced(levels)
    batch, windows = {}, []

    def embed() -> Iterator[_Window]:
        embeddings = encoder.embed(list(batch.values()))
        probabilities = classifier.predict(embeddings).ensemble
        detected = voice_detector.detect(embeddings)
        return compress(map(_Window, batch, embeddings, probabilities), detected)

    for number, waveform in enumerate(_waveforms(recording)):
        if clip := _clip(waveform, voiced, number):
            batch[number] = clip
        if len(batch) == BATCH:
            windows += embed()
            batch = {}
            yield min(1.0, (number + 1) * HOP / duration)
    if batch:
        windows += embed()
    if not windows:
        raise SerError(
            f"No voice was found in the recording ({duration:.0f} s); at least {MIN_VOICE:.0f} s "
            "is needed. Choose one in which somebody speaks, or record closer to the microphone.",
            "nobody",
            duration=duration,
            needed=MIN_VOICE,
        )
    yield 1.0
    predictions, threshold = _predict(windows, adaptation, classifier)
    moments = _moments(duration, number + 1, predictions)
    yield Timeline(duration, levels, moments, threshold, notes)


def _levels(recording: Recording) -> tuple[float, np.ndarray, tuple[str, ...]]:
    """Return the duration in seconds, the levels and the notes, as Timeline describes them."""
    step = round(LEVEL * RATE)
    rest, samples, levels = np.zeros(0, np.float32), 0, []
    for block in loading.blocks(recording, MAX_DURATION):
        samples += len(block.waveform)
        rest = np.concatenate([rest, block.waveform])
        whole = len(rest) // step * step
        # The deviation rather than the root mean square: a constant offset is no sound.
        levels.append(rest[:whole].reshape(-1, step).std(axis=1))
        rest = rest[whole:]
    if len(rest):
        levels.append(rest[None].std(axis=1))
    return samples / RATE, np.concatenate(levels), block.defects


def _voiced(levels: np.ndarray) -> np.ndarray:
    """Return which levels may be a voice's, compared with the whole recording."""
    relative = levels.max() * 10 ** (-loading.TRIM_DB / 20)
    noise_floor = np.percentile(levels, NOISE_FLOOR_PERCENTILE)
    return levels > max(relative, noise_floor * 10 ** (ABOVE_NOISE_FLOOR / 20))


def _waveforms(recording: Recording) -> Iterator[np.ndarray]:
    """Yield the waveform of each window; the last one ends with the recording."""
    size, hop = WINDOW * RATE, HOP * RATE
    rest = np.zeros(0, np.float32)
    for block in loading.blocks(recording, MAX_DURATION):
        rest = np.concatenate([rest, block.waveform])
        while len(rest) > size:
            yield rest[:size]
            rest = rest[hop:]
    yield rest


def _clip(waveform: np.ndarray, voiced: np.ndarray, number: int) -> loading.Clip | None:
    """Return a window's Clip, None where it cannot hold enough of a voice."""
    first = round(number * HOP / LEVEL)
    if voiced[first : first + round(WINDOW / LEVEL)].sum() * LEVEL < MIN_VOICE:
        return None
    try:
        return loading.cut(waveform)
    except SerError:
        return None


def _predict(
    windows: list[_Window], adaptation: SpeakerAdaptation, classifier: EmotionClassifier
) -> tuple[dict[int, dict[str, float]], float]:
    """Predict each window, adapted with the windows that do not overlap it.

    Returns:
        probabilities by window number and label, and the threshold of a confident one.
    """
    sample = []
    for window in windows:
        if not sample or (window.number - sample[-1].number) * HOP >= WINDOW:
            sample.append(window)
    speaker = UNKNOWN_SPEAKER
    for window in sample:
        speaker = speaker.update(window.embedding, window.probabilities)
    probabilities = {}
    for first in range(0, len(windows), N_AT_ONCE):
        part = windows[first : first + N_AT_ONCE]
        embeddings = np.stack([window.embedding for window in part])
        speakers = [_without_overlap(speaker, sample, window) for window in part]
        adapted = None
        # A speaker of more than one sampled window has statistics for all of the windows.
        if all(each.n_clips for each in speakers):
            adapted = np.stack(list(map(adaptation.adapt, embeddings, speakers)))
        prediction = classifier.predict(embeddings, adapted)
        for window, row in zip(part, prediction.probabilities.tolist(), strict=True):
            probabilities[window.number] = dict(zip(LABELS, row, strict=True))
    return probabilities, prediction.threshold


def _without_overlap(speaker: Speaker, sample: list[_Window], window: _Window) -> Speaker:
    """Return a speaker's statistics without the sampled windows that overlap a window."""
    for other in sample:
        if abs(other.number - window.number) * HOP < WINDOW:
            speaker = speaker.remove(other.embedding, other.probabilities)
    return speaker


def _moments(
    duration: float, n_windows: int, probabilities: dict[int, dict[str, float]]
) -> tuple[Moment, ...]:
    """Give each window its middle second, the first and the last one also the ends."""
    before = (WINDOW - HOP) / 2
    edges = [0.0, *(number * HOP + before for number in range(1, n_windows)), duration]
    return tuple(
        Moment(edges[number], edges[number + 1], probabilities.get(number))
        for number in range(n_windows)
    )
