"""Speakers of whom something is known: their classifier, and what two neutral sentences help.

What the linear model hears of them lacks part of what is their own, so it learned from clips which
lack the same, and counts for more. That is worth more than what is known alone.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
from sklearn.metrics import recall_score

from ser.labels import LABELS
from ser.models.classifier import EmotionClassifier
from ser.models.speaker import UNKNOWN_SPEAKER, SpeakerAdaptation
from ser.training.data import corpora
from ser.training.data.utterance import Utterance

SENTENCES = 2  # of each speaker, spoken neutrally
TRUST = 0.65  # in the kernel ridge, which hears voices as they are
FEWEST = 5  # enrolled speakers that are worth a classifier of their own


def chosen(utterances: Sequence[Utterance]) -> dict:
    """Return by speaker the rows that enrol: the first neutral clip, by name, of two sentences.

    Speakers without are left out. In RAVDESS these are 03-01-01-01-01-01 and 03-01-01-01-02-01.
    """
    rows = {}
    by_name = sorted(range(len(utterances)), key=lambda row: utterances[row].name)
    for row, speaker in zip(
        by_name, corpora.speakers([utterances[row] for row in by_name]), strict=True
    ):
        if utterances[row].emotion == "neutral":
            rows.setdefault(speaker, {}).setdefault(utterances[row].sentence, row)
    return {
        speaker: list(first.values())[:SENTENCES]
        for speaker, first in rows.items()
        if len(first) >= SENTENCES
    }


def adapt(
    adaptation: SpeakerAdaptation, embeddings: np.ndarray, speakers: np.ndarray, neutral: dict
) -> np.ndarray:
    """Return clips as they are heard when their speakers are enrolled.

    Args:
        embeddings: shape (n, ...).
        speakers: of the clips, shape (n,).
        neutral: by speaker, the embeddings that enrol.

    Returns:
        float32, of the shape of `embeddings`; as they were where the speaker did not enrol.
    """
    known = {}
    for speaker, heard in neutral.items():
        known[speaker] = UNKNOWN_SPEAKER
        for embedding in heard:
            known[speaker] = known[speaker].update_neutral(embedding)
    adapted = [
        adaptation.adapt(embedding, known.get(speaker, UNKNOWN_SPEAKER))
        for embedding, speaker in zip(embeddings, speakers, strict=True)
    ]
    return np.array(adapted, np.float32)


def train(
    embeddings: np.ndarray,
    in_noise: np.ndarray,
    utterances: Sequence[Utterance],
    directions: np.ndarray,
    adaptation: SpeakerAdaptation,
    seed: int,
) -> EmotionClassifier | None:
    """Train a classifier for known speakers on clips of speakers who enrolled.

    in_noise: copies of the embeddings' clips in noise; directions: the encoder's.

    Returns None if fewer than FEWEST speakers have the clips that enrol.
    """
    enrolled = chosen(utterances)
    if len(enrolled) < FEWEST:
        return None
    neutral = {speaker: embeddings[rows] for speaker, rows in enrolled.items()}
    return EmotionClassifier(seed, TRUST).fit(
        embeddings,
        [each.emotion for each in utterances],
        corpora.speakers(utterances),
        [in_noise],
        directions,
        partial(adapt, adaptation, neutral=neutral),
    )


def gain(
    emotions: np.ndarray,
    speakers: np.ndarray,
    unseen: np.ndarray,
    known: np.ndarray,
    enrolled: dict,
) -> dict:
    """Compare answers to unseen speakers with those to enrolled ones, both of shape (n, 8).

    Clips that enrol are not scored, nor are speakers without.

    Returns:
        `ua`, `gain_ua` and `n`, the clips scored; empty if nobody was enrolled.
    """
    scored = np.isin(speakers, list(enrolled))
    scored[[row for rows in enrolled.values() for row in rows]] = False
    if not scored.any():
        return {}
    truth, labels = emotions[scored], np.array(LABELS)
    before, after = (
        recall_score(
            truth, labels[rows[scored].argmax(axis=1)], labels=np.unique(truth), average="macro"
        )
        for rows in (unseen, known)
    )
    return {"ua": float(after), "gain_ua": float(after - before), "n": int(scored.sum())}
