"""What the lower layers of an encoder make of labelled clips: kept on disk, for teaching the upper.

The lower layers stay as they are while the upper ones are taught, so each clip goes through them
only VIEWS times: once as it is, the other times as heard in other places and over other lines.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ser import artifacts
from ser.audio import loading
from ser.errors import SerError
from ser.models.encoder import BATCH, WINDOW, Encoder
from ser.training.augmentation import HIGH_CUT, LOW_CUT, NoiseBank, augment, limit_band
from ser.training.data.utterance import Utterance
from ser.training.embedding import CACHE

VIEWS = 2  # of each clip, the first unchanged
CHUNK = 32  # clips between two steps of the progress bar


@dataclass(frozen=True)
class View:
    """A clip as heard once.

    Attributes:
        states: the lowest of the encoder's hidden states, float16, (frames, hidden size).
        pooled: mean and standard deviation of those above, float16, (layers - 1, 2, hidden size).
    """

    states: np.ndarray
    pooled: np.ndarray


def hear(
    encoder: Encoder, utterances: Sequence[Utterance], around: NoiseBank, seed: int
) -> list[list[View]]:
    """Return VIEWS views of each utterance, none of one that cannot be read.

    A clip is heard for 5 s at most. Views lie in the user's cache folder, about 0.1 MB each, by
    file, encoder and seed, so an interrupted run goes on and runs on fewer corpora find them.
    """
    own = f"{encoder.fingerprint}{encoder.layers}{loading.PREPROCESSING}{seed}{len(around.noises)}"
    folder = CACHE.with_name("views") / hashlib.sha256(own.encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    heard = []
    with tqdm(total=len(utterances), desc="Listening", unit="clip") as progress:
        for first in range(0, len(utterances), CHUNK):
            chunk = utterances[first : first + CHUNK]
            hashes = [artifacts.sha256(utterance.path) for utterance in chunk]
            paths = [[folder / f"{own}-{view}.npz" for view in range(VIEWS)] for own in hashes]
            _listen(encoder, chunk, hashes, paths, around, seed)
            kept = ([artifacts.read_arrays(path) for path in own] for own in paths)
            heard.extend([View(**arrays) for arrays in own if arrays] for own in kept)
            progress.update(len(chunk))
    return heard


def _listen(
    encoder: Encoder,
    utterances: Sequence[Utterance],
    hashes: Sequence[str],
    paths: Sequence[Sequence[Path]],
    around: NoiseBank,
    seed: int,
) -> None:
    waveforms = {}
    for utterance, digest, own in zip(utterances, hashes, paths, strict=True):
        if all(artifacts.read_arrays(path) for path in own):
            continue
        try:
            clip = loading.load(utterance.path).waveform[:WINDOW]
        except SerError:
            continue
        for view, path in enumerate(own):
            random = np.random.default_rng([seed, view, int(digest[:8], 16)])
            waveforms[path] = _elsewhere(clip, random, around) if view else clip
    by_length = sorted(waveforms, key=lambda path: len(waveforms[path]))
    for first in range(0, len(by_length), BATCH):
        batch = by_length[first : first + BATCH]
        states = encoder.states([waveforms[path] for path in batch])
        for path, (lowest, *upper) in zip(batch, states, strict=True):
            pooled = [(layer.mean(axis=0), layer.std(axis=0)) for layer in upper]
            with artifacts.atomic_write(path) as file:
                np.savez(file, states=lowest.astype(np.float16), pooled=np.float16(pooled))


def _elsewhere(waveform: np.ndarray, random: np.random.Generator, around: NoiseBank) -> np.ndarray:
    # Augmentation reckons with full scale 1, a clip has unit variance.
    changed = augment(waveform / np.abs(waveform).max(), random, around)
    # Corpora differ in bandwidth, and must not be known by it.
    changed = limit_band(changed, random.uniform(*LOW_CUT), random.uniform(*HIGH_CUT))
    return loading.normalise(changed)
