"""A compact Wav2Vec2 initialised with the lower layers of Whisper's encoder.

A pre-norm Wav2Vec2 layer (do_stable_layer_norm) computes what a Whisper encoder layer computes,
so its weights are copied. Two things come before the layers. Whisper adds absolute positions
p(t); here a depthwise causal positional convolution produces them. And Whisper's front-end reads a
log-mel spectrogram where Wav2Vec2's reads the waveform; that one has to be trained
(distillation.py) and is only initialised with a bank of mel-spaced filters.

Sources: Radford et al. 2022, Robust Speech Recognition via Large-Scale Weak Supervision
(Whisper); Baevski et al. 2020, wav2vec 2.0.
"""

from pathlib import Path

import librosa
import torch
from torch import nn
from transformers import Wav2Vec2Config, Wav2Vec2Model
from transformers.models.whisper.modeling_whisper import WhisperEncoder

from ser.audio.clip import SAMPLING_RATE
from ser.errors import SerError
from ser.models.pretrained import convolve_by_fft

N_LAYERS = 4  # emotion is best predicted from Whisper's lower layers
POSITION_SPAN = 512  # taps, half of them causal: 256 frames of 20 ms, 5.1 s
# Added before the positional convolution's GELU, which is the identity for large values, and
# subtracted again by the projection's bias. The convolution's input is then about -OFFSET in every
# frame and 0 in the padding before the first, so its output depends on the frame's number.
OFFSET = 400.0
ALIGNMENT = 2  # frames; the student's frame t is centred where the teacher's t + ALIGNMENT is

CONV_DIM = (384, 384, 512, 512, 512)  # channels
CONV_KERNEL = (512, 1, 3, 1, 3)  # samples, then frames
CONV_STRIDE = (160, 1, 1, 1, 2)  # 10 ms, then to 20 ms
N_FILTERS = 80  # mel-spaced, each as cosine and sine with both signs
FILTER_LENGTH = 400  # samples under the window, as Whisper's
FILTER_GAIN = 0.1
# Of the channels without a filter, so many are initialised to a constant: relative to it, the level
# survives the layer norm.
CONSTANT_CHANNELS = 32
CONSTANT = 1.0

# Settings of Wav2Vec2 that make it deterministic in training.
NO_DROPOUT = {
    "hidden_dropout": 0.0,
    "activation_dropout": 0.0,
    "attention_dropout": 0.0,
    "feat_proj_dropout": 0.0,
    "layerdrop": 0.0,
    "apply_spec_augment": False,
}

# A layer's modules in Whisper -> in Wav2Vec2
LAYER_MODULES = {
    "self_attn.q_proj": "attention.q_proj",
    "self_attn.k_proj": "attention.k_proj",
    "self_attn.v_proj": "attention.v_proj",
    "self_attn.out_proj": "attention.out_proj",
    "self_attn_layer_norm": "layer_norm",
    "fc1": "feed_forward.intermediate_dense",
    "fc2": "feed_forward.output_dense",
    "final_layer_norm": "final_layer_norm",
}


def student_states(
    student: Wav2Vec2Model, waveforms: torch.Tensor, n_layers: int
) -> list[torch.Tensor]:
    """Return the student's front-end output and hidden states, before the final norm.

    Arguments and result are those of `Teacher.states`.
    """
    features = student.feature_extractor(waveforms).transpose(1, 2)
    # In half precision, too few digits would be left after adding OFFSET.
    with torch.autocast(waveforms.device.type, enabled=False):
        hidden, _ = student.feature_projection(features.float())
        with torch.no_grad():
            positions = student.encoder.pos_conv_embed(hidden)
        states = [hidden + OFFSET]
        hidden = hidden + positions
    for layer in student.encoder.layers[:n_layers]:
        hidden = layer(hidden)
        states.append(hidden)
    return states


def from_teacher(teacher: WhisperEncoder) -> Wav2Vec2Model:
    """Build a Wav2Vec2 with the teacher's first N_LAYERS layers and positions, float32.

    Its front-end is untrained; its final layer norm has weight 1 and bias 0.
    """
    whisper = teacher.config
    config = Wav2Vec2Config(
        hidden_size=whisper.d_model,
        num_attention_heads=whisper.encoder_attention_heads,
        intermediate_size=whisper.encoder_ffn_dim,
        num_hidden_layers=min(N_LAYERS, len(teacher.layers)),
        do_stable_layer_norm=True,
        feat_extract_norm="layer",
        conv_bias=True,
        conv_dim=CONV_DIM,
        conv_kernel=CONV_KERNEL,
        conv_stride=CONV_STRIDE,
        num_conv_pos_embeddings=POSITION_SPAN,
        num_conv_pos_embedding_groups=whisper.d_model,
        **NO_DROPOUT,
    )
    student = Wav2Vec2Model(config).eval()
    for student_layer, teacher_layer in zip(student.encoder.layers, teacher.layers, strict=False):
        for source, target in LAYER_MODULES.items():
            _copy(teacher_layer.get_submodule(source), student_layer.get_submodule(target))
    set_positions(student, teacher.embed_positions.weight[ALIGNMENT:])
    _initialise_filters(student.feature_extractor.conv_layers[0].conv)
    nn.init.constant_(student.feature_projection.projection.bias, -OFFSET)
    return student


