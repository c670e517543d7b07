"""Score recordings: one record per recording, the same on one machine and on Ray."""

from collections.abc import Callable, Iterable, Iterator

from ser.audio.clip import Clip
from ser.batch.collection import load_uri
from ser.batch.embedding import embed_many
from ser.errors import SerError
from ser.models.embedding_map import AXES
from ser.models.speaker import UNKNOWN_SPEAKER, Speaker
from ser.recognizer import Recognizer


def score_recordings(
    recognizer: Recognizer,
    recordings: Iterable,
    load: Callable[..., Clip] = load_uri,
    speaker: Speaker = UNKNOWN_SPEAKER,
) -> Iterator[dict]:
    """Yield the columns `scoring.SCHEMA` but uri and model for each recording, in order.

    Args:
        recordings, load: as `embed_many` takes them; an error of `load` becomes the column error.
        speaker: of all recordings.
    """
    for result in embed_many(recognizer.encoder, recordings, load):
        if isinstance(result, SerError):
            yield {"error": str(result)}
            continue
        analysis = recognizer.analyse_embedding(*result, speaker)
        yield {
            "duration": analysis.clip.duration,
            **analysis.probabilities,
            "label": analysis.label,
            "verdict": analysis.verdict,
            **dict(zip(AXES, analysis.place.position.tolist(), strict=True)),
        }
