"""How an encoder that was trained here is written, so that transformers loads it as any other."""

from pathlib import Path

import safetensors.torch
import torch
from transformers import Wav2Vec2FeatureExtractor, Wav2Vec2Model

from ser import artifacts

KEPT_WHOLE = ("pos_conv_embed", "projection.bias", "layer_norm")  # float32 on disk, else float16


@torch.no_grad()
def export(student: Wav2Vec2Model, out: Path) -> None:
    """Write model.safetensors, config.json and preprocessor_config.json to a folder."""
    out.mkdir(parents=True, exist_ok=True)
    weights = {
        name: weight if any(part in name for part in KEPT_WHOLE) else weight.half()
        for name, weight in student.state_dict().items()
    }
    weights = {name: weight.cpu().contiguous() for name, weight in weights.items()}
    with artifacts.atomic_write(out / "model.safetensors") as file:
        file.write(safetensors.torch.save(weights, {"format": "pt"}))
    student.config.architectures = [type(student).__name__]
    student.config.save_pretrained(out)
    Wav2Vec2FeatureExtractor(return_attention_mask=True).save_pretrained(out)