def from_checkpoint(source: str | Path, teacher: WhisperEncoder) -> Wav2Vec2Model:
    """Load an encoder distilled before, float32, and set the teacher's positions again.

    Raises:
        SerError: there is no such encoder, or it does not fit the teacher.
    """
    try:
        loaded = Wav2Vec2Model.from_pretrained(source, dtype=torch.float32, use_safetensors=True)
    except (OSError, ValueError) as error:
        raise SerError(
            f"There is no encoder at {source} to continue from. Give a folder with config.json and "
            "model.safetensors, or leave out --init to begin with the teacher's layers."
        ) from error
    config, depth = loaded.config, len(teacher.layers)
    if config.hidden_size != teacher.config.d_model or config.num_hidden_layers > depth:
        raise SerError(
            f"The encoder {source} has {config.num_hidden_layers} layers of {config.hidden_size}, "
            f"the teacher {depth} of {teacher.config.d_model}. Continue from an encoder "
            "distilled from this teacher, or leave out --init."
        )
    config.update({"num_conv_pos_embeddings": POSITION_SPAN, **NO_DROPOUT})
    student = Wav2Vec2Model(config).eval()
    weights = loaded.state_dict()
    student.load_state_dict(
        {name: w for name, w in weights.items() if "pos_conv_embed" not in name}, strict=False
    )
    offset = loaded.encoder.pos_conv_embed.conv.bias.detach()
    student.feature_projection.projection.bias.data += offset - OFFSET
    set_positions(student, teacher.embed_positions.weight[ALIGNMENT:])
    return student


@torch.no_grad()
def set_positions(student: Wav2Vec2Model, positions: torch.Tensor) -> None:
    """Make the positional convolution add positions[t] to frame t, and freeze it.

    It does while the bias of the student's projection contains -OFFSET. Frames beyond the causal
    half of the span get the last position.

    Args:
        positions: shape (frames, hidden size).
    """
    convolution = student.encoder.pos_conv_embed.conv
    span = convolution.kernel_size[0]
    causal = span // 2 + 1
    steps = torch.diff(positions[:causal].float(), dim=0, prepend=torch.zeros_like(positions[:1]))
    taps = torch.zeros(student.config.hidden_size, 1, span)
    # Tap span // 2 multiplies the frame itself, the taps before it the frames before.
    taps[:, 0, :causal] = -steps.T.flip(1) / OFFSET
    magnitude = taps.norm(dim=(0, 1), keepdim=True)
    weight = convolution.parametrizations.weight
    weight.original0.copy_(magnitude)
    # The weight norm divides by each tap's norm, also where the tap is zero.
    weight.original1.copy_(torch.where(magnitude > 0, taps, torch.ones_like(taps)))
    convolution.bias.fill_(OFFSET)
    student.encoder.pos_conv_embed.requires_grad_(False)
    convolve_by_fft(convolution)


@torch.no_grad()
def _initialise_filters(convolution: nn.Conv1d) -> None:
    _, _, length = convolution.weight.shape
    centres = librosa.mel_frequencies(N_FILTERS, fmin=0.0, fmax=SAMPLING_RATE / 2)
    time = (torch.arange(length) - (length - 1) / 2) / SAMPLING_RATE
    phase = 2 * torch.pi * torch.tensor(centres, dtype=torch.float32)[:, None] * time
    margin = (length - FILTER_LENGTH) // 2
    window = nn.functional.pad(torch.hann_window(FILTER_LENGTH), (margin, margin))
    filters = torch.cat([phase.cos(), phase.sin(), -phase.cos(), -phase.sin()]) * window
    n_filters = len(filters)
    convolution.weight[:n_filters, 0] = FILTER_GAIN * filters
    nn.init.zeros_(convolution.bias)
    nn.init.constant_(convolution.bias[n_filters : n_filters + CONSTANT_CHANNELS], CONSTANT)


def _copy(source: nn.Module, target: nn.Module) -> None:
    target.weight.data.copy_(source.weight)
    if source.bias is None:
        nn.init.zeros_(target.bias)
    else:
        target.bias.data.copy_(source.bias)
