"""The 2-D map of the data set: where a new clip falls on it, and which clips are nearest.

The layout is made in training, in the space of the classifier's initial probabilities, where
emotions and not speakers lie together; near is what is near in Hellinger distance (between square
roots of probabilities). Placing needs neither umap nor numba: a clip goes to the weighted mean
position of its nearest clips.
"""

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy.spatial import KDTree

NEIGHBOURS = 5  # named to the user
PLACING = 15  # neighbours whose positions decide where a clip goes


@dataclass(frozen=True)
class Neighbour:
    """A training clip near a new one: its published name, who spoke it how, where it lies."""

    name: str
    emotion: str
    actor: int | str
    sex: str
    intensity: str
    sentence: str
    x: float
    y: float


@dataclass(frozen=True)
class Place:
    """Where a clip falls on the map, and its nearest training clips, nearest first."""

    x: float
    y: float
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True)
class EmbeddingMap:
    """The data set laid out; all arrays have one row a training clip.

    Attributes:
        positions: float32, shape (n, 2), on the map.
        roots: float32, shape (n, 8), square roots of their probabilities.
        names, emotions, sexes, intensities, sentences: strings, "" where not known.
        actors: the speakers' numbers or names in their corpus.
    """

    positions: np.ndarray
    roots: np.ndarray
    names: np.ndarray
    emotions: np.ndarray
    actors: np.ndarray
    sexes: np.ndarray
    intensities: np.ndarray
    sentences: np.ndarray

    @cached_property
    def _tree(self) -> KDTree:
        """Finds the nearest of 100,000 clips as fast as of 1,000."""
        return KDTree(self.roots)

    def place(self, probabilities: np.ndarray) -> Place:
        """Place a clip by the classifier's initial probabilities of it, shape (8,)."""
        distances, nearest = self._tree.query(np.sqrt(probabilities), PLACING)
        weights = 1 / (distances + 1e-3)
        x, y = np.average(self.positions[nearest], axis=0, weights=weights)
        named = tuple(self.clip(row) for row in nearest[:NEIGHBOURS])
        return Place(float(x), float(y), named)

    def near(self, row: int) -> list[int]:
        """Return the rows of the training clips nearest to one of them, nearest first."""
        distances = np.linalg.norm(self.roots - self.roots[row], axis=1)
        distances[row] = np.inf
        nearest = np.argpartition(distances, NEIGHBOURS)[:NEIGHBOURS]
        return nearest[np.argsort(distances[nearest])].tolist()

    def clip(self, row: int) -> Neighbour:
        """Return what is known of a training clip."""
        x, y = self.positions[row].tolist()
        return Neighbour(
            name=str(self.names[row]),
            emotion=str(self.emotions[row]),
            actor=self.actors[row].item(),
            sex=str(self.sexes[row]),
            intensity=str(self.intensities[row]),
            sentence=str(self.sentences[row]),
            x=x,
            y=y,
        )

    def save(self, path: Path) -> None:
        """Write the embedding_map as an npz of plain arrays."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        np.savez_compressed(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> "EmbeddingMap":
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(**arrays)
