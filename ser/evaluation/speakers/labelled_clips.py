"""Scores of speakers whose model is taught: k labelled clips of each emotion, or a single one.

The clips are drawn at random, N_DRAWS times; the speaker's other clips are scored. Speakers with
too few clips are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from ser.evaluation import metrics
from ser.models import personal
from ser.models.speaker import UNKNOWN_SPEAKER, Features
from ser.training.classifier.fitting import FittedModels

N_LABELLED = (1, 2, 3)  # clips of each emotion
ONE_CLIP = "one_clip"  # a single one of any emotion
N_DRAWS = 3


@dataclass(frozen=True)
class Answers:
    """Answers before and after teaching, of all speakers and draws.

    Attributes:
        emotions: the true ones, shape (n,).
        before, after: predicted emotions, shape (n,).
        confident: bool, shape (n,), of the answers after teaching.
    """

    emotions: np.ndarray
    before: np.ndarray
    after: np.ndarray
    confident: np.ndarray

    def scores(self) -> dict:
        """Return `ua`, `gain_ua` over no teaching, `n` clips and what `metrics.selective` does."""
        before, after = (
            metrics.unweighted_accuracy(self.emotions, predicted)
            for predicted in (self.before, self.after)
        )
        selective = metrics.selective(self.after == self.emotions, self.confident)
        return {"ua": after, "gain_ua": after - before, "n": len(self.emotions)} | selective


def answer(
    models: FittedModels, features: Features, emotions: np.ndarray, speakers: np.ndarray, seed: int
) -> dict[str, list[Answers]]:
    """Teach the models of all speakers and answer the rest; by number of clips, or ONE_CLIP.

    Args:
        models: not fitted to these speakers.
        features: of n clips.
        emotions, speakers: shape (n,); any of these emotions may be the answer.
    """
    possible = np.unique(emotions).tolist()
    answers: dict[str, list[Answers]] = {}
    for speaker in np.unique(speakers):
        of_speaker = np.flatnonzero(speakers == speaker)
        unknown = models.classifier.predict_features(
            features[of_speaker], features.rows[of_speaker]
        )
        before = metrics.most_probable(unknown.probabilities, possible)
        rng = np.random.default_rng(seed)
        for name, taught in _draws(emotions[of_speaker], rng):
            known = UNKNOWN_SPEAKER
            for row in of_speaker[taught]:
                known = known.teach(emotions[row], features[[row]])
            rest = np.setdiff1d(np.arange(len(of_speaker)), taught)
            clips = features[of_speaker[rest]]
            after = personal.predict(models.classifier, models.adaptation, clips, known)
            answers.setdefault(name, []).append(
                Answers(
                    emotions[of_speaker[rest]],
                    before[rest],
                    metrics.most_probable(after.probabilities, possible),
                    metrics.confident(after),
                )
            )
    return answers


def score(answers: dict[str, list[Answers]]) -> dict:
    """Return `Answers.scores` of all speakers, by number of clips of each emotion, or ONE_CLIP."""
    names = [field.name for field in fields(Answers)]
    return {
        name: Answers(
            *(np.concatenate([getattr(one, field) for one in of_speakers]) for field in names)
        ).scores()
        for name, of_speakers in answers.items()
    }


def _draws(emotions: np.ndarray, rng: np.random.Generator) -> Iterator[tuple[str, list[int]]]:
    """Yield names and rows to teach, of a speaker's clips."""
    labels, counts = np.unique(emotions, return_counts=True)
    for _ in range(N_DRAWS):
        yield ONE_CLIP, [int(rng.integers(len(emotions)))]
        for n_clips in N_LABELLED:
            if counts.min() > n_clips:
                yield (
                    str(n_clips),
                    [
                        int(row)
                        for label in labels
                        for row in rng.choice(np.flatnonzero(emotions == label), n_clips, False)
                    ],
                )
