"""A long recording: which emotion its voice carries from one moment to the next.

It is heard twice, both times block by block: first for its length and its loudness, then window
by window. Of a window only its embedding is kept, so memory does not grow with the sound. Every
window goes through the same door as a short recording (`audio.cut`).

One voice is assumed, and learned from the whole recording, so that the first minute is judged like
the last. What three overlapping windows hear is not three recordings: a window counts when it
begins where the last one that counted ended, and it never counts for an answer about its own
sound. If several people speak, what is taken off is what they have in common, room and microphone.
If one emotion lasts all along, half of it passes for the voice (ser/speaker.py), and the answers
come out nearer to neutral than they should.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress

import numpy as np

from ser.audio import loading
from ser.audio.decoding import Recording
from ser.errors import SerError
from ser.labels import LABELS
from ser.models.encoder import BATCH
from ser.models.speaker import UNKNOWN_SPEAKER, Speaker
from ser.timeline.timeline import LEVEL, Moment, Timeline

MAX_DURATION = 1800.0  # s
WINDOW, HOP = 3, 1  # s
MIN_VOICE = 1.0  # s in a window; of less an answer would be a guess
BACKGROUND = 10  # percentile of the levels that is taken for what is heard without a voice
ABOVE_BACKGROUND = 6  # dB that a voice rises above it
ANSWERED = 64  # windows classified at a time
RATE = loading.SAMPLING_RATE


@dataclass(frozen=True)
class _Window:
    """One with a voice: its number, its embedding and its probabilities as a stranger's."""

    number: int
    embedding: np.ndarray
    probabilities: np.ndarray


def listen(recognizer, recording: Recording) -> Iterator[float | Timeline]:
    """Hear a recording of up to 30 minutes with a `Recognizer`; to stop asking stops the work.

    Yields:
        again and again the share that was heard, 0-1, and at last the `Timeline`.

    Raises:
        SerError: as `audio.load`, but for more than 30 minutes; no voice is anywhere in it.
    """
    yield 0.0
    duration, levels, notes = _levels(recording)
    voiced = _voiced(levels)
    batch, windows = {}, []
    for number, waveform in enumerate(_windows(recording)):
        if clip := _clip(waveform, voiced, number):
            batch[number] = clip
        if len(batch) == BATCH:
            windows += _embed(recognizer, batch)
            batch = {}
            yield min(1.0, (number + 1) * HOP / duration)
    if batch:
        windows += _embed(recognizer, batch)
    if not windows:
        raise SerError(
            f"No voice was found in the recording ({duration:.0f} s); at least {MIN_VOICE:.0f} s "
            "is needed. Choose one in which somebody speaks, or record closer to the microphone.",
            "nobody",
            duration=duration,
            needed=MIN_VOICE,
        )
    yield 1.0
    answers, sure = _answers(recognizer, windows)
    yield Timeline(duration, levels, _moments(duration, number + 1, answers), sure, notes)


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
    """Tell for each level whether it may be a voice's, by what only the whole recording tells."""
    loud = levels.max() * 10 ** (-loading.TRIM_DB / 20)
    background = np.percentile(levels, BACKGROUND) * 10 ** (ABOVE_BACKGROUND / 20)
    return levels > max(loud, background)


def _windows(recording: Recording) -> Iterator[np.ndarray]:
    """Yield windows of 3 s, one every second; the last one ends with the recording."""
    size, hop = WINDOW * RATE, HOP * RATE
    rest = np.zeros(0, np.float32)
    for block in loading.blocks(recording, MAX_DURATION):
        rest = np.concatenate([rest, block.waveform])
        while len(rest) > size:
            yield rest[:size]
            rest = rest[hop:]
    yield rest


def _clip(waveform: np.ndarray, voiced: np.ndarray, number: int) -> loading.Clip | None:
    """Return what is heard of a window, None where it is no voice."""
    first = round(number * HOP / LEVEL)
    if voiced[first : first + round(WINDOW / LEVEL)].sum() * LEVEL < MIN_VOICE:
        return None
    try:
        return loading.cut(waveform)
    except SerError:
        return None


def _embed(recognizer, batch: dict[int, loading.Clip]) -> Iterator[_Window]:
    embeddings = recognizer.encoder.embed(list(batch.values()))
    voices = recognizer.detector.detect(embeddings)
    probabilities = recognizer.classifier.initial_probabilities(embeddings)
    windows = map(_Window, batch, embeddings, probabilities)
    return compress(windows, voices)


def _answers(recognizer, windows: list[_Window]) -> tuple[dict[int, dict[str, float]], float]:
    """Answer each window, by its number, by what the others tell of the voice.

    Returns also the probability from which on an answer is sure.
    """
    counted = []
    for window in windows:
        if not counted or (window.number - counted[-1].number) * HOP >= WINDOW:
            counted.append(window)
    voice = UNKNOWN_SPEAKER
    for window in counted:
        voice = voice.update(window.embedding, window.probabilities)
    answers = {}
    for first in range(0, len(windows), ANSWERED):
        part = windows[first : first + ANSWERED]
        voices = [_others(voice, counted, window) for window in part]
        heard = [window.embedding for window in part]
        adapted = map(recognizer.adaptation.adapt, heard, voices)
        # Whoever speaks in more than one part is known in all of them.
        classifier = recognizer.classifier_for(voices)
        probabilities = classifier.probabilities(np.stack(heard), np.stack(list(adapted)))
        for window, row in zip(part, probabilities.tolist(), strict=True):
            answers[window.number] = dict(zip(LABELS, row, strict=True))
    return answers, classifier.threshold


def _others(voice: Speaker, counted: list[_Window], window: _Window) -> Speaker:
    """Return what is known of a voice without what shares sound with a window."""
    for other in counted:
        if abs(other.number - window.number) * HOP < WINDOW:
            voice = voice.remove(other.embedding, other.probabilities)
    return voice


def _moments(
    duration: float, windows: int, answers: dict[int, dict[str, float]]
) -> tuple[Moment, ...]:
    """Give each window its middle second, the first and the last one also the ends."""
    before = (WINDOW - HOP) / 2
    edges = [0.0, *(number * HOP + before for number in range(1, windows)), duration]
    return tuple(
        Moment(edges[number], edges[number + 1], answers.get(number)) for number in range(windows)
    )
