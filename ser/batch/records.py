"""Score recordings: the rows of each recording, the same on one machine and on Ray.

A row is a dict with the columns of `scoring.SCHEMA` or `scoring.TURNS_SCHEMA` but uri and model.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

import numpy as np

from ser.batch.collection import load_uri, local_path
from ser.batch.embedding import embed_many
from ser.errors import SerError
from ser.labels import CONFIDENT, LABELS, UNCERTAIN
from ser.models.embedding_map import AXES
from ser.models.speaker import UNKNOWN_SPEAKER, Speaker
from ser.recognizer import Recognizer
from ser.timeline.timeline import Moment

# Takes the recognizer and URIs, and yields the rows of each recording.
ScoreUris = Callable[[Recognizer, Iterable[str]], Iterator[list[dict]]]

MAX_DURATION = 4 * 3600.0  # s of a recording whose turns are scored


def score_recordings(
    recognizer: Recognizer, uris: Iterable[str], speaker: Speaker = UNKNOWN_SPEAKER
) -> Iterator[list[dict]]:
    """Yield one row for each recording, in order.

    speaker: of all recordings.
    """
    for result in embed_many(recognizer.encoder, uris, load_uri):
        if isinstance(result, SerError):
            yield [{"error": str(result)}]
            continue
        analysis = recognizer.analyse_embedding(*result, speaker)
        yield [
            {
                "duration": analysis.clip.duration,
                **analysis.probabilities,
                "label": analysis.label,
                "verdict": analysis.verdict,
                **dict(zip(AXES, analysis.place.position.tolist(), strict=True)),
            }
        ]


def score_turns(
    recognizer: Recognizer, uris: Iterable[str], n_speakers: int | None = None
) -> Iterator[list[dict]]:
    """Yield a row for each turn of each recording of up to MAX_DURATION, in order.

    A turn is speech of one speaker without a pause. Its probabilities are the mean of its windows',
    weighted by their durations.

    n_speakers: number of people who speak in each recording; None to have it found.
    """
    for uri in uris:
        try:
            with local_path(uri) as path:
                *_, timeline = recognizer.turns(
                    path, n_speakers=n_speakers, max_duration=MAX_DURATION
                )
        except SerError as error:
            yield [{"error": str(error)}]
            continue
        yield [
            _turn(list(windows), timeline.threshold)
            for speaker, windows in groupby(
                timeline.moments, key=lambda moment: moment.probabilities and moment.speaker
            )
            if speaker
        ]


def _turn(windows: list[Moment], threshold: float) -> dict:
    rows = [[window.probabilities[label] for label in LABELS] for window in windows]
    mean = np.average(rows, axis=0, weights=[window.end - window.start for window in windows])
    return {
        "start": windows[0].start,
        "end": windows[-1].end,
        "speaker": windows[0].speaker,
        **dict(zip(LABELS, mean.tolist(), strict=True)),
        "label": LABELS[int(mean.argmax())],
        "verdict": CONFIDENT if mean.max() >= threshold else UNCERTAIN,
    }
