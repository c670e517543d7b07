"""Embeddings of recordings and of altered copies, cached in the user's cache folder.

The cache is keyed by file content, encoder, preprocessing and alteration, so a second run, or one
that resumes after an interruption, embeds only what is new.
"""

import hashlib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pooch
from tqdm import tqdm

from ser import artifacts
from ser.audio import loading
from ser.audio.loading import Clip
from ser.batch.embedding import embed_many
from ser.errors import SerError
from ser.models.encoder import POOLING, Encoder
from ser.training.data.utterance import Utterance

CACHE = Path(pooch.os_cache("ser")) / "embeddings"


@dataclass(frozen=True)
class Alteration:
    """One kind of augmentation.

    Attributes:
        name: unique, part of the cache's key.
        change: takes and returns a waveform as in augmentation.py, random by the generator alone.
    """

    name: str
    change: Callable[[np.ndarray, np.random.Generator], np.ndarray]

    def load(self, path: Path) -> Clip:
        """Load and alter a recording; the same content is always altered in the same way."""
        seed = [zlib.crc32(content) for content in (self.name.encode(), path.read_bytes())]
        clip = loading.load(path)
        # Augmentation expects full scale 1, a clip has unit variance.
        waveform = clip.waveform / np.abs(clip.waveform).max()
        changed = self.change(waveform, np.random.default_rng(seed))
        return replace(clip, waveform=loading.normalise(changed))


def embed(
    encoder: Encoder, utterances: Sequence[Utterance], alteration: Alteration | None = None
) -> tuple[np.ndarray, list[Utterance], list[str]]:
    """Embed recordings, from the cache where it has them, or altered copies of them.

    Returns:
        float16 embeddings of shape (n, layers, 2, hidden size), the n utterances that could be
        read, and a warning for each that could not.
    """
    key = f"{encoder.fingerprint}{encoder.layers}{POOLING}{loading.PREPROCESSING}"
    load, name = loading.load, "Embedding"
    if alteration:
        load, name, key = alteration.load, f"Copies: {alteration.name}", f"{key}{alteration.name}"
    folder = CACHE / hashlib.sha256(key.encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    cached = [folder / f"{artifacts.sha256(each.path)}.npz" for each in utterances]
    recordings = {path: each.path for each, path in zip(utterances, cached, strict=True)}
    missing = [path for path in recordings if artifacts.read_arrays(path) is None]
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
    embeddings = [artifacts.read_arrays(cached[row])["embedding"] for row in readable]
    return np.stack(embeddings), [utterances[row] for row in readable], list(unreadable.values())
