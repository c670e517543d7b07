"""On CUDA the encoder computes, in half precision, what it computes on the processor."""

import numpy as np
import pytest
import torch
from transformers import (
    HubertConfig,
    HubertModel,
    Wav2Vec2Config,
    Wav2Vec2Model,
    WavLMConfig,
    WavLMModel,
)

from ser.models.encoder import Encoder

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA"),
]
FAMILIES = {
    "wav2vec2": (Wav2Vec2Config, Wav2Vec2Model),
    "hubert": (HubertConfig, HubertModel),
    "wavlm": (WavLMConfig, WavLMModel),
}


def test_probabilities_are_those_of_the_processor(recognizer, clips):
    on_gpu = recognizer.to("cuda")
    for path in clips:
        expected = recognizer.analyse(path).probabilities
        assert on_gpu.analyse(path).probabilities == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("family", FAMILIES)
def test_embeddings_of_base_models_are_those_of_the_processor(family, loaded, tmp_path):
    config, model = FAMILIES[family]
    torch.manual_seed(0)
    model(config(num_hidden_layers=4)).save_pretrained(tmp_path)
    expected, embedded = (
        Encoder(tmp_path, device).embed(loaded).reshape(len(loaded), -1)
        for device in ("cpu", "cuda")
    )
    errors = np.linalg.norm(embedded - expected, axis=1)
    assert (errors < 0.01 * np.linalg.norm(expected, axis=1)).all()
