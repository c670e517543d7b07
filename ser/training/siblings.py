"""Whether altered copies of the training clips teach a classifier more: siblings of each clip.

A copy is heard as any recording, through the audio door, and is only ever on the training side of
its clip's fold. One copy a clip, each kind of change by itself.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.stats import sem
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from ser import artifacts, audio
from ser.encoder import Encoder
from ser.errors import SerError
from ser.recognizer import Recognizer
from ser.training import augment, corpora, ravdess
from ser.training.probe import linear_model
from ser.training.train import SEED, embed
from ser.training.utterance import Utterance

SMALL_PITCH, SMALL_TEMPO = (-1.5, 1.5), (0.9, 1.12)  # semitones; factor
UNCHANGED = "as they are"

Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def changes(around: augment.Surroundings) -> dict[str, Change]:
    """Return each kind of change by name, with chance left to a generator.

    Raises:
        SerError: there is no room among the surroundings.
    """
    if not around.responses:
        raise SerError(
            f"The folder of sounds has no rooms. Put room responses into its {augment.RESPONSES}/."
        )
    rooms, noises = around.responses, around.noises
    return {
        "noise": lambda w, rng: augment.add_noise(
            w, augment.background(noises, len(w), rng), rng.uniform(*augment.SNR)
        ),
        "gain": lambda w, rng: augment.amplify(w, rng.uniform(*augment.GAIN)),
        "pitch": lambda w, rng: augment.pitch(w, rng.uniform(*SMALL_PITCH)),
        "tempo": lambda w, rng: augment.tempo(w, rng.uniform(*SMALL_TEMPO)),
        "speed": lambda w, rng: augment.speed(w, rng.uniform(*SMALL_TEMPO)),
        "room": lambda w, rng: augment.reverberate(w, rooms[rng.integers(len(rooms))]),
    }


def measure(data: Path, noise: Path, folder: Path = artifacts.FOLDER) -> dict:
    """Score the fixed linear model with and without copies; write `augmentation` to metrics.json.

    Args:
        data: folder of RAVDESS; noise: folder as `augment.surroundings` takes it.
        folder: of the artifacts, whose encoder listens.

    Returns:
        what `scores` does.

    Raises:
        SerError: the artifacts or a folder cannot be used.
    """
    encoder = Recognizer.load(folder).encoder
    kinds = changes(augment.surroundings(noise))
    originals, utterances, _ = embed(encoder, corpora.table(data).utterances)
    copies = {
        kind: _embed_changed(encoder, utterances, change, kind) for kind, change in kinds.items()
    }
    found = scores(originals, copies, utterances)
    metrics = artifacts.read_json(folder / artifacts.METRICS) | {"augmentation": found}
    artifacts.write_metrics(folder, metrics)
    return found


@threadpool_limits.wrap(limits=1)
def scores(
    originals: np.ndarray, copies: Mapping[str, np.ndarray], utterances: Sequence[Utterance]
) -> dict:
    """Score originals under `actors`, with each kind of copies learned from beside them.

    Args:
        originals: embeddings, shape (n, ...); copies: those of the changed clips, in like rows.

    Returns:
        for UNCHANGED and each kind, best first: `ua` and `wa` over all clips, 0-1, and `gain_ua`
        over UNCHANGED, the mean over folds, with the standard error `se` of that paired mean.
    """
    emotions = np.array([utterance.emotion for utterance in utterances])
    flat = np.asarray(originals, np.float32).reshape(len(originals), -1)
    folds = ravdess.actor_folds(utterances)
    everything = {UNCHANGED: None} | dict(copies)
    predicted = {kind: np.empty_like(emotions) for kind in everything}
    by_fold = {kind: [] for kind in everything}
    for train, test in folds:
        for kind, changed in everything.items():
            learned, named = flat[train], emotions[train]
            if changed is not None:
                siblings = np.asarray(changed[train], np.float32).reshape(len(train), -1)
                learned, named = np.concatenate([learned, siblings]), np.tile(named, 2)
            predicted[kind][test] = linear_model().fit(learned, named).predict(flat[test])
            by_fold[kind].append(balanced_accuracy_score(emotions[test], predicted[kind][test]))
    gains = {kind: np.subtract(each, by_fold[UNCHANGED]) for kind, each in by_fold.items()}
    found = {
        kind: {
            "ua": float(balanced_accuracy_score(emotions, named)),
            "wa": float(accuracy_score(emotions, named)),
            "gain_ua": float(gains[kind].mean()),
            "se": float(sem(gains[kind])),
        }
        for kind, named in predicted.items()
    }
    return dict(sorted(found.items(), key=lambda item: -item[1]["ua"]))


def table(found: dict) -> str:
    """Return the scores as a Markdown table, in percent and points."""
    lines = ["| learned from the clips and | UA % | WA % | gain |", "|---|---|---|---|"]
    for kind, result in found.items():
        name, gain = "nothing else", ""
        if kind != UNCHANGED:
            name = f"copies: {kind}"
            gain = f"{100 * result['gain_ua']:+.1f} ± {100 * result['se']:.1f}"
        lines.append(f"| {name} | {100 * result['ua']:.1f} | {100 * result['wa']:.1f} | {gain} |")
    return "\n".join(lines)


def _embed_changed(
    encoder: Encoder, utterances: Sequence[Utterance], change: Change, kind: str
) -> np.ndarray:
    """Embed a changed copy of each utterance; the same seed gives the same copies."""
    rng = np.random.default_rng(SEED)
    with tqdm(total=len(utterances), desc=f"Copies: {kind}", unit="clip") as progress:
        copies = (
            (audio.SAMPLING_RATE, change(audio.decode(utterance.path), rng))
            for utterance in utterances
        )
        found = []
        for heard in encoder.embed_many(copies):
            if isinstance(heard, SerError):
                raise heard
            found.append(heard[1].astype(np.float16))
            progress.update()
    return np.stack(found)
