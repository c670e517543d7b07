"""Enrolment with two neutral sentences."""

from collections.abc import Mapping, Sequence

import numpy as np

from ser.models.linear import Projection
from ser.models.speaker import UNKNOWN_SPEAKER, Speaker, SpeakerAdaptation
from ser.training.data import corpora
from ser.training.data.utterance import Utterance
from ser.training.labelled_embeddings import LabelledEmbeddings

N_SENTENCES = 2  # of each speaker, spoken neutrally


def enrolment_rows(utterances: Sequence[Utterance]) -> dict[str, list[int]]:
    """Return by speaker the rows to enrol with: the first neutral clip, by name, of two sentences.

    Speakers with fewer are left out. In RAVDESS these are 03-01-01-01-01-01 and 03-01-01-01-02-01.
    """
    rows = {}
    by_name = sorted(range(len(utterances)), key=lambda row: utterances[row].name)
    for row, speaker in zip(
        by_name, corpora.speakers([utterances[row] for row in by_name]), strict=True
    ):
        if utterances[row].emotion == "neutral":
            rows.setdefault(speaker, {}).setdefault(utterances[row].sentence, row)
    return {
        speaker: list(by_sentence.values())[:N_SENTENCES]
        for speaker, by_sentence in rows.items()
        if len(by_sentence) >= N_SENTENCES
    }


def enrol(labelled: LabelledEmbeddings, projection: Projection) -> dict[str, Speaker]:
    """Return the statistics of each speaker with clips to enrol with."""
    enrolled = {}
    for speaker, rows in enrolment_rows(labelled.utterances).items():
        enrolled[speaker] = UNKNOWN_SPEAKER
        for row in projection(labelled.embeddings[rows]):
            enrolled[speaker] = enrolled[speaker].update_neutral(row)
    return enrolled


def adapt_all(
    adaptation: SpeakerAdaptation,
    rows: np.ndarray,
    speakers: np.ndarray,
    enrolled: Mapping[str, Speaker],
) -> np.ndarray:
    """Adapt principal components, shape (n, d), to their speakers, shape (n,); float32.

    Those of speakers who are not enrolled stay as they are.
    """
    adapted = [
        adaptation.adapt(row, enrolled.get(speaker, UNKNOWN_SPEAKER))
        for row, speaker in zip(rows, speakers, strict=True)
    ]
    return np.array(adapted, np.float32)
