"""Ablation of the classifier: what is predicted without each of its parts.

The studies of robustness.py and cross_corpus.py score it, since they fit the classifier anyway.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from ser.models.calibration import Calibration
from ser.models.classifier import EmotionClassifier
from ser.training.classifier import fitting
from ser.training.labelled_embeddings import LabelledEmbeddings

# Parts without which the others stay as they were fitted.
WITHOUT_PART: dict[str, Callable[[EmotionClassifier], EmotionClassifier]] = {
    "boosting": lambda fitted: replace(
        fitted, boosting=replace(fitted.boosting, value=np.zeros_like(fitted.boosting.value))
    ),
    "kernel ridge": lambda fitted: _with_midpoint(fitted, np.inf),
    "linear model": lambda fitted: _with_midpoint(fitted, -np.inf),
    "calibration": lambda fitted: replace(
        fitted, calibration=Calibration(0.0, 0.0, fitted.calibration.threshold)
    ),
}


def without_each_part(
    classifier: EmotionClassifier, training_set: LabelledEmbeddings, seed: int
) -> Iterator[tuple[str, EmotionClassifier]]:
    """Yield the names of parts, and the classifier without each of them.

    Args:
        classifier: fitted to the training set.
    """
    for part, remove in WITHOUT_PART.items():
        yield part, remove(classifier)
    alone = replace(training_set, others=None)
    yield "other corpora", fitting.fit_emotions(alone, seed)[0]


def table(of_actors: dict, of_corpora: dict) -> str:
    """Return the scores as a Markdown table, in percent.

    Args:
        of_actors: by part that is left out, `clean` and `room` (UA under `actors`).
        of_corpora: by the same, `ua` and `ece` under `cross_corpus`; 0-1.
    """
    lines = [
        "| without | `actors` UA % | in a room | `cross_corpus` UA % | ECE |",
        "|---|---|---|---|---|",
    ]
    for part, actors in of_actors.items():
        corpora = of_corpora[part]
        cells = (f"{100 * score:.1f}" for score in (actors["clean"], actors["room"], corpora["ua"]))
        lines.append(f"| {part} | {' | '.join(cells)} | {corpora['ece']:.3f} |")
    return "\n".join(lines)


def _with_midpoint(fitted: EmotionClassifier, midpoint: float) -> EmotionClassifier:
    return replace(fitted, gate=replace(fitted.gate, midpoint=midpoint))
