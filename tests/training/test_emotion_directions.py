"""Where other corpora's emotions lie: found, kept beside the encoder, and what it is worth."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from encoders import save_tiny_encoder
from voices import speech_like

from ser.errors import SerError
from ser.labels import LABELS
from ser.models.classifier import EmotionClassifier
from ser.models.encoder import Encoder
from ser.models.pretrained import DIRECTIONS
from ser.training import embedding
from ser.training.classifier import emotion_directions
from ser.training.data.utterance import Utterance

FELT = ("happy", "sad", "angry")


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Recordings named as those of CREMA-D are: three emotions by two people."""
    monkeypatch.setattr(embedding, "CACHE", tmp_path / "cache")
    folder = tmp_path / "crema_d"
    folder.mkdir()
    for seed, (speaker, emotion) in enumerate(
        (speaker, emotion) for speaker in (1001, 1002) for emotion in ("HAP", "SAD", "ANG")
    ):
        path = folder / f"{speaker}_DFA_{emotion}_XX.wav"
        soundfile.write(path, speech_like(0.8, seed, 16_000), 16_000)
    return folder


def people(random, centres, corpus, speakers=8, room=0.0):
    """Embeddings of shape (n, 2, 2, 16) and whose they are, each emotion twice a speaker."""
    utterances, embeddings = [], []
    voices = random.normal(0, 0.5, (speakers, *centres.shape[1:]))
    for speaker in range(speakers):
        for emotion, centre in zip(FELT, centres, strict=True):
            for number in range(2):
                path = Path(f"{speaker}-{emotion}-{number}.wav")
                utterances.append(Utterance(path, corpus, speaker, "", emotion, "", ""))
                noise = random.normal(size=centre.shape)
                embeddings.append(room + centre + voices[speaker] + noise)
    return np.array(embeddings), utterances


def test_directions_are_those_of_the_emotions_whatever_the_room():
    random = np.random.default_rng(0)
    centres = random.normal(size=(3, 2, 2, 16))
    (first, one), (second, two) = (
        people(random, centres, corpus, 20, room)
        for corpus, room in (("crema_d", 0), ("nemo", 50 * random.normal(size=(2, 2, 16))))
    )
    found = emotion_directions.measure(np.concatenate([first, second]), one + two)
    assert found.shape == (6, 2, 2, 16) and found.dtype == np.float32
    # In the order of the corpora, then of the emotions' names.
    true = (centres - centres.mean(axis=0)).reshape(3, -1)[[2, 0, 1]]
    alike = np.corrcoef(np.concatenate([found.reshape(6, -1), true]))[:6, 6:]
    assert (alike.argmax(axis=1) == [0, 1, 2, 0, 1, 2]).all()
    assert alike.max(axis=1).min() > 0.8


def test_they_are_kept_beside_the_encoder(data, tmp_path):
    folder = save_tiny_encoder(tmp_path / "encoder")
    plain = Encoder(folder, "cpu")
    assert plain.directions.shape == (0, 3, 2, 32) and plain.fine_tuned_on == ()
    emotion_directions.write(folder, [data])
    encoder = Encoder(folder, "cpu")
    assert encoder.directions.shape == (3, 3, 2, 32)
    assert encoder.fingerprint == plain.fingerprint
    # So it will not be scored as a stranger to that corpus.
    assert encoder.fine_tuned_on == ("crema_d",)
    upper = Encoder(folder, "cpu", [2, 3])
    assert np.array_equal(upper.directions, encoder.directions[:, 1:])
    # Of states that nobody looked at none are known.
    assert Encoder(folder, "cpu", [0, 3]).directions.shape == (0, 2, 2, 32)
    (folder / DIRECTIONS).write_bytes(b"damaged")
    with pytest.raises(SerError, match="damaged. Make it anew"):
        Encoder(folder, "cpu")


def test_what_cannot_be_found_is_said(data, tmp_path):
    folder = save_tiny_encoder(tmp_path / "encoder")
    actor = tmp_path / "ravdess"
    actor.mkdir()
    soundfile.write(actor / "03-01-05-01-01-01-01.wav", speech_like(1, 0, 16_000), 16_000)
    with pytest.raises(SerError, match="RAVDESS is among"):
        emotion_directions.write(folder, [data, actor])
    with pytest.raises(SerError, match="no corpus nemo"):
        emotion_directions.write(folder, [data], without="nemo")
    with pytest.raises(SerError, match="cannot be loaded"):
        emotion_directions.write(tmp_path, [data])


def test_a_classifier_that_knows_them_is_better_with_strangers():
    random = np.random.default_rng(1)
    centres = random.normal(0, 0.6, (3, 2, 2, 16))
    # What a studio's emotions have beside what everybody's have.
    studio = centres + random.normal(0, 1.5, centres.shape)
    embeddings, utterances = people(random, studio, "ravdess", 10)
    elsewhere, others = people(random, centres, "nemo", 20)
    unseen, strangers = people(random, centres, "crema_d", 20)
    known = emotion_directions.measure(elsewhere, others)
    lessons = [each.emotion for each in utterances], [each.speaker for each in utterances]

    def right(**more):
        classifier = EmotionClassifier().fit(embeddings, *lessons, **more)
        heard = classifier.probabilities(unseen).argmax(axis=1)
        return np.mean(np.array(LABELS)[heard] == [each.emotion for each in strangers])

    without = right()
    assert right(directions=known) > without + 0.05
    assert right(directions=known[:0]) == without
