"""Answers to thirty clips, kept in reference_answers.json: a change of code alone changes none.

After a change that is meant to change answers, such as training anew, write them again with:
PYTHONPATH=. python tests/reference_answers.py
"""

import json
from pathlib import Path

import numpy as np

from ser import artifacts
from ser.models.speaker import UNKNOWN_SPEAKER
from ser.recognizer import Recognizer
from ser.training import labelled_embeddings

PATH = Path(__file__).with_suffix(".json")
SHARED = Path(__file__).parents[2] / "shared"
CORPORA = {"ravdess": 10, "crema_d": 6, "nemo": 5, "casia": 3, "aesdd": 3, "noise": 3}  # clips
N_EMBEDDINGS = 30


def recordings() -> list[Path]:
    """Return thirty recordings of the corpora that are at hand; those of others are left out."""
    chosen = []
    for corpus, n_clips in CORPORA.items():
        files = sorted(p for p in (SHARED / corpus).rglob("*") if p.suffix in (".flac", ".opus"))
        if files:
            chosen += [files[row] for row in np.linspace(0, len(files) - 1, n_clips).astype(int)]
    return chosen


def of_recordings(recognizer: Recognizer) -> dict[str, dict]:
    """Return the answers to the recordings, of unknown speakers."""
    return {
        path.relative_to(SHARED).as_posix(): recognizer.analyse(path).to_json()
        for path in recordings()
    }


def of_embeddings(recognizer: Recognizer) -> dict[str, dict]:
    """Return the answers to bundled embeddings, without and with a neutral clip of the speaker."""
    labelled = labelled_embeddings.load(artifacts.FOLDER)
    rows = np.linspace(0, len(labelled.embeddings) - 1, N_EMBEDDINGS).astype(int)
    answers = {}
    for row in rows:
        of_speaker = labelled.speakers == labelled.speakers[row]
        neutral = np.flatnonzero(of_speaker & (labelled.emotions == "neutral"))[0]
        embedding, of_neutral = labelled.embeddings[[row, neutral]].astype(np.float32)
        [features, neutral_features] = recognizer.classifier.projection(
            np.stack([embedding, of_neutral])
        )
        speaker = UNKNOWN_SPEAKER.update_neutral(neutral_features)
        adapted = recognizer.adaptation.adapt(features, speaker)
        features = recognizer.classifier.features(embedding[None])
        unknown = recognizer.classifier.predict_features(features, features.rows)
        enrolled = recognizer.classifier.predict_features(features, adapted[None])
        answers[labelled.utterances[row].name] = {
            "unknown": unknown.probabilities[0].tolist(),
            "enrolled": enrolled.probabilities[0].tolist(),
            "map": recognizer.embedding_map.place(unknown.pooled[0]).position.tolist(),
        }
    return answers


if __name__ == "__main__":
    loaded = Recognizer.load(device="cpu")
    content = {"embeddings": of_embeddings(loaded), "recordings": of_recordings(loaded)}
    PATH.write_text(json.dumps(content, indent=1) + "\n")
