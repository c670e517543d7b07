"""Hidden states of an encoder's lower layers for clips and augmented copies, cached on disk.

The lower layers are frozen while the upper ones are fine-tuned, so each clip passes through them
only N_COPIES times, once unchanged and otherwise augmented.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ser import arrays, artifacts
from ser.audio import loading
from ser.audio.clip import Clip
from ser.errors import SerError
from ser.models.encoder import BATCH, WINDOW, Encoder
from ser.training import augmentation, effects
from ser.training.augmentation import NoiseBank
from ser.training.data.utterance import Utterance
from ser.training.embedding import CACHE

N_COPIES = 3  # of each clip, the first unchanged
CHUNK = 32  # clips between two updates of the progress bar


@dataclass(frozen=True)
class AugmentedStates:
    """Hidden states of one copy of a clip.

    Attributes:
        lowest: the lowest of the encoder's hidden states, float16, (frames, hidden size).
        pooled: mean and standard deviation of those above, float16, (layers - 1, 2, hidden size).
    """

    lowest: np.ndarray
    pooled: np.ndarray


def compute(
    encoder: Encoder, utterances: Sequence[Utterance], noise_bank: NoiseBank, seed: int
) -> list[list[AugmentedStates]]:
    """Compute the states of N_COPIES of each utterance, none for one that cannot be read.

    Only the first 5 s of a clip are used. States are kept in the user's cache folder, about 0.1 MB
    a copy, by file, encoder and seed, so that an interrupted run continues and a run on fewer
    corpora finds them.
    """
    bank = len(noise_bank.noises), len(noise_bank.impulse_responses)
    key = encoder.fingerprint, encoder.layers, loading.PREPROCESSING, seed, bank
    digest = hashlib.sha256(str(key).encode()).hexdigest()
    folder = CACHE.with_name("augmented_states") / digest[:16]
    folder.mkdir(parents=True, exist_ok=True)
    states = []
    with tqdm(total=len(utterances), desc="Encoding", unit="clip") as progress:
        for first in range(0, len(utterances), CHUNK):
            chunk = utterances[first : first + CHUNK]
            hashes = [artifacts.sha256(utterance.path) for utterance in chunk]
            paths = [[folder / f"{sha}-{k}.npz" for k in range(N_COPIES)] for sha in hashes]
            _fill_cache(encoder, chunk, paths, noise_bank, seed)
            for copy_paths in paths:
                cached = [arrays.read_npz(path) for path in copy_paths]
                states.append([AugmentedStates(**content) for content in cached if content])
            progress.update(len(chunk))
    return states


def _fill_cache(
    encoder: Encoder,
    utterances: Sequence[Utterance],
    paths: Sequence[Sequence[Path]],
    noise_bank: NoiseBank,
    seed: int,
) -> None:
    """Compute the states that are not cached yet, and write those of each copy to its path."""
    waveforms = {}
    for utterance, copy_paths in zip(utterances, paths, strict=True):
        if all(arrays.read_npz(path) for path in copy_paths):
            continue
        try:
            clip = loading.load(utterance.path)
        except SerError:
            continue
        clip = replace(clip, waveform=clip.waveform[:WINDOW])
        for copy, path in enumerate(copy_paths):
            rng = np.random.default_rng([seed, copy, int(path.name[:8], 16)])
            waveforms[path] = (_augment(clip, rng, noise_bank) if copy else clip).waveform
    by_length = sorted(waveforms, key=lambda path: len(waveforms[path]))
    for first in range(0, len(by_length), BATCH):
        batch = by_length[first : first + BATCH]
        states = encoder.states([waveforms[path] for path in batch])
        for path, (lowest, *upper) in zip(batch, states, strict=True):
            pooled = [(layer.mean(axis=0), layer.std(axis=0)) for layer in upper]
            with artifacts.atomic_write(path) as file:
                np.savez(file, lowest=lowest.astype(np.float16), pooled=np.float16(pooled))


def _augment(clip: Clip, rng: np.random.Generator, noise_bank: NoiseBank) -> Clip:
    def change(waveform: np.ndarray) -> np.ndarray:
        # The band is always limited: corpora differ in bandwidth and would be recognised by it.
        low, high = augmentation.LOW_CUT, augmentation.HIGH_CUT
        augmented = augmentation.augment(waveform, rng, noise_bank)
        return effects.limit_band(augmented, rng.uniform(*low), rng.uniform(*high))

    return augmentation.augment_clip(clip, change)
