"""Whisper's encoder as the teacher of distillation."""

import torch
from torch import nn
from transformers import WhisperFeatureExtractor, WhisperForAudioClassification

from ser.errors import SerError

TEACHER_RMS = 0.05  # full scale 1; the usual level of speech, also in Whisper's training data


class Teacher:
    """Whisper's encoder, frozen, for waveforms that are not padded to 30 s.

    Attributes:
        encoder: in float32, without gradients.
        filters: the mel filter bank, (frequencies, bands).
        n_fft, hop_length: of the spectrogram, samples.
    """

    def __init__(self, source: str, device: str = "cpu"):
        """Load the encoder, float32, from a folder or from the Hugging Face hub.

        Raises:
            SerError: there is no Whisper model at the source.
        """
        try:
            model = WhisperForAudioClassification.from_pretrained(
                source, dtype=torch.float32, use_safetensors=True
            )
            extractor = WhisperFeatureExtractor.from_pretrained(source)
        except (OSError, ValueError) as error:
            raise SerError(
                f"There is no Whisper model at {source}. Give a folder with config.json, "
                "model.safetensors and preprocessor_config.json, or a hub id such as "
                "openai/whisper-base."
            ) from error
        self.encoder = model.encoder.eval().requires_grad_(False).to(device)
        self.filters = torch.tensor(extractor.mel_filters, dtype=torch.float32, device=device)
        self.n_fft, self.hop_length = extractor.n_fft, extractor.hop_length

    def log_mel(self, waveforms: torch.Tensor) -> torch.Tensor:
        """Return Whisper's log-mel spectrogram of waveforms scaled to TEACHER_RMS.

        As WhisperFeatureExtractor computes it, without the padding to 30 s.

        Args:
            waveforms: (batch, samples), zero mean and unit variance, 16 kHz.

        Returns:
            shape (batch, bands, frames), an even number of frames of 10 ms.
        """
        window = torch.hann_window(self.n_fft, device=waveforms.device)
        padded = nn.functional.pad(waveforms * TEACHER_RMS, (0, self.n_fft))
        spectrum = torch.stft(
            padded, self.n_fft, self.hop_length, window=window, return_complex=True
        )
        frames = waveforms.shape[-1] // self.hop_length // 2 * 2
        power = spectrum[..., :frames].abs().square()
        log = (self.filters.T @ power).clamp(min=1e-10).log10()
        return (torch.maximum(log, log.amax((1, 2), keepdim=True) - 8) + 4) / 4

    @torch.no_grad()
    def states(self, waveforms: torch.Tensor, n_layers: int) -> list[torch.Tensor]:
        """Return the front-end's output, before positions are added, and each layer's output.

        Args:
            waveforms: (batch, samples), zero mean and unit variance, 16 kHz.
            n_layers: how many layers to run.

        Returns:
            n_layers + 1 tensors of shape (batch, 20 ms frames, hidden size).
        """
        gelu = nn.functional.gelu
        hidden = gelu(self.encoder.conv1(self.log_mel(waveforms)))
        hidden = gelu(self.encoder.conv2(hidden)).transpose(1, 2)
        states = [hidden]
        hidden = hidden + self.encoder.embed_positions.weight[: hidden.shape[1]]
        for layer in self.encoder.layers[:n_layers]:
            hidden = layer(hidden, None)
            states.append(hidden)
        return states
