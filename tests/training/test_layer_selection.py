"""The layer of a large encoder: the one whose states separate emotions best; others are unused."""

import json

import numpy as np
import pytest
import soundfile
import torch
from synthetic import separable_in_one_layer
from transformers import Wav2Vec2Config, Wav2Vec2Model
from voices import speech_like

from ser import artifacts
from ser.audio import loading
from ser.evaluation import evaluate
from ser.models.encoder import Encoder
from ser.recognizer import Recognizer
from ser.training import embedding, labelled_embeddings, train
from ser.training.classifier import layer_selection
from ser.training.data import corpora

DEEP = {  # and narrow
    "hidden_size": 32,
    "num_hidden_layers": 9,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "conv_dim": (16,) * 7,
    "num_conv_pos_embedding_groups": 4,
}
BASE = {}  # the default configuration
LARGE = {
    "hidden_size": 1024,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "intermediate_size": 4096,
    "feat_extract_norm": "layer",
    "do_stable_layer_norm": True,
    "conv_bias": True,
}


def random_checkpoint(folder, shape):
    with torch.device("meta"):
        model = Wav2Vec2Model(Wav2Vec2Config(**shape))
    torch.manual_seed(0)
    model = model.to_empty(device="cpu")
    for name, weights in model.named_parameters():
        if weights.dim() > 1:
            torch.nn.init.normal_(weights, std=0.02)
        else:
            torch.nn.init.constant_(weights, float(name.endswith("norm.weight")))
    model.half().save_pretrained(folder)
    return folder


def test_the_layer_that_separates_the_emotions_is_selected():
    rng = np.random.default_rng(0)
    assert layer_selection.select(separable_in_one_layer(6, 4, rng)) == [4]
    assert layer_selection.select(separable_in_one_layer(5, 0, rng)) == [0]


def test_all_layers_of_a_small_encoder_are_used():
    training_set = separable_in_one_layer(3, 1, np.random.default_rng(0))
    assert layer_selection.select(training_set) == [0, 1, 2]


def test_with_other_corpora_the_layer_is_selected_on_one_of_them(
    quick_training, tmp_path, monkeypatch
):
    monkeypatch.setattr(embedding, "CACHE", tmp_path / "cache")
    selected_on, evaluated = [], []

    def select(training_set):
        selected_on.append({utterance.corpus for utterance in training_set.utterances})
        return [2]

    def no_evaluation(labelled, seed):
        evaluated.append(labelled.embeddings.shape[1])
        return {}, np.zeros((len(labelled.utterances), 8))

    monkeypatch.setattr(layer_selection, "select", select)
    home, other, out = (tmp_path / name for name in ("home", "other", "out"))
    names = [home / f"03-01-0{e}-01-01-01-{a:02}.wav" for e in range(1, 9) for a in range(1, 7)] + [
        other / f"{s}_DFA_{e}_XX.wav" for s in range(1001, 1004) for e in ("ANG", "SAD")
    ]
    for seed, path in enumerate(names):
        path.parent.mkdir(exist_ok=True)
        soundfile.write(path, speech_like(0.5, seed, 16_000), 16_000)
    checkpoint = random_checkpoint(tmp_path / "deep", DEEP)
    train.train(no_evaluation, [home, other], checkpoint, out, device="cpu")
    assert selected_on == [{"crema_d"}] and evaluated == [1]
    # Of the hidden states 2 to 5.
    encoder = Recognizer.load(out, "cpu").encoder
    assert encoder.layers == (4,)
    kept = labelled_embeddings.load(out)
    of_home, of_other = (
        embedding.embed(encoder, corpora.table(folder).utterances)[0] for folder in (home, other)
    )
    assert np.allclose(kept.embeddings, of_home, atol=0.01)
    assert np.allclose(kept.others.rows, kept.others.projection(of_other), atol=0.02)


@pytest.mark.long
def test_training_with_a_checkpoint_of_the_shape_of_wav2vec2_base(tmp_path, monkeypatch):
    monkeypatch.setattr(embedding, "CACHE", tmp_path / "cache")
    checkpoint = random_checkpoint(tmp_path / "base", BASE)
    rows = ["file\tspeaker\temotion"]
    for number in range(72):
        speaker, emotion = "abcdef"[number % 6], ("sad", "angry")[number // 6 % 2]
        name = f"{number}.wav"
        soundfile.write(tmp_path / name, speech_like(0.32, number, 16_000), 16_000)
        rows.append(f"{name}\t{speaker}\t{emotion}")
    (tmp_path / "table.tsv").write_text("\n".join(rows))
    out = tmp_path / "out"
    table = tmp_path / "table.tsv"
    train.train(evaluate.evaluate, [tmp_path], checkpoint, out, table, device="cpu")
    (layer,) = json.loads((out / artifacts.MANIFEST).read_text())["encoder"]["layers"]
    assert 3 <= layer < 8
    recognizer = Recognizer.load(out, "cpu")
    assert len(recognizer.encoder._model.encoder.layers) == layer
    assert recognizer.analyse(tmp_path / "0.wav").label in ("sad", "angry")


def test_layers_above_the_selected_one_are_not_loaded(tmp_path):
    layer = 8
    checkpoint = random_checkpoint(tmp_path, LARGE)
    clip = loading.load((16_000, speech_like(0.5, 0, 16_000)))
    full = Wav2Vec2Model.from_pretrained(checkpoint, dtype=torch.float32).eval()
    with torch.inference_mode():
        states = full(torch.from_numpy(clip.waveform)[None], output_hidden_states=True)
    expected = states.hidden_states[layer][0].mean(0).numpy()
    del full
    encoder = Encoder(checkpoint, "cpu", [layer])
    assert len(encoder._model.encoder.layers) == layer
    embeddings = encoder.embed([clip])
    assert embeddings.shape == (1, 1, 2, 1024)
    assert np.abs(embeddings[0, 0, 0] - expected).max() < 1e-3
