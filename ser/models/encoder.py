"""A frozen Wav2Vec2-family model: from clips to embeddings, which are pooled hidden states."""

import copy
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import torch

from ser.audio.clip import SAMPLING_RATE, Clip
from ser.errors import SerError
from ser.models import pretrained

BUNDLED = Path(__file__).parents[2] / "artifacts" / "encoder"
WINDOW = 5 * SAMPLING_RATE  # samples; the bundled encoder has positions for no more
BATCH = 8  # windows in a forward pass
POOLING = ("mean", "std")  # statistics over time of a hidden state


class Encoder:
    """A frozen speech encoder on the best available device.

    Attributes:
        checkpoint: folder or hub id that was loaded.
        layers: numbers of the hidden states that are pooled; 0 is the input of the first layer.
        device: the torch device.
        fingerprint: SHA-256 of the weights in use, independent of the file format.
        fine_tuned_on: names of the corpora whose labels it was fitted to.
    """

    def __init__(
        self,
        checkpoint: str | Path = BUNDLED,
        device: str | None = None,
        layers: Sequence[int] | None = None,
    ):
        """Load a checkpoint in float32, without the layers above the highest hidden state used.

        Args:
            checkpoint: folder or hub id of a Wav2Vec2, HuBERT or WavLM model in safetensors.
            device: a torch device; by default cuda, else mps, else cpu.
            layers: hidden states to pool; by default the last three of a model of up to four
                layers, else the middle ones, which predict emotion best in larger models.

        Raises:
            SerError: the checkpoint is missing, broken, of another family or has fewer layers, or
                there is no such device.
        """
        self.checkpoint = str(checkpoint)
        self.device = torch.device(device or _devices()[0])
        if self.device.type not in _devices():
            raise SerError(
                f"torch finds no {self.device.type} on this machine, only {', '.join(_devices())}. "
                "Choose one of these, such as --device cpu."
            )
        loaded = pretrained.load(self.checkpoint, layers)
        self.layers, self.fingerprint = loaded.layers, loaded.fingerprint
        self.fine_tuned_on = loaded.fine_tuned_on
        model = loaded.model
        pretrained.use_fft(model)
        # The bundled encoder adds positions to a large constant, too coarse in half precision.
        _keep_float32(model.feature_projection, self.device.type)
        _keep_float32(model.encoder.pos_conv_embed, self.device.type)
        if self.device.type == "cpu" and torch.backends.mkldnn.is_available():
            pretrained.use_onednn(model)
        # Models with a group norm take no mask, and padding would change their states.
        self._uses_mask = model.config.feat_extract_norm != "group"
        self._autocast_dtype = torch.float16 if self.device.type == "cuda" else None
        self._model = model.to(self.device)
        # A forward pass uses every core; two at once would wait for each other's threads.
        self._lock = threading.Lock()

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of an embedding: layers, statistics of POOLING, hidden size."""
        return len(self.layers), len(POOLING), self._model.config.hidden_size

    def with_layers(self, layers: Sequence[int]) -> "Encoder":
        """Return an encoder of other hidden states, none above those of this one, by its model."""
        other = copy.copy(self)
        other.layers = tuple(layers)
        return other

    def embed(
        self, clips: Sequence[Clip], lock: AbstractContextManager | None = None
    ) -> np.ndarray:
        """Pool the hidden states of clips over their frames.

        A clip longer than 5 s is embedded in equal windows of at most 5 s, pooled together, so
        memory does not grow with its length.

        Args:
            lock: held during each forward pass; by default one that all threads share.

        Returns:
            float32 of shape (clips, layers, 2, hidden size): mean and standard deviation over
            the frames of the whole clip.
        """
        windows = [
            (row, window)
            for row, clip in enumerate(clips)
            for window in np.array_split(clip.waveform, -(-len(clip.waveform) // WINDOW))
        ]
        shape = (len(clips), len(self.layers), self._model.config.hidden_size)
        sums, squares = np.zeros(shape), np.zeros(shape)
        frames = np.zeros((len(clips), 1, 1))
        for batch in self._batches(windows):
            with lock or self._lock:
                batch_states = list(self.states([window for _, window in batch]))
            for (row, _), states in zip(batch, batch_states, strict=True):
                sums[row] += states.sum(axis=1, dtype=np.float64)
                squares[row] += np.einsum("ltd,ltd->ld", states, states, dtype=np.float64)
                frames[row] += states.shape[1]
        mean = sums / frames
        deviation = np.sqrt(np.maximum(squares / frames - mean**2, 0))
        return np.stack([mean, deviation], axis=2).astype(np.float32)

    def _batches(self, windows: list) -> Iterator[list]:
        """Batch (row, window) by length; of equal length if the model takes no attention mask."""
        batch = []
        for row, window in sorted(windows, key=lambda pair: len(pair[1])):
            needs_mask = batch and len(window) != len(batch[0][1])
            if len(batch) == BATCH or (needs_mask and not self._uses_mask):
                yield batch
                batch = []
            batch.append((row, window))
        if batch:
            yield batch

    @torch.inference_mode()
    def states(self, waveforms: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
        """Compute the hidden states of waveforms in one forward pass.

        Args:
            waveforms: of at most 5 s, zero mean and unit variance, 16 kHz.

        Yields:
            for each waveform the states of `layers`, float32 (layers, frames, hidden size).
        """
        lengths = torch.tensor([len(waveform) for waveform in waveforms])
        padded = torch.zeros(len(waveforms), int(lengths.max()))
        for row, waveform in zip(padded, waveforms, strict=True):
            row[: len(waveform)] = torch.from_numpy(waveform)
        mask = None
        if (lengths < lengths.max()).any():
            mask = (torch.arange(padded.shape[1]) < lengths[:, None]).long().to(self.device)
        if self.device.type == "cuda":
            padded = padded.pin_memory()
        padded = padded.to(self.device, non_blocking=True)
        with torch.autocast(
            self.device.type, self._autocast_dtype, enabled=self._autocast_dtype is not None
        ):
            output = self._model(padded, attention_mask=mask, output_hidden_states=True)
        states = torch.stack([output.hidden_states[layer] for layer in self.layers], dim=1)
        n_frames = self._model._get_feat_extract_output_lengths(lengths)
        for clip_states, n in zip(states.float().cpu().numpy(), n_frames.tolist(), strict=True):
            yield clip_states[:, :n]


def _devices() -> list[str]:
    """Return the available types of device, the best first."""
    devices = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return [device for device, available in devices.items() if available] + ["cpu"]


def _keep_float32(module: torch.nn.Module, device_type: str) -> None:
    """Make a module compute in float32 under autocast, too."""
    forward = module.forward

    def outside_autocast(hidden_states: torch.Tensor):
        with torch.autocast(device_type, enabled=False):
            return forward(hidden_states.float())

    module.forward = outside_autocast
