"""A pretrained speech model, loaded as far as it is used: the layers above are not in memory."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from scipy.fft import next_fast_len
from torch.nn.utils import parametrize
from transformers import AutoConfig, AutoModel, PreTrainedModel
from transformers.utils import logging

from ser import artifacts
from ser.errors import SerError

FAMILY = ("wav2vec2", "hubert", "wavlm")
DIRECTIONS = "directions.npz"  # beside the weights, as training/directions.py writes it

logging.set_verbosity_error()
logging.disable_progress_bar()


@dataclass(frozen=True)
class Pretrained:
    """A frozen model in float32 on the CPU, and what it is.

    Attributes:
        model: without the layers above the highest one used.
        layers: the hidden states to pool; 0 is the input of the first layer.
        fingerprint: SHA-256 of the weights in use, whatever file they came from.
        fine_tuned_on: names of the corpora whose labels it, or its directions, were fitted to.
        directions: as `Encoder.directions`.
    """

    model: PreTrainedModel
    layers: tuple[int, ...]
    fingerprint: str
    fine_tuned_on: tuple[str, ...]
    directions: np.ndarray


def load(checkpoint: str, layers: Sequence[int] | None = None) -> Pretrained:
    """Load a folder or hub id; layers and errors as `Encoder` has them."""
    config = _load(AutoConfig, checkpoint)
    if config.model_type not in FAMILY:
        raise SerError(
            f"The encoder {checkpoint} is a {config.model_type} model; one of {FAMILY} is "
            "needed. Name another checkpoint with --encoder."
        )
    depth = config.num_hidden_layers
    used = tuple(_default_layers(depth) if layers is None else layers)
    if not used or not 0 <= min(used) <= max(used) <= depth:
        raise SerError(
            f"Hidden states {used} were asked of the encoder {checkpoint}, which has "
            f"0 to {depth}. Train again with this encoder: python -m ser train"
        )
    config.num_hidden_layers = max(1, *used)
    config.apply_spec_augment = False
    model = _load(AutoModel, checkpoint, config=config, dtype=torch.float32)
    # Of the weights as stored: what is derived from them below rounds as the machine does.
    fingerprint = _fingerprint(model)
    if config.num_hidden_layers < depth and config.do_stable_layer_norm:
        # The norm belongs after the model's last layer, which is gone.
        model.encoder.layer_norm = torch.nn.Identity()
    convolution = getattr(model.encoder.pos_conv_embed, "conv", None)
    if convolution is not None and parametrize.is_parametrized(convolution):
        parametrize.remove_parametrizations(convolution, "weight")
        if convolution.groups == convolution.in_channels:
            convolve_by_fft(convolution)
    directions, shown = _directions(checkpoint, used, config.hidden_size)
    fine_tuned_on = tuple(
        sorted({*getattr(config, "fine_tuned_on", getattr(config, "taught", ())), *shown})
    )
    return Pretrained(
        model.requires_grad_(False).eval(), used, fingerprint, fine_tuned_on, directions
    )


def _directions(
    checkpoint: str, layers: tuple[int, ...], hidden_size: int
) -> tuple[np.ndarray, list[str]]:
    """Read the directions of some layers, none if not all were looked at, and whose they are."""
    path = Path(checkpoint) / DIRECTIONS
    found = artifacts.read_arrays(path) if path.exists() else {"layers": [], "corpora": []}
    if found is None:
        raise SerError(
            f"{path} is damaged. Make it anew with: python -m ser directions --encoder "
            f"{checkpoint} --data FOLDER..., or delete it and do without."
        )
    known, shown = list(found["layers"]), [str(corpus) for corpus in found["corpora"]]
    if not set(layers) <= set(known):
        return np.zeros((0, len(layers), 2, hidden_size), np.float32), shown
    return found["directions"][:, [known.index(layer) for layer in layers]], shown


def _default_layers(depth: int) -> range:
    return range(max(0, depth - 2), depth + 1) if depth <= 4 else range(depth // 4, 2 * depth // 3)


def _load(factory: type, checkpoint: str, **options):
    if factory is AutoModel:
        options["use_safetensors"] = True
    try:
        return factory.from_pretrained(checkpoint, trust_remote_code=False, **options)
    except (OSError, ValueError, RuntimeError) as error:
        raise SerError(
            f"The encoder {checkpoint} cannot be loaded: {str(error).splitlines()[0]} A folder or "
            "hub id of a Wav2Vec2, HuBERT or WavLM model in safetensors is needed; the bundled one "
            "comes back with: git checkout artifacts/encoder"
        ) from error


def convolve_by_fft(convolution: torch.nn.Conv1d) -> None:
    """Compute a depthwise convolution by FFT: with a long kernel that is ten times faster."""
    taps, padding = convolution.kernel_size[0], convolution.padding[0]

    def forward(states: torch.Tensor) -> torch.Tensor:
        size = next_fast_len(states.shape[-1] + taps - 1, real=True)
        # What torch calls convolution is correlation.
        kernel = torch.fft.rfft(convolution.weight[:, 0].flip(-1), size)
        convolved = torch.fft.irfft(torch.fft.rfft(states, size) * kernel, size)
        start = taps - 1 - padding
        length = states.shape[-1] + 2 * padding - taps + 1
        return convolved[..., start : start + length] + convolution.bias[:, None]

    convolution.forward = forward


def multiply_by_onednn(model: PreTrainedModel) -> None:
    """Let oneDNN multiply in the layers: what torch takes by itself is half as fast on AMD."""
    if model.config.model_type == "wavlm":
        return  # its attention multiplies by its weights itself
    for linear in model.encoder.layers.modules():
        if isinstance(linear, torch.nn.Linear):
            linear.forward = partial(
                _multiply, linear.weight.detach().to_mkldnn(), linear.bias.detach().to_mkldnn()
            )
            del linear.weight, linear.bias


def _multiply(weight: torch.Tensor, bias: torch.Tensor, states: torch.Tensor) -> torch.Tensor:
    return torch.ops.aten.mkldnn_linear(states.to_mkldnn(), weight, bias).to_dense()


def _fingerprint(model: torch.nn.Module) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.cpu().contiguous().numpy())
    return digest.hexdigest()
