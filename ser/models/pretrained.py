"""Load pretrained speech models, without the layers above the highest hidden state used."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch
from scipy.fft import next_fast_len
from torch.nn.utils import parametrize
from transformers import AutoConfig, AutoModel, PreTrainedModel
from transformers.utils import logging

from ser.errors import SerError

MODEL_TYPES = ("wav2vec2", "hubert", "wavlm")

logging.set_verbosity_error()
logging.disable_progress_bar()


@dataclass(frozen=True)
class Pretrained:
    """A frozen model in float32 on the CPU, and its description.

    Attributes:
        model: without the layers above the highest hidden state used.
        layers, fingerprint, fine_tuned_on: as the attributes of `Encoder`.
    """

    model: PreTrainedModel
    layers: tuple[int, ...]
    fingerprint: str
    fine_tuned_on: tuple[str, ...]


def load(checkpoint: str, layers: Sequence[int] | None = None) -> Pretrained:
    """Load a checkpoint from a folder or the hub; arguments and errors are those of `Encoder`."""
    config = _load(AutoConfig, checkpoint)
    if config.model_type not in MODEL_TYPES:
        raise SerError(
            f"The encoder {checkpoint} is a {config.model_type} model; one of {MODEL_TYPES} is "
            "needed. Name another checkpoint with --encoder."
        )
    depth = config.num_hidden_layers
    layers = tuple(_default_layers(depth) if layers is None else layers)
    if not layers or not 0 <= min(layers) <= max(layers) <= depth:
        raise SerError(
            f"Hidden states {layers} were asked of the encoder {checkpoint}, which has "
            f"0 to {depth}. Train again with this encoder: python -m ser train"
        )
    config.num_hidden_layers = max(1, *layers)
    config.apply_spec_augment = False
    model = _load(AutoModel, checkpoint, config=config, dtype=torch.float32)
    # Of the weights as stored: those changed below are rounded differently on other machines.
    fingerprint = _fingerprint(model)
    if config.num_hidden_layers < depth and config.do_stable_layer_norm:
        # The final norm belongs after the model's last layer, which is not loaded.
        model.encoder.layer_norm = torch.nn.Identity()
    convolution = getattr(model.encoder.pos_conv_embed, "conv", None)
    if convolution is not None and parametrize.is_parametrized(convolution):
        parametrize.remove_parametrizations(convolution, "weight")
    fine_tuned_on = tuple(getattr(config, "fine_tuned_on", ()))
    return Pretrained(model.requires_grad_(False).eval(), layers, fingerprint, fine_tuned_on)


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


def use_fft(model: PreTrainedModel) -> None:
    """Compute the model's positional convolution by FFT where it is depthwise."""
    convolution = getattr(model.encoder.pos_conv_embed, "conv", None)
    if convolution is not None and convolution.groups == convolution.in_channels:
        convolve_by_fft(convolution)


def convolve_by_fft(convolution: torch.nn.Conv1d) -> None:
    """Compute a depthwise convolution by FFT, ten times faster with a long kernel."""
    taps, padding = convolution.kernel_size[0], convolution.padding[0]

    def forward(states: torch.Tensor) -> torch.Tensor:
        size = next_fast_len(states.shape[-1] + taps - 1, real=True)
        # torch.nn.Conv1d computes a correlation, hence the flip.
        kernel = torch.fft.rfft(convolution.weight[:, 0].flip(-1), size)
        convolved = torch.fft.irfft(torch.fft.rfft(states, size) * kernel, size)
        start = taps - 1 - padding
        length = states.shape[-1] + 2 * padding - taps + 1
        return convolved[..., start : start + length] + convolution.bias[:, None]

    convolution.forward = forward


def use_onednn(model: PreTrainedModel) -> None:
    """Compute the layers' linear modules with oneDNN, twice as fast as torch's default on AMD."""
    if model.config.model_type == "wavlm":
        return  # its attention uses the weights without calling the modules
    for linear in model.encoder.layers.modules():
        if isinstance(linear, torch.nn.Linear):
            linear.forward = partial(
                _onednn_linear, linear.weight.detach().to_mkldnn(), linear.bias.detach().to_mkldnn()
            )
            del linear.weight, linear.bias


def _onednn_linear(weight: torch.Tensor, bias: torch.Tensor, states: torch.Tensor) -> torch.Tensor:
    return torch.ops.aten.mkldnn_linear(states.to_mkldnn(), weight, bias).to_dense()


def _fingerprint(model: torch.nn.Module) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.cpu().contiguous().numpy())
    return digest.hexdigest()
