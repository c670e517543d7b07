"""Write a trained encoder in the format of transformers."""

from pathlib import Path

import safetensors.torch
import torch
from transformers import Wav2Vec2FeatureExtractor, Wav2Vec2Model

from ser import artifacts

FLOAT32 = ("pos_conv_embed", "projection.bias", "layer_norm")  # on disk; all others float16


@torch.no_grad()
def export(model: Wav2Vec2Model, out: Path) -> None:
    """Write model.safetensors, config.json and preprocessor_config.json to a folder."""
    out.mkdir(parents=True, exist_ok=True)
    weights = {
        name: weight if any(part in name for part in FLOAT32) else weight.half()
        for name, weight in model.state_dict().items()
    }
    weights = {name: weight.cpu().contiguous() for name, weight in weights.items()}
    with artifacts.atomic_write(out / "model.safetensors") as file:
        file.write(safetensors.torch.save(weights, {"format": "pt"}))
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(out)
    Wav2Vec2FeatureExtractor(return_attention_mask=True).save_pretrained(out)
