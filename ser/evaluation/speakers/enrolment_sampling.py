"""Sample the clips of a speaker that are available for adaptation when another one is scored."""

from collections.abc import Callable

import numpy as np

from ser.training.labelled_embeddings import LabelledEmbeddings

N_NEUTRAL = 2  # clips known to be neutral
N_UNLABELLED = 3  # clips of any emotion

# From a clip's row and a generator to the rows available for it; None if there are too few.
Sampler = Callable[[int, np.random.Generator], list[int] | None]


class EnrolmentSampling:
    """Samplers of other clips by the same speaker; a clip is never available for itself."""

    def __init__(self, labelled: LabelledEmbeddings):
        self.speakers, self.emotions = labelled.speakers, labelled.emotions

    def any_emotion(self, n_clips: int) -> Sampler:
        """Return a sampler of clips, drawn anew for every row."""

        def sample(row: int, rng: np.random.Generator) -> list[int] | None:
            others = self._others(row)
            return _draw(others, n_clips, rng) if len(others) >= n_clips else None

        return sample

    def one_emotion(self, row: int, rng: np.random.Generator) -> list[int] | None:
        """Sample N_UNLABELLED clips of one emotion, which is drawn too."""
        emotions, counts = np.unique(self.emotions[self._others(row)], return_counts=True)
        if counts.max(initial=0) < N_UNLABELLED:
            return None
        return self._of(rng.choice(emotions[counts >= N_UNLABELLED]), row, rng)

    def same_emotion(self, row: int, rng: np.random.Generator) -> list[int] | None:
        """Sample N_UNLABELLED clips of the row's own emotion."""
        return self._of(self.emotions[row], row, rng)

    def neutral(self, seed: int) -> Sampler:
        """Return a sampler of N_NEUTRAL clips, the same for all other clips of a speaker."""
        rng, chosen = np.random.default_rng(seed), {}
        for speaker in np.unique(self.speakers):
            rows = np.flatnonzero((self.speakers == speaker) & (self.emotions == "neutral"))
            if len(rows) >= N_NEUTRAL:
                chosen[speaker] = _draw(rows, N_NEUTRAL, rng)

        def sample(row: int, rng: np.random.Generator) -> list[int] | None:
            rows = chosen.get(self.speakers[row])
            return None if rows is None or row in rows else rows

        return sample

    def _of(self, emotion: str, row: int, rng: np.random.Generator) -> list[int] | None:
        others = self._others(row)
        others = others[self.emotions[others] == emotion]
        return _draw(others, N_UNLABELLED, rng) if len(others) >= N_UNLABELLED else None

    def _others(self, row: int) -> np.ndarray:
        same = self.speakers == self.speakers[row]
        same[row] = False
        return np.flatnonzero(same)


def _draw(rows: np.ndarray, n_clips: int, rng: np.random.Generator) -> list[int]:
    return rng.choice(rows, n_clips, replace=False).tolist()
