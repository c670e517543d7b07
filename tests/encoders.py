"""A tiny encoder with random weights, for tests that need no trained one."""

from pathlib import Path

import torch
from transformers import Wav2Vec2Config, Wav2Vec2Model


def save_tiny_encoder(folder: Path, **options) -> Path:
    """Save a Wav2Vec2 of three narrow layers; further options as Wav2Vec2Config takes them."""
    torch.manual_seed(0)
    config = Wav2Vec2Config(
        hidden_size=32,
        num_attention_heads=2,
        intermediate_size=64,
        conv_dim=(16,) * 7,
        num_conv_pos_embedding_groups=4,
        num_hidden_layers=3,
        **options,
    )
    Wav2Vec2Model(config).save_pretrained(folder)
    return folder
