"""A frozen Wav2Vec2-family model turns a `Clip` into an embedding: its hidden states, pooled."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import torch

from ser.audio.loading import SAMPLING_RATE, Clip
from ser.errors import SerError
from ser.models import pretrained

BUNDLED = Path(__file__).parents[2] / "artifacts" / "encoder"
WINDOW = 5 * SAMPLING_RATE  # samples; the bundled encoder counts positions this far
BATCH = 8  # windows
POOLING = ("mean", "std")


class Encoder:
    """A frozen speech encoder on the best device at hand.

    Attributes:
        checkpoint: what was loaded, a folder or a hub id.
        layers: the hidden states that are pooled; 0 is the input of the first layer.
        device: where it runs.
        fingerprint: SHA-256 of the weights in use, whatever file they came from.
        fine_tuned_on: names of the corpora whose labels it, or its directions, were fitted to.
        directions: float32, shape (k, layers, 2, hidden size), along which k emotions of those
            corpora lie; none, k = 0, if `python -m ser directions` did not look for them.
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
        found = pretrained.load(self.checkpoint, layers)
        self.layers, self.fingerprint = found.layers, found.fingerprint
        self.fine_tuned_on, self.directions = found.fine_tuned_on, found.directions
        # The bundled encoder's positions ride on a large constant, too coarse in half precision.
        _keep_float32(found.model.feature_projection, self.device.type)
        _keep_float32(found.model.encoder.pos_conv_embed, self.device.type)
        if self.device.type == "cpu" and torch.backends.mkldnn.is_available():
            pretrained.multiply_by_onednn(found.model)
        self._masked = found.model.config.feat_extract_norm != "group"
        self._reduced = torch.float16 if self.device.type == "cuda" else None
        self._model = found.model.to(self.device)
        # A pass uses every core, and two at once would wait for each other's threads.
        self._turn = threading.Lock()

    def embed(
        self, clips: Sequence[Clip], turn: AbstractContextManager | None = None
    ) -> np.ndarray:
        """Pool the hidden states of clips over their frames.

        A clip longer than 5 s is embedded in equal windows of at most 5 s, pooled together, so
        memory does not grow with its length.

        Args:
            turn: entered for each pass; by default passes of all threads wait for each other.

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
            with turn or self._turn:
                found = list(self.states([window for _, window in batch]))
            for owner, states in zip(owners, found, strict=True):
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
        if self.device.type == "cuda":
            padded = padded.pin_memory()
        padded = padded.to(self.device, non_blocking=True)
        with torch.autocast(self.device.type, self._reduced, enabled=self._reduced is not None):
            output = self._model(padded, attention_mask=mask, output_hidden_states=True)
        states = torch.stack([output.hidden_states[layer] for layer in self.layers], dim=1)
        counts = self._model._get_feat_extract_output_lengths(lengths)
        for own, count in zip(states.float().cpu().numpy(), counts.tolist(), strict=True):
            yield own[:, :count]


def _devices() -> list[str]:
    """Return the types of device at hand, the best first."""
    found = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return [device for device, available in found.items() if available] + ["cpu"]


def _keep_float32(module: torch.nn.Module, device_type: str) -> None:
    forward = module.forward

    def outside_autocast(hidden_states: torch.Tensor):
        with torch.autocast(device_type, enabled=False):
            return forward(hidden_states.float())

    module.forward = outside_autocast
