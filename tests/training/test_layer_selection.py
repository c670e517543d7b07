"""The layer of a large encoder: the one that tells emotions, chosen without the test clips."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from transformers import Wav2Vec2Config, Wav2Vec2Model
from voices import speech_like

from ser import artifacts
from ser.audio import loading
from ser.evaluation import evaluate
from ser.models.encoder import Encoder
from ser.recognizer import Recognizer
from ser.training import embedding, generated_sounds, train
from ser.training.classifier import layer_selection
from ser.training.generated_sounds import KINDS, Sounds

BASE = {}
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


def speaking(layers, told_by, random):
    """Embeddings of eight speakers in which one layer tells two emotions, the others nothing."""
    emotions = np.array(["sad", "angry"] * 48)
    speakers = np.repeat(np.arange(8), 12)
    embeddings = random.normal(size=(96, layers, 2, 32))
    embeddings[:, told_by, 0, 0] += 6 * (emotions == "sad")
    return embeddings.astype(np.float16), emotions, speakers


def test_the_layer_that_tells_emotions_is_chosen():
    random = np.random.default_rng(0)
    assert layer_selection.choose(*speaking(6, 4, random)) == [4]
    assert layer_selection.choose(*speaking(5, 0, random)) == [0]


def test_a_small_encoders_layers_are_all_used():
    assert layer_selection.choose(*speaking(3, 1, np.random.default_rng(0))) == [0, 1, 2]


def test_a_fold_never_sees_the_clips_it_is_scored_on(quick_training, monkeypatch):
    seen, choose = [], layer_selection.choose

    def watched(embeddings, emotions, speakers):
        seen.append(set(embeddings[:, 0, 0, 1].tolist()))
        return choose(embeddings, emotions, speakers)

    embeddings, emotions, speakers = speaking(5, 2, np.random.default_rng(1))
    monkeypatch.setattr(layer_selection, "choose", watched)
    utterances = [
        train.Utterance(Path(f"{row}.wav"), "own", int(speaker), "", str(emotion), "", "")
        for row, (speaker, emotion) in enumerate(zip(speakers, emotions, strict=True))
    ]
    other = np.random.default_rng(2).normal(size=(4 * len(KINDS), 5, 2, 32))
    heard = Sounds(other.astype(np.float16), np.array(4 * list(KINDS)))
    metrics, _ = evaluate.evaluate(embeddings, embeddings, embeddings[:0], utterances, heard, 0)
    assert metrics["protocols"]["actors"]["ua"] > 0.7
    assert len(seen) == 5 + 6
    assert all(len(each) < 96 for each in seen)


@pytest.mark.long
def test_training_with_a_checkpoint_of_wav2vec2_bases_shape(tmp_path, monkeypatch):
    monkeypatch.setattr(embedding, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(generated_sounds, "EACH", 2)
    checkpoint = random_checkpoint(tmp_path / "base", BASE)
    rows = ["file\tspeaker\temotion"]
    for number in range(72):
        speaker, emotion = "abcdef"[number % 6], ("sad", "angry")[number // 6 % 2]
        name = f"{number}.wav"
        soundfile.write(tmp_path / name, speech_like(0.32, number, 16_000), 16_000)
        rows.append(f"{name}\t{speaker}\t{emotion}")
    (tmp_path / "table.tsv").write_text("\n".join(rows))
    out = tmp_path / "out"
    train.train(tmp_path, checkpoint, out, tmp_path / "table.tsv", "cpu")
    (layer,) = json.loads((out / artifacts.MANIFEST).read_text())["encoder"]["layers"]
    assert 3 <= layer < 8
    recognizer = Recognizer.load(out, "cpu")
    assert len(recognizer.encoder._model.encoder.layers) == layer
    assert recognizer.analyse(tmp_path / "0.wav").label in ("sad", "angry")


def test_a_checkpoint_of_a_large_shape_loses_its_upper_layers(tmp_path):
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
    found = encoder.embed([clip])
    assert found.shape == (1, 1, 2, 1024)
    assert np.abs(found[0, 0, 0] - expected).max() < 1e-3
