"""Unlabelled speech in memory, from which batches are drawn: clips, clean and augmented."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from ser.audio.clip import SAMPLING_RATE, normalise
from ser.audio.formats import audio_files
from ser.audio.loading import load
from ser.errors import SerError
from ser.training.augmentation import (
    VOICE_PROBABILITY,
    NoiseBank,
    change_channel,
    change_voice,
)

HELD_OUT_ACTORS = re.compile(r"\d\d(-\d\d){5}-2[1-4]")  # file names of RAVDESS's actors 21-24
BATCH_SIZE = 8  # clips
MIN_DURATION, MAX_DURATION = 1.2, 5.0  # s, of a batch; the encoder's windows are of 5 s at most
MAX_LENGTH_RATIO = 1.25  # clips up to so many times the batch's length are preferred
CLEAN_PROBABILITY = 0.25  # that a clip's channel is not changed
INT16_MAX = np.float32(2**15 - 1)


class UnlabelledSpeech:
    """Speech from folders that are sampled equally often, however large they are.

    A folder named twice is sampled twice as often.

    Attributes:
        folders: the clips of each folder, int16, trimmed as by `loading.load`, sorted by length.
        weights: sampling probability of each folder.
    """

    def __init__(self, folders: Sequence[Path]):
        """Load every recording except those of HELD_OUT_ACTORS.

        Raises:
            SerError: a folder is missing or holds no recording that can be used.
        """
        counts = Counter(folders)
        self.folders = [_load_folder(folder) for folder in counts]
        self.weights = np.array(list(counts.values())) / len(folders)
        self._lengths = [np.array([len(clip) for clip in clips]) for clips in self.folders]

    def batch(
        self, rng: np.random.Generator, noise_bank: NoiseBank
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Draw BATCH_SIZE clips of one length.

        The length is that of a random clip; the others are little longer where possible, so that
        little is cut off.

        Returns:
            clean waveforms, and the same after `change_channel`, both of shape (batch, samples),
            zero mean and unit variance. Voices are changed in both alike.
        """
        lengths = self._lengths[rng.choice(len(self.folders), p=self.weights)]
        bounds = int(MIN_DURATION * SAMPLING_RATE), int(MAX_DURATION * SAMPLING_RATE)
        n_samples = int(np.clip(rng.choice(lengths), *bounds))
        folders = rng.choice(len(self.folders), size=BATCH_SIZE, p=self.weights)
        pairs = [self._draw(folder, n_samples, rng, noise_bank) for folder in folders]
        clean, changed = (
            torch.tensor(np.stack(waveforms)) for waveforms in zip(*pairs, strict=True)
        )
        return clean, changed

    def _draw(
        self, folder: int, n_samples: int, rng: np.random.Generator, noise_bank: NoiseBank
    ) -> tuple[np.ndarray, np.ndarray]:
        """Draw a clip of a folder, cut or repeated to n_samples; return it clean and changed."""
        lengths = self._lengths[folder]
        first = np.searchsorted(lengths, min(n_samples, lengths[-1]))
        last = max(np.searchsorted(lengths, n_samples * MAX_LENGTH_RATIO), first + 1)
        clip = self.folders[folder][rng.integers(first, last)]
        start = rng.integers(max(len(clip) - n_samples, 0) + 1)
        waveform = np.resize(clip[start : start + n_samples], n_samples) / INT16_MAX
        if rng.random() < VOICE_PROBABILITY:
            waveform = change_voice(waveform, rng)
        changed = waveform
        if rng.random() >= CLEAN_PROBABILITY:
            changed = change_channel(waveform, rng, noise_bank)
        return normalise(waveform), normalise(changed)


def _load_folder(folder: Path) -> list[np.ndarray]:
    """Load a folder's clips, in pieces of at most MAX_DURATION, sorted by length."""
    paths = [path for path in audio_files(folder) if not HELD_OUT_ACTORS.fullmatch(path.stem)]
    with ThreadPoolExecutor() as pool:
        clips = list(tqdm(pool.map(_load_int16, paths), folder.name, len(paths), unit="clip"))
    pieces = sorted((piece for clip in clips for piece in _split(clip)), key=len)
    if not pieces:
        raise SerError(
            f"None of the {len(paths)} recordings in {folder} can be used. Give a folder with "
            "speech, 0.3 s to 5 minutes a recording."
        )
    return pieces


def _load_int16(path: Path) -> np.ndarray:
    """Load a recording, int16 to save memory; empty if it cannot be used."""
    try:
        waveform = load(path).waveform
    except SerError:
        return np.zeros(0, np.int16)
    return np.round(waveform / np.abs(waveform).max() * INT16_MAX).astype(np.int16)


def _split(clip: np.ndarray) -> list[np.ndarray]:
    n_pieces = math.ceil(len(clip) / (MAX_DURATION * SAMPLING_RATE))
    return np.array_split(clip, n_pieces) if n_pieces else []
