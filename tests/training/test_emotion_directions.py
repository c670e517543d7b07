"""Emotion directions: measured on other corpora, written to the encoder's folder, and their use."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import soundfile
from encoders import save_tiny_encoder
from synthetic import fitted, predicted
from voices import speech_like

from ser.errors import SerError
from ser.models.encoder import Encoder
from ser.models.pretrained import DIRECTIONS
from ser.training import embedding
from ser.training.classifier import emotion_directions
from ser.training.data.utterance import Utterance

EMOTIONS = ("happy", "sad", "angry")
SHAPE = (2, 2, 16)  # layers, mean and standard deviation, hidden size


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Recordings named like those of CREMA-D: three emotions by two speakers."""
    monkeypatch.setattr(embedding, "CACHE", tmp_path / "cache")
    folder = tmp_path / "crema_d"
    folder.mkdir()
    for seed, (speaker, code) in enumerate(itertools.product((1001, 1002), ("HAP", "SAD", "ANG"))):
        path = folder / f"{speaker}_DFA_{code}_XX.wav"
        soundfile.write(path, speech_like(0.8, seed, 16_000), 16_000)
    return folder


def corpus(rng, class_means, name, n_speakers=8, offset=0.0):
    """Return embeddings of shape (n, *SHAPE) and utterances, each emotion twice a speaker."""
    utterances, embeddings = [], []
    of_speakers = rng.normal(0, 0.5, (n_speakers, *SHAPE))
    for speaker in range(n_speakers):
        for emotion, mean in zip(EMOTIONS, class_means, strict=True):
            for number in range(2):
                path = Path(f"{speaker}-{emotion}-{number}.wav")
                utterances.append(Utterance(path, name, speaker, "", emotion, "", ""))
                embeddings.append(offset + mean + of_speakers[speaker] + rng.normal(size=SHAPE))
    return np.array(embeddings), utterances


def test_directions_do_not_depend_on_a_corpus_offset():
    rng = np.random.default_rng(0)
    class_means = rng.normal(size=(3, *SHAPE))
    (crema_d, of_crema_d), (nemo, of_nemo) = (
        corpus(rng, class_means, name, 20, offset)
        for name, offset in (("crema_d", 0), ("nemo", 50 * rng.normal(size=SHAPE)))
    )
    measured = emotion_directions.measure(np.concatenate([crema_d, nemo]), of_crema_d + of_nemo)
    assert measured.shape == (6, *SHAPE) and measured.dtype == np.float32
    # In the order of the corpora, then of the emotions' names.
    expected = (class_means - class_means.mean(axis=0)).reshape(3, -1)[[2, 0, 1]]
    correlation = np.corrcoef(np.concatenate([measured.reshape(6, -1), expected]))[:6, 6:]
    assert (correlation.argmax(axis=1) == [0, 1, 2, 0, 1, 2]).all()
    assert correlation.max(axis=1).min() > 0.8


def test_an_encoder_has_the_directions_in_its_folder(data, tmp_path):
    folder = save_tiny_encoder(tmp_path / "encoder")
    without = Encoder(folder, "cpu")
    assert without.directions.shape == (0, 3, 2, 32) and without.fine_tuned_on == ()
    emotion_directions.write(folder, [data])
    encoder = Encoder(folder, "cpu")
    assert encoder.directions.shape == (3, 3, 2, 32)
    assert encoder.fingerprint == without.fingerprint
    # So it is refused in a cross-corpus evaluation of that corpus.
    assert encoder.fine_tuned_on == ("crema_d",)
    upper = Encoder(folder, "cpu", [2, 3])
    assert np.array_equal(upper.directions, encoder.directions[:, 1:])
    # There are none of states that they were not measured on.
    assert Encoder(folder, "cpu", [0, 3]).directions.shape == (0, 2, 2, 32)
    (folder / DIRECTIONS).write_bytes(b"damaged")
    with pytest.raises(SerError, match="damaged. Make it anew"):
        Encoder(folder, "cpu")


def test_what_cannot_be_measured_is_an_error(data, tmp_path):
    folder = save_tiny_encoder(tmp_path / "encoder")
    ravdess = tmp_path / "ravdess"
    ravdess.mkdir()
    soundfile.write(ravdess / "03-01-05-01-01-01-01.wav", speech_like(1, 0, 16_000), 16_000)
    with pytest.raises(SerError, match="RAVDESS is among"):
        emotion_directions.write(folder, [data, ravdess])
    with pytest.raises(SerError, match="no corpus nemo"):
        emotion_directions.write(folder, [data], without="nemo")
    with pytest.raises(SerError, match="cannot be loaded"):
        emotion_directions.write(tmp_path, [data])


def test_directions_of_another_corpus_improve_a_classifier():
    rng = np.random.default_rng(1)
    class_means = rng.normal(0, 0.6, (3, *SHAPE))
    # In the training corpus emotions also differ along other directions.
    of_studio = class_means + rng.normal(0, 1.5, class_means.shape)
    embeddings, utterances = corpus(rng, of_studio, "ravdess", 10)
    nemo, of_nemo = corpus(rng, class_means, "nemo", 20)
    test, of_test = corpus(rng, class_means, "crema_d", 20)
    directions = emotion_directions.measure(nemo, of_nemo)
    emotions, speakers = zip(*((u.emotion, u.speaker) for u in utterances), strict=True)

    def accuracy(**options):
        classifier = fitted(embeddings, emotions, speakers, **options)
        return np.mean(predicted(classifier, test) == [u.emotion for u in of_test])

    without = accuracy()
    assert accuracy(directions=directions) > without + 0.05
    assert accuracy(directions=directions[:0]) == without
