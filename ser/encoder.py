"""A frozen Wav2Vec2-family model turns a `Clip` into an embedding: its hidden states, pooled."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from scipy.fft import next_fast_len
from torch.nn.utils import parametrize
from transformers import AutoConfig, AutoModel
from transformers.utils import logging

from ser.audio import SAMPLING_RATE, Clip
from ser.errors import SerError

BUNDLED = Path(__file__).parents[1] / "artifacts" / "encoder"
FAMILY = ("wav2vec2", "hubert", "wavlm")
WINDOW = 5 * SAMPLING_RATE  # samples; the bundled encoder counts positions this far
BATCH = 8  # windows
POOLING = ("mean", "std")

logging.set_verbosity_error()
logging.disable_progress_bar()


class Encoder:
    """A frozen speech encoder on the best device at hand.

    Attributes:
        checkpoint: what was loaded, a folder or a hub id.
        layers: the hidden states that are pooled; 0 is the input of the first layer.
        device: where it runs.
        fingerprint: SHA-256 of the weights in use, whatever file they came from.
        taught: names of the corpora whose labels `python -m ser tune` taught it.
    """

    def __init__(
        self,
        checkpoint: str | Path = BUNDLED,
        device: str | None = None,
        layers: Sequence[int] | None = None,
    ):
        """Load a checkpoint in float32, without the layers above the highest one used.

        Args:
            checkpoint: folder or hub id of a Wav2Vec2, HuBERT or WavLM model in safetensors.
            device: a torch device; by default cuda, else mps, else cpu.
            layers: hidden states to pool; by default the last three of a model of up to four
                layers, else the middle ones, where emotion lies in larger models.

        Raises:
            SerError: the checkpoint is missing, broken, of another family or has fewer layers.
        """
        self.checkpoint = str(checkpoint)
        self.device = torch.device(device or _best_device())
        config = _load(AutoConfig, self.checkpoint)
        if config.model_type not in FAMILY:
            raise SerError(
                f"The encoder {checkpoint} is a {config.model_type} model; one of {FAMILY} is "
                "needed. Name another checkpoint with --encoder."
            )
        self.taught = tuple(getattr(config, "taught", ()))
        depth = config.num_hidden_layers
        self.layers = tuple(_default_layers(depth) if layers is None else layers)
        if not self.layers or not 0 <= min(self.layers) <= max(self.layers) <= depth:
            raise SerError(
                f"Hidden states {self.layers} were asked of the encoder {checkpoint}, which has "
                f"0 to {depth}. Train again with this encoder: python -m ser train"
            )
        config.num_hidden_layers = max(1, *self.layers)
        config.apply_spec_augment = False
        model = _load(AutoModel, self.checkpoint, config=config, dtype=torch.float32)
        # Of the weights as stored: what is derived from them below rounds as the machine does.
        self.fingerprint = _fingerprint(model)
        if config.num_hidden_layers < depth and config.do_stable_layer_norm:
            # The norm belongs after the model's last layer, which is gone.
            model.encoder.layer_norm = torch.nn.Identity()
        convolution = getattr(model.encoder.pos_conv_embed, "conv", None)
        if convolution is not None and parametrize.is_parametrized(convolution):
            parametrize.remove_parametrizations(convolution, "weight")
            if convolution.groups == convolution.in_channels:
                convolve_by_fft(convolution)
        # The bundled encoder's positions ride on a large constant, too coarse in half precision.
        _keep_float32(model.feature_projection, self.device.type)
        _keep_float32(model.encoder.pos_conv_embed, self.device.type)
        self._masked = config.feat_extract_norm != "group"
        self._half = self.device.type == "cuda"
        self._model = model.requires_grad_(False).eval().to(self.device)

    def embed(self, clips: Sequence[Clip]) -> np.ndarray:
        """Pool the hidden states of clips over their frames.

        A clip longer than 5 s is embedded in equal windows of at most 5 s, pooled together, so
        memory does not grow with its length.

        Returns:
            float32 of shape (clips, layers, 2, hidden size): mean and standard deviation over
            the frames of the whole clip.
        """
        windows = [
            (owner, window)
            for owner, clip in enumerate(clips)
            for window in np.array_split(clip.waveform, -(-len(clip.waveform) // WINDOW))
        ]
        shape = (len(clips), len(self.layers), self._model.config.hidden_size)
        sums, squares = np.zeros(shape), np.zeros(shape)
        frames = np.zeros((len(clips), 1, 1))
        for batch in self._batches(windows):
            owners = [owner for owner, _ in batch]
            for owner, states in zip(owners, self.states([w for _, w in batch]), strict=True):
                sums[owner] += states.sum(axis=1, dtype=np.float64)
                squares[owner] += np.einsum("ltd,ltd->ld", states, states, dtype=np.float64)
                frames[owner] += states.shape[1]
        mean = sums / frames
        deviation = np.sqrt(np.maximum(squares / frames - mean**2, 0))
        return np.stack([mean, deviation], axis=2).astype(np.float32)

    def _batches(self, windows: list) -> Iterator[list]:
        """Windows of like lengths together; of equal lengths where padding would be heard."""
        windows = sorted(windows, key=lambda item: len(item[1]))
        batch = []
        for item in windows:
            mixed = batch and not self._masked and len(item[1]) != len(batch[0][1])
            if len(batch) == BATCH or mixed:
                yield batch
                batch = []
            batch.append(item)
        if batch:
            yield batch

    @torch.inference_mode()
    def states(self, waveforms: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
        """Send waveforms of at most 5 s, normalised, through the model as one batch.

        Yields:
            for each waveform the used hidden states, float32 (layers, frames, hidden size).
        """
        lengths = torch.tensor([len(waveform) for waveform in waveforms])
        padded = torch.zeros(len(waveforms), int(lengths.max()))
        for row, waveform in zip(padded, waveforms, strict=True):
            row[: len(waveform)] = torch.from_numpy(waveform)
        mask = None
        if (lengths < lengths.max()).any():
            mask = (torch.arange(padded.shape[1]) < lengths[:, None]).long().to(self.device)
        with torch.autocast(self.device.type, torch.float16, enabled=self._half):
            output = self._model(
                padded.to(self.device), attention_mask=mask, output_hidden_states=True
            )
        states = torch.stack([output.hidden_states[layer] for layer in self.layers], dim=1)
        counts = self._model._get_feat_extract_output_lengths(lengths)
        for own, count in zip(states.float().cpu().numpy(), counts.tolist(), strict=True):
            yield own[:, :count]


def _best_device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _default_layers(depth: int) -> range:
    return range(max(0, depth - 2), depth + 1) if depth <= 4 else range(depth // 4, 2 * depth // 3)


def _load(factory: type, checkpoint: str, **options):
    if factory is AutoModel:
        options["use_safetensors"] = True
    try:
        return factory.from_pretrained(checkpoint, **options)
    except (OSError, ValueError, RuntimeError) as error:
        raise SerError(
            f"The encoder {checkpoint} cannot be loaded: {str(error).splitlines()[0]} A folder or "
            "hub id of a Wav2Vec2, HuBERT or WavLM model in safetensors is needed; the bundled one "
            "comes back with: git checkout artifacts/encoder"
        ) from error


def _keep_float32(module: torch.nn.Module, device_type: str) -> None:
    forward = module.forward

    def outside_autocast(hidden_states: torch.Tensor):
        with torch.autocast(device_type, enabled=False):
            return forward(hidden_states.float())

    module.forward = outside_autocast


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


def _fingerprint(model: torch.nn.Module) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.cpu().contiguous().numpy())
    return digest.hexdigest()
