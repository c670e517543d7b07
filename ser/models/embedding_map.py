"""The map of the training set: position and nearest training clips of a new clip.

Training lays the clips out by the ensemble's probabilities of them, so that emotions rather than
speakers form regions. Distances are Hellinger distances: Euclidean between square roots of
probabilities. A new clip goes to the weighted mean position of its nearest training clips, which
needs neither umap nor numba.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.spatial import KDTree

AXES = ("x", "y")  # names of a position's coordinates
N_NAMED = 5  # neighbours that are named to the user
N_NEIGHBORS = 15  # neighbours whose mean position is a clip's position
EPSILON = 1e-3  # Hellinger distance; limits the weight of a very near neighbour


@dataclass(frozen=True)
class Neighbour:
    """A training clip near a new one.

    Attributes:
        name: of the published recording.
        emotion, actor, sex, intensity, sentence: as the corpus gives them, "" where unknown.
        position: float32, shape (len(AXES),), on the map.
    """

    name: str
    emotion: str
    actor: int | str
    sex: str
    intensity: str
    sentence: str
    position: np.ndarray


@dataclass(frozen=True)
class Placement:
    """Where a clip lies on the map.

    Attributes:
        position: float64, shape (len(AXES),).
        neighbours: the N_NAMED nearest training clips, nearest first.
    """

    position: np.ndarray
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True)
class EmbeddingMap:
    """The map; all arrays have one row for each training clip.

    Attributes:
        positions: float32, shape (n, len(AXES)).
        roots: float32, shape (n, 8), square roots of the clips' probabilities.
        names, emotions, sexes, intensities, sentences: strings, "" where unknown.
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
        return KDTree(self.roots)

    def place(self, probabilities: np.ndarray) -> Placement:
        """Place a clip by the ensemble's probabilities of its emotions, shape (8,)."""
        distances, nearest = self._tree.query(np.sqrt(probabilities), N_NEIGHBORS)
        position = np.average(self.positions[nearest], axis=0, weights=1 / (distances + EPSILON))
        return Placement(position, tuple(self.clip(row) for row in nearest[:N_NAMED]))

    def nearest(self, row: int) -> list[int]:
        """Return the rows of the N_NAMED training clips nearest to one of them, nearest first."""
        distances = np.linalg.norm(self.roots - self.roots[row], axis=1)
        distances[row] = np.inf
        rows = np.argpartition(distances, N_NAMED)[:N_NAMED]
        return rows[np.argsort(distances[rows])].tolist()

    def clip(self, row: int) -> Neighbour:
        """Return the description of a training clip."""
        return Neighbour(
            name=str(self.names[row]),
            emotion=str(self.emotions[row]),
            actor=self.actors[row].item(),
            sex=str(self.sexes[row]),
            intensity=str(self.intensities[row]),
            sentence=str(self.sentences[row]),
            position=self.positions[row],
        )
