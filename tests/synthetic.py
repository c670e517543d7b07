"""Synthetic embeddings: an offset for each emotion, one for each speaker, and noise."""

from pathlib import Path

import numpy as np

from ser.labels import LABELS
from ser.models.classifier import EmotionClassifier, fit_classifier
from ser.training.data.utterance import Utterance
from ser.training.labelled_embeddings import LabelledEmbeddings

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


def labelled(embeddings, emotions, speakers, noisy_copies=None, corpus="made", sentence=""):
    """Return embeddings as a labelled set, without emotion directions."""
    utterances = tuple(
        Utterance(
            Path(f"{corpus}-{row:04}.wav"), corpus, int(speaker), "", str(emotion), sentence, ""
        )
        for row, (emotion, speaker) in enumerate(zip(emotions, speakers, strict=True))
    )
    directions = np.zeros((0, *embeddings.shape[1:]), np.float32)
    return LabelledEmbeddings(utterances, embeddings, noisy_copies, directions)


def separable_in_one_layer(n_layers, layer, rng):
    """Return clips of eight speakers in which one layer separates two emotions; the rest is noise.

    Of 96 clips, and without noisy copies; float16 embeddings of shape (96, n_layers, 2, 32).
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
    n_clips = len(utterances)
    return LabelledEmbeddings(tuple(utterances), np.zeros((n_clips, 1)), None, np.zeros((0, 1)))
