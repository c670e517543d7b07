"""The linear probe that compares the encoder with its teacher."""

import numpy as np
import pytest
import soundfile
import torch
from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForAudioClassification
from voices import speech_like

from ser.audio import loading
from ser.evaluation import encoder_probe
from ser.labels import LABELS
from ser.models.encoder import Encoder
from ser.training.data.published import RAVDESS
from ser.training.encoder.teacher import Teacher


@pytest.fixture(scope="module")
def utterances(tmp_path_factory):
    """A clip of each emotion by each actor; only those of two actors have a file."""
    folder = tmp_path_factory.mktemp("ravdess")
    names = [f"03-01-0{e}-01-01-01-{a:02}" for a in range(1, 25) for e in range(1, 9)]
    for seed, name in enumerate(names[:16]):
        soundfile.write(folder / f"{name}.wav", speech_like(1.0, seed, 16_000), 16_000)
    return [RAVDESS.utterance(folder / f"{name}.wav") for name in names]


@pytest.fixture(scope="module")
def one_hot(utterances):
    """One-hot labels with a little noise, shape (n, 8)."""
    codes = [LABELS.index(utterance.emotion) for utterance in utterances]
    return np.eye(8)[codes] + np.random.default_rng(0).normal(0, 0.1, (len(codes), 8))


def test_scores_of_embeddings_with_and_without_the_emotion(utterances, one_hot):
    rng = np.random.default_rng(0)
    separable = one_hot[:, None] + rng.normal(0, 0.1, (len(utterances), 3, 8))
    assert encoder_probe.score(separable, utterances) == {
        "ua": 1.0, "wa": 1.0, "heldout_wa": 1.0, "others_wa": 1.0
    }  # fmt: skip
    noise = rng.normal(size=(len(utterances), 3, 8))
    assert encoder_probe.score(noise, utterances)["ua"] < 0.3


def test_actors_that_distillation_did_not_use_are_scored_apart(utterances, one_hot):
    held_out = np.isin([utterance.speaker for utterance in utterances], encoder_probe.HELD_OUT)
    embeddings = one_hot.copy()
    embeddings[held_out] = np.random.default_rng(0).normal(size=(held_out.sum(), 8))
    result = encoder_probe.score(embeddings, utterances)
    assert result["others_wa"] > 0.9 > 0.5 > result["heldout_wa"]


def test_robustness(utterances, tmp_path, monkeypatch):
    (tmp_path / "rir").mkdir()
    soundfile.write(tmp_path / "rir" / "unit_impulse.wav", np.eye(1, 800, 4)[0], 16_000)
    monkeypatch.setattr(encoder_probe, "ROBUSTNESS_CLIPS", 8)
    encoder, readable = Encoder(device="cpu"), utterances[:8]
    embeddings = encoder.embed([loading.load(utterance.path) for utterance in readable])
    result = encoder_probe.robustness(encoder, embeddings, readable, tmp_path)
    assert set(result) == {"noise", "room", "gain", "mp3"}
    assert result["gain"] == pytest.approx(1, abs=1e-3)
    assert result["room"] > 0.98  # the impulse response changes nothing
    assert 0.1 < result["noise"] < 0.98


def test_the_teachers_states_are_pooled_like_the_encoders(utterances, tmp_path):
    torch.manual_seed(0)
    config = WhisperConfig(
        d_model=16, encoder_layers=4, encoder_attention_heads=2, encoder_ffn_dim=32,
        num_mel_bins=80, decoder_layers=1, decoder_attention_heads=2, decoder_ffn_dim=32,
    )  # fmt: skip
    WhisperForAudioClassification(config).save_pretrained(tmp_path)
    WhisperFeatureExtractor().save_pretrained(tmp_path)
    teacher = Teacher(str(tmp_path))
    embeddings = encoder_probe._teacher_embeddings(teacher, utterances[:2])
    assert embeddings.shape == (2, 3, 2, 16)
    waveform = loading.load(utterances[1].path).waveform
    states = teacher.states(torch.from_numpy(waveform)[None], 4)
    assert np.allclose(embeddings[1, 0, 0], states[2][0].mean(0), atol=1e-5)
    assert np.allclose(embeddings[1, 2, 1], states[4][0].std(0, correction=0), atol=1e-5)
