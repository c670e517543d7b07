"""Embeddings do not depend on batching, windows, truncation or device."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from transformers import (
    HubertConfig,
    HubertModel,
    Wav2Vec2Config,
    Wav2Vec2ForPreTraining,
    Wav2Vec2Model,
    WavLMConfig,
    WavLMModel,
)

from ser.audio import loading
from ser.audio.clip import SAMPLING_RATE
from ser.errors import SerError
from ser.models.encoder import Encoder

SMALL = {
    "hidden_size": 32,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "conv_dim": (16,) * 7,
    "num_conv_pos_embedding_groups": 4,
    "num_conv_pos_embeddings": 16,
    "num_hidden_layers": 5,
    "num_codevectors_per_group": 8,
    "codevector_dim": 16,
    "proj_codevector_dim": 16,
}


def test_shape_and_layers(bundled, loaded):
    embeddings = bundled.embed(loaded)
    assert embeddings.shape == (len(loaded), len(bundled.layers), 2, 512)
    assert embeddings.dtype == np.float32
    assert np.isfinite(embeddings).all() and (embeddings[:, :, 1] >= 0).all()
    assert bundled.shape == embeddings.shape[1:]
    assert bundled.embed([]).shape == (0, *bundled.shape)


def test_pools_mean_and_deviation_of_hidden_states(bundled, loaded):
    model = Wav2Vec2Model.from_pretrained(bundled.checkpoint, dtype=torch.float32).eval()
    clip = next(clip for clip in loaded if len(clip.waveform) < 5 * SAMPLING_RATE)
    with torch.inference_mode():
        output = model(torch.from_numpy(clip.waveform)[None], output_hidden_states=True)
    embedding = bundled.embed([clip])[0]
    for row, layer in enumerate(bundled.layers):
        states = output.hidden_states[layer][0]
        assert np.abs(embedding[row, 0] - states.mean(0).numpy()).max() < 1e-3
        assert np.abs(embedding[row, 1] - states.std(0, correction=0).numpy()).max() < 1e-3


def test_alone_and_in_a_padded_batch_are_the_same(bundled, loaded):
    assert len({len(clip.waveform) for clip in loaded}) > 1
    alone = np.concatenate([bundled.embed([clip]) for clip in loaded])
    assert np.abs(bundled.embed(loaded) - alone).max() < 1e-3
    assert np.abs(alone[0] - alone[1]).max() > 0.1


def test_long_clips_pool_all_windows(bundled, loaded):
    clip = loaded[0]
    waveform = clip.waveform[: 2 * SAMPLING_RATE]
    repeated = np.tile(waveform, 10)  # four windows of 5 s
    long, short = bundled.embed(
        [dataclasses.replace(clip, waveform=samples) for samples in (repeated, waveform)]
    )
    assert np.isfinite(long).all()
    cosine = np.sum(long * short) / np.linalg.norm(long) / np.linalg.norm(short)
    assert cosine > 0.9


def checkpoint(folder, kind, **changes):
    """Save a model with random weights, as a hub checkpoint is laid out."""
    configs = {
        "wav2vec2": (Wav2Vec2Config, Wav2Vec2ForPreTraining),
        "hubert": (HubertConfig, HubertModel),
        "wavlm": (WavLMConfig, WavLMModel),
    }
    config, model = configs[kind]
    torch.manual_seed(0)
    model(config(**(SMALL | changes))).save_pretrained(folder)
    return folder


STABLE = {"do_stable_layer_norm": True, "feat_extract_norm": "layer"}


@pytest.mark.parametrize("changes", [{}, STABLE], ids=["group", "layer"])
@pytest.mark.parametrize("kind", ["wav2vec2", "hubert", "wavlm"])
def test_truncated_models_give_the_full_models_states(kind, changes, tmp_path, loaded):
    folder = checkpoint(tmp_path, kind, **changes)
    full = Encoder(folder, "cpu", layers=range(6)).embed(loaded[:3])
    for highest in range(6):
        encoder = Encoder(folder, "cpu", layers=[highest])
        assert len(encoder._model.encoder.layers) == max(1, highest)
        assert np.allclose(encoder.embed(loaded[:3])[:, 0], full[:, highest], atol=1e-5)


@pytest.mark.parametrize("kind", ["wav2vec2", "hubert", "wavlm"])
@pytest.mark.parametrize("changes", [{}, STABLE], ids=["group", "layer"])
def test_every_family_is_batch_invariant(kind, changes, tmp_path, loaded):
    encoder = Encoder(checkpoint(tmp_path, kind, **changes), "cpu")
    alone = np.concatenate([encoder.embed([clip]) for clip in loaded])
    assert np.abs(encoder.embed(loaded) - alone).max() < 1e-3


def test_forward_passes_of_threads_wait_for_each_other(bundled, loaded, monkeypatch):
    running, counts, states = [], [], bundled.states

    def counted(waveforms):
        running.append(1)
        counts.append(len(running))
        result = list(states(waveforms))
        running.pop()
        return iter(result)

    monkeypatch.setattr(bundled, "states", counted)
    with ThreadPoolExecutor(3) as pool:
        embeddings = list(pool.map(lambda clip: bundled.embed([clip])[0], loaded[:6]))
    assert max(counts) == 1
    monkeypatch.undo()
    assert np.array_equal(embeddings, [bundled.embed([clip])[0] for clip in loaded[:6]])


@pytest.fixture
def without_onednn(monkeypatch):
    """Compute linear modules by torch, so that autocast applies to them, as on CUDA."""
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_changes_no_probability_by_a_hundredth(
    recognizer, clips, dtype, without_onednn
):
    encoder = Encoder(device="cpu", layers=recognizer.encoder.layers)
    encoder._autocast_dtype = dtype  # float16 on CUDA
    loaded = [loading.load(path) for path in clips[:4]]
    exact, reduced = recognizer.encoder.embed(loaded), encoder.embed(loaded)
    assert np.abs(exact - reduced).max() > 0
    expected, predicted = (
        recognizer.classifier.predict(embeddings).probabilities for embeddings in (exact, reduced)
    )
    assert np.abs(expected - predicted).max() < 0.01


def test_half_precision_keeps_positions_precise(bundled, loaded, without_onednn):
    encoder = Encoder(device="cpu")
    encoder._autocast_dtype = torch.float16  # as on CUDA
    exact, reduced = bundled.embed(loaded[:2]), encoder.embed(loaded[:2])
    difference = np.abs(exact - reduced)
    assert difference.max() > 0
    assert np.median(difference) < 0.01
    assert np.corrcoef(exact.ravel(), reduced.ravel())[0, 1] > 0.999


@pytest.mark.parametrize("corpora", [(), ("crema_d", "nemo")])
def test_corpora_that_it_was_fine_tuned_on_are_read(tmp_path, corpora):
    options = {"fine_tuned_on": corpora} if corpora else {}
    assert Encoder(checkpoint(tmp_path, "wav2vec2", **options), "cpu").fine_tuned_on == corpora


def test_fingerprint_depends_on_the_weights(tmp_path):
    first = checkpoint(tmp_path / "first", "wav2vec2")
    again = checkpoint(tmp_path / "again", "wav2vec2")
    other = checkpoint(tmp_path / "other", "wav2vec2", hidden_act="relu", intermediate_size=32)
    fingerprints = [Encoder(folder, "cpu").fingerprint for folder in (first, again, other)]
    assert fingerprints[0] == fingerprints[1] != fingerprints[2]


def test_checkpoints_that_cannot_be_loaded_are_errors(tmp_path):
    with pytest.raises(SerError, match="--device cpu"):
        Encoder(device="cuda" if not torch.cuda.is_available() else "mps")
    with pytest.raises(SerError, match="cannot be loaded"):
        Encoder(tmp_path, "cpu")
    with pytest.raises(SerError, match="0 to 5"):
        Encoder(checkpoint(tmp_path / "small", "wav2vec2"), "cpu", layers=[7])
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(SerError, match="bert"):
        Encoder(tmp_path, "cpu")


def test_pickled_checkpoints_are_rejected(tmp_path):
    folder = checkpoint(tmp_path, "wav2vec2")
    model = Wav2Vec2Model.from_pretrained(folder)
    (folder / "model.safetensors").unlink()
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    with pytest.raises(SerError, match="safetensors"):
        Encoder(folder, "cpu")
