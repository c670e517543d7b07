"""Synthetic embeddings: an offset for each emotion, one for each speaker, and noise."""

from pathlib import Path

import numpy as np

from ser.labels import LABELS
from ser.models.classifier import EmotionClassifier
from ser.training.classifier.fitting import fit_classifier
from ser.training.classifier.training_set import ProjectedCorpora
from ser.training.data.utterance import Utterance
from ser.training.labelled_embeddings import LabelledEmbeddings, project

COMMON = [label for label in LABELS if label not in ("calm", "surprised")]
SHAPE = (3, 2, 24)  # layers, mean and standard deviation, hidden size


def embeddings_of(rng, n_per_label, n_speakers=6, noise=1.0):
    """Return embeddings of shape (n, 3, 2, 24), their labels and their speakers."""
    offsets = np.random.default_rng(7).normal(size=(len(LABELS), *SHAPE))
    emotions = np.repeat(LABELS, n_per_label)
    codes = np.array([LABELS.index(emotion) for emotion in emotions])
    speakers = rng.integers(0, n_speakers, len(codes))
    of_speakers = rng.normal(0, 0.5, (n_speakers, *SHAPE))
    embeddings = offsets[codes] + of_speakers[speakers] + rng.normal(0, noise, (len(codes), *SHAPE))
    return embeddings, emotions, speakers


def corpus_of(number, n_per_label, noise=1.0, seed=0):
    """Return what `embeddings_of` does, with what is peculiar to one of several made-up corpora.

    That is an offset of all its clips, and one of each emotion.
    """
    rng, peculiar = np.random.default_rng([number, seed]), np.random.default_rng(number)
    embeddings, emotions, speakers = embeddings_of(rng, n_per_label, noise=noise)
    codes = np.array([LABELS.index(emotion) for emotion in emotions])
    offset = peculiar.normal(size=SHAPE)
    of_emotions = peculiar.normal(0, 1.5, (len(LABELS), *SHAPE))
    return embeddings + offset + of_emotions[codes], emotions, speakers


def only(corpus, emotions):
    """Return the clips of some emotions, of what `embeddings_of` returned."""
    rows = np.isin(corpus[1], emotions)
    return tuple(column[rows] for column in corpus)


def projected_corpora(fine_tuned_on=(), **corpora) -> ProjectedCorpora:
    """Return principal components of named corpora, as `embeddings_of` returns them."""
    sets = [labelled(*columns, corpus=name) for name, columns in corpora.items()]
    return project(sets, fine_tuned_on, seed=0)


def labelled(embeddings, emotions, speakers, others=None, corpus="made", sentence=""):
    """Return embeddings as a labelled set."""
    utterances = tuple(
        Utterance(
            Path(f"{corpus}-{row:04}.wav"), corpus, int(speaker), "", str(emotion), sentence, ""
        )
        for row, (emotion, speaker) in enumerate(zip(emotions, speakers, strict=True))
    )
    return LabelledEmbeddings(utterances, embeddings, others)


def separable_in_one_layer(n_layers, layer, rng):
    """Return clips of eight speakers in which one layer separates two emotions; the rest is noise.

    Float16 embeddings of shape (96, n_layers, 2, 32).
    """
    emotions, speakers = np.array(["sad", "angry"] * 48), np.repeat(np.arange(8), 12)
    embeddings = rng.normal(size=(96, n_layers, 2, 32))
    embeddings[:, layer, 0, 0] += 6 * (emotions == "sad")
    return labelled(embeddings.astype(np.float16), emotions, speakers)


def fitted(*arguments, **options) -> EmotionClassifier:
    """Return a fitted classifier alone."""
    classifier, _ = fit_classifier(*arguments, **options)
    return classifier


def predicted(classifier, embeddings):
    """Return the predicted labels."""
    probabilities = classifier.predict(embeddings).probabilities
    return np.array(LABELS)[probabilities.argmax(axis=1)]


def made_up(corpus, n_speakers, emotions, n_clips, **details):
    """Utterances of numbered speakers, odd ones female."""
    return [
        Utterance(
            path=Path(f"{corpus}-{speaker}-{emotion}-{number}.wav"),
            corpus=corpus,
            speaker=speaker,
            sex="female" if speaker % 2 else "male",
            emotion=emotion,
            sentence="",
            licence="",
            details=details,
        )
        for speaker in range(n_speakers)
        for emotion in emotions
        for number in range(n_clips)
    ]


def without_embeddings(utterances):
    """Return utterances whose embeddings do not matter."""
    return LabelledEmbeddings(tuple(utterances), np.zeros((len(utterances), 1)))
