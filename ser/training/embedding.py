"""Embeddings of recordings and of augmented copies, cached in the user's cache folder.

The cache is keyed by file content, encoder, preprocessing and augmentation, so a second run, or one
that resumes after an interruption, embeds only what is new.
"""

import hashlib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pooch
from tqdm import tqdm

from ser import arrays, artifacts
from ser.audio import loading
from ser.audio.clip import Clip
from ser.batch.embedding import embed_many
from ser.errors import SerError
from ser.models.encoder import POOLING, Encoder
from ser.training.augmentation import augment_clip
from ser.training.data.utterance import Utterance

CACHE = Path(pooch.os_cache("ser")) / "embeddings"


@dataclass(frozen=True)
class Augmentation:
    """One kind of augmentation.

    Attributes:
        name: unique, part of the cache's key.
        change: takes and returns a waveform as in augmentation.py, with a random generator.
    """

    name: str
    change: Callable[[np.ndarray, np.random.Generator], np.ndarray]

    def load(self, path: Path) -> Clip:
        """Load and augment a recording; the same file content always in the same way."""
        seed = [zlib.crc32(content) for content in (self.name.encode(), path.read_bytes())]
        rng = np.random.default_rng(seed)
        return augment_clip(loading.load(path), lambda waveform: self.change(waveform, rng))


def embed(
    encoder: Encoder, utterances: Sequence[Utterance], augmentation: Augmentation | None = None
) -> tuple[np.ndarray, list[Utterance], list[str]]:
    """Embed recordings, from the cache where it has them, or augmented copies of them.

    Returns:
        float16 embeddings of shape (n, layers, 2, hidden size), the n utterances that could be
        read, and a warning for each that could not.
    """
    key = f"{encoder.fingerprint}{encoder.layers}{POOLING}{loading.PREPROCESSING}"
    load, name = loading.load, "Embedding"
    if augmentation:
        load, name = augmentation.load, f"Copies: {augmentation.name}"
        key += augmentation.name
    folder = CACHE / hashlib.sha256(key.encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    cached = [folder / f"{artifacts.sha256(u.path)}.npz" for u in utterances]
    recordings = {path: u.path for path, u in zip(cached, utterances, strict=True)}
    missing = [path for path in recordings if arrays.read_npz(path) is None]
    unreadable = {}
    with tqdm(total=len(missing), desc=name, unit="clip") as progress:
        embedded = embed_many(encoder, (recordings[path] for path in missing), load)
        for path, result in zip(missing, embedded, strict=True):
            progress.update()
            if isinstance(result, SerError):
                unreadable[path] = f"Left out: {result}"
                continue
            _, embedding = result
            with artifacts.atomic_write(path) as file:
                np.savez(file, embedding=embedding.astype(np.float16))
    readable = [row for row, path in enumerate(cached) if path not in unreadable]
    if not readable:
        first = next(iter(unreadable.values()))
        raise SerError(f"None of the {len(utterances)} recordings could be read. {first}")
    embeddings = [arrays.read_npz(cached[row])["embedding"] for row in readable]
    return np.stack(embeddings), [utterances[row] for row in readable], list(unreadable.values())
