"""Enrolment with two neutral sentences, and the classifier for adapted speakers."""

from collections.abc import Mapping, Sequence

import numpy as np

from ser.models.classifier import Adapt, EmotionClassifier, fit_classifier
from ser.models.speaker import UNKNOWN_SPEAKER, Speaker, SpeakerAdaptation
from ser.training.data import corpora
from ser.training.data.utterance import Utterance
from ser.training.labelled_embeddings import LabelledEmbeddings

N_SENTENCES = 2  # of each speaker, spoken neutrally
MIN_ENROLLED = 5  # speakers, or the classifier is not fitted to adapted embeddings


def fit(
    training_set: LabelledEmbeddings, seed: int
) -> tuple[EmotionClassifier, SpeakerAdaptation, np.ndarray]:
    """Fit the classifier to embeddings as they are, and as adapted to their enrolled speakers.

    Returns:
        classifier, adaptation, and the ensemble's out-of-fold probabilities, shape (n, 8).
    """
    adaptation = SpeakerAdaptation.fit(training_set.embeddings, training_set.emotions)
    enrolled = enrol(training_set)

    def adapt(rows: np.ndarray, speakers: np.ndarray) -> np.ndarray:
        return adapt_all(adaptation, rows, speakers, enrolled)

    classifier, out_of_fold = fit_unadapted(
        training_set, seed, adapt if len(enrolled) >= MIN_ENROLLED else None
    )
    return classifier, adaptation, out_of_fold


def fit_unadapted(
    training_set: LabelledEmbeddings, seed: int, adapt: Adapt | None = None
) -> tuple[EmotionClassifier, np.ndarray]:
    """Fit the classifier, to adapted embeddings too if `adapt` is given, as `fit_classifier`."""
    copies = training_set.noisy_copies
    return fit_classifier(
        training_set.embeddings,
        training_set.emotions,
        training_set.speakers,
        [] if copies is None else [copies],
        training_set.directions,
        adapt,
        seed,
    )


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


def enrol(labelled: LabelledEmbeddings) -> dict[str, Speaker]:
    """Return the statistics of each speaker with clips to enrol with."""
    enrolled = {}
    for speaker, rows in enrolment_rows(labelled.utterances).items():
        enrolled[speaker] = UNKNOWN_SPEAKER
        for row in rows:
            enrolled[speaker] = enrolled[speaker].update_neutral(labelled.embeddings[row])
    return enrolled


def adapt_all(
    adaptation: SpeakerAdaptation,
    embeddings: np.ndarray,
    speakers: np.ndarray,
    enrolled: Mapping[str, Speaker],
) -> np.ndarray:
    """Adapt embeddings, shape (n, ...), to their speakers, shape (n,); float32.

    Those of speakers who are not enrolled stay as they are.
    """
    adapted = [
        adaptation.adapt(embedding, enrolled.get(speaker, UNKNOWN_SPEAKER))
        for embedding, speaker in zip(embeddings, speakers, strict=True)
    ]
    return np.array(adapted, np.float32)
