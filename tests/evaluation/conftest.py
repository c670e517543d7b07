"""What the tests of unknown speakers share: made-up corpora."""

import numpy as np
import pytest
from synthetic import COMMON, made_up

from ser.evaluation import cross_corpus
from ser.evaluation.speakers import speaker_conditions
from ser.labels import LABELS
from ser.training.classifier import fitting
from ser.training.labelled_embeddings import LabelledEmbeddings

HIDDEN_SIZE = 64


@pytest.fixture(scope="module")
def sets():
    """Corpora whose emotions are separable but for an offset of each speaker and corpus."""
    rng = np.random.default_rng(0)
    tables = {
        "ravdess": made_up("ravdess", 12, LABELS, 4),
        "crema_d": made_up("crema_d", 10, COMMON, 4, age="52", heard_as="sad"),
        "nemo": made_up("nemo", 6, COMMON, 4),
    }
    class_means = 1.5 * rng.normal(size=(8, HIDDEN_SIZE))
    labelled = {}
    for corpus, utterances in tables.items():
        of_corpus = (0 if corpus == "ravdess" else 8) * rng.normal(size=HIDDEN_SIZE)
        of_speakers = 1.5 * rng.normal(size=(20, HIDDEN_SIZE))
        embeddings = np.array(
            [
                class_means[LABELS.index(utterance.emotion)] + of_corpus
                + of_speakers[utterance.speaker] + rng.normal(size=HIDDEN_SIZE)
                for utterance in utterances
            ]
        )  # fmt: skip
        labelled[corpus] = LabelledEmbeddings(tuple(utterances), embeddings)
    return labelled


@pytest.fixture(scope="module")
def result(quick_training, sets):
    models = fitting.fit(cross_corpus.leave_out(sets, "crema_d"), 0)
    return speaker_conditions.score(sets["crema_d"], models, 0)
