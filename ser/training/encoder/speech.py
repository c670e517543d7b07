"""Unlabelled speech in memory, and what is heard of it: batches of clips, clean and augmented."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from ser.audio.formats import audio_files
from ser.audio.loading import SAMPLING_RATE, load, normalise
from ser.errors import SerError
from ser.training.augmentation import NoiseBank, augment

NEVER_HEARD = re.compile(r"\d\d(-\d\d){5}-2[1-4]")  # names of RAVDESS's actors 21-24
BATCH = 8  # clips
SHORTEST, LONGEST = 1.2, 5.0  # s, of the clips in a batch; the app embeds windows of 5 s at most
SIMILAR = 1.25  # clips up to so many times as long are preferred when cutting to one length
CLEAN_SHARE = 0.5  # of the clips are heard as the app hears them, the others augmented
INT16 = np.float32(2**15 - 1)


class Corpus:
    """Speech in folders that are heard equally often, however large they are.

    A folder named twice is heard twice as often.

    Attributes:
        folders: for each folder its clips, int16, trimmed as the app trims, sorted by length.
        weights: how often each folder is heard, adding up to 1.
    """

    def __init__(self, folders: Sequence[Path]):
        """Read every recording; those of RAVDESS's actors 21-24 are left out.

        Raises:
            SerError: a folder is missing or holds no recording that can be used.
        """
        counts = Counter(folders)
        self.folders = [_read(folder) for folder in counts]
        self.weights = np.array(list(counts.values())) / len(folders)
        self._lengths = [np.array([len(clip) for clip in clips]) for clips in self.folders]

    def batch(self, random: np.random.Generator, around: NoiseBank) -> torch.Tensor:
        """Draw BATCH waveforms of one length, (batch, samples), zero mean and unit variance.

        The length is that of a clip drawn by chance; the others are little longer where
        possible, so that most are heard almost whole, as the app hears them.
        """
        lengths = self._lengths[random.choice(len(self.folders), p=self.weights)]
        bounds = int(SHORTEST * SAMPLING_RATE), int(LONGEST * SAMPLING_RATE)
        samples = int(np.clip(random.choice(lengths), *bounds))
        folders = random.choice(len(self.folders), size=BATCH, p=self.weights)
        return torch.tensor(np.stack([self._hear(k, samples, random, around) for k in folders]))

    def _hear(
        self, folder: int, samples: int, random: np.random.Generator, around: NoiseBank
    ) -> np.ndarray:
        lengths = self._lengths[folder]
        first = np.searchsorted(lengths, min(samples, lengths[-1]))
        last = max(np.searchsorted(lengths, samples * SIMILAR), first + 1)
        clip = self.folders[folder][random.integers(first, last)]
        start = random.integers(max(len(clip) - samples, 0) + 1)
        # A folder of short clips only has them repeated.
        waveform = np.resize(clip[start : start + samples], samples) / INT16
        if random.random() >= CLEAN_SHARE:
            waveform = augment(waveform, random, around)
        return normalise(waveform)


def _read(folder: Path) -> list[np.ndarray]:
    paths = [path for path in audio_files(folder) if not NEVER_HEARD.fullmatch(path.stem)]
    with ThreadPoolExecutor() as pool:
        clips = list(tqdm(pool.map(_load, paths), folder.name, len(paths), unit="clip"))
    pieces = sorted((piece for clip in clips for piece in _pieces(clip)), key=len)
    if not pieces:
        raise SerError(
            f"None of the {len(paths)} recordings in {folder} can be used. Give a folder with "
            "speech, 0.3 s to 5 minutes a recording."
        )
    return pieces


def _load(path: Path) -> np.ndarray:
    """Return a recording as the app hears it, int16 to save memory; empty if it cannot be used."""
    try:
        waveform = load(path).waveform
    except SerError:
        return np.zeros(0, np.int16)
    return np.round(waveform / np.abs(waveform).max() * INT16).astype(np.int16)


def _pieces(clip: np.ndarray) -> list[np.ndarray]:
    count = math.ceil(len(clip) / (LONGEST * SAMPLING_RATE))
    return np.array_split(clip, count) if count else []
