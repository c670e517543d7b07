"""The 2-D map of the data set: where a new clip falls on it, and which clips are nearest.

The layout is made in training, in the space of the classifier's linear probabilities, where
emotions and not speakers lie together; near is what is near in Hellinger distance (between square
roots of probabilities). Placing needs neither umap nor numba: a clip goes to the weighted mean
position of its nearest clips.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

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
class Atlas:
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

    def place(self, probabilities: np.ndarray) -> Place:
        """Place a clip by the linear model's probabilities of it, shape (8,)."""
        distances = np.linalg.norm(self.roots - np.sqrt(probabilities), axis=1)
        nearest = np.argpartition(distances, PLACING)[:PLACING]
        nearest = nearest[np.argsort(distances[nearest])]
        weights = 1 / (distances[nearest] + 1e-3)
        x, y = np.average(self.positions[nearest], axis=0, weights=weights)
        named = tuple(self._neighbour(row) for row in nearest[:NEIGHBOURS])
        return Place(float(x), float(y), named)

    def _neighbour(self, row: int) -> Neighbour:
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
        """Write the atlas as an npz of plain arrays."""
        np.savez_compressed(path, **vars(self))

    @classmethod
    def load(cls, path: Path) -> "Atlas":
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(**arrays)
