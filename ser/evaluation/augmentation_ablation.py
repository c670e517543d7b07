"""Whether altered copies of the training clips teach a classifier more: siblings of each clip.

A copy is heard as any recording, through the audio door, and is only ever on the training side of
its clip's fold. One copy a clip, each kind of change by itself.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.stats import sem
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from threadpoolctl import threadpool_limits

from ser import artifacts
from ser.errors import SerError
from ser.models.linear import fit_linear, flat_rows
from ser.recognizer import Recognizer
from ser.training import augmentation
from ser.training.data import corpora, ravdess
from ser.training.data.utterance import Utterance
from ser.training.embedding import Alteration, embed
from ser.training.generated_sounds import in_noise
from ser.training.train import SEED

SMALL_PITCH, SMALL_TEMPO = (-1.5, 1.5), (0.9, 1.12)  # semitones; factor
UNCHANGED, NOISE = "none", "generated noise"


def alterations(around: augmentation.NoiseBank) -> dict[str, Alteration]:
    """Return each kind of change by name, NOISE being the one that the shipped classifier hears.

    Raises:
        SerError: there is no room among the load_noise_bank.
    """
    if not around.impulse_responses:
        raise SerError(
            f"The folder has no room responses. Put some into its {augmentation.RESPONSES}/."
        )
    rooms, noises = around.impulse_responses, around.noises
    changes = {
        "recorded noise": lambda w, rng: augmentation.add_noise(
            w, augmentation.background(noises, len(w), rng), rng.uniform(*augmentation.SNR)
        ),
        "gain": lambda w, rng: augmentation.amplify(w, rng.uniform(*augmentation.GAIN)),
        "pitch": lambda w, rng: augmentation.pitch(w, rng.uniform(*SMALL_PITCH)),
        "tempo": lambda w, rng: augmentation.tempo(w, rng.uniform(*SMALL_TEMPO)),
        "speed": lambda w, rng: augmentation.speed(w, rng.uniform(*SMALL_TEMPO)),
        "room": lambda w, rng: augmentation.reverberate(w, rooms[rng.integers(len(rooms))]),
    }
    own = f"{len(noises)} sounds, {len(rooms)} rooms"
    found = {kind: Alteration(f"{kind} ({own})", change) for kind, change in changes.items()}
    return {NOISE: in_noise(SEED)} | found


def measure(data: Path, noise: Path, folder: Path = artifacts.FOLDER) -> dict:
    """Score the linear model that boosting starts from with and without copies.

    Writes `augmentation` into metrics.json.

    Args:
        data: folder of RAVDESS; noise: folder as `augment.load_noise_bank` takes it.
        folder: of the artifacts, whose encoder listens.

    Returns:
        what `scores` does.

    Raises:
        SerError: the artifacts or a folder cannot be used.
    """
    encoder = Recognizer.load(folder).encoder
    kinds = alterations(augmentation.load_noise_bank(noise))
    originals, utterances, _ = embed(encoder, corpora.table(data).utterances)
    copies = {kind: embed(encoder, utterances, alteration)[0] for kind, alteration in kinds.items()}
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
    speakers = corpora.speakers(utterances)
    folds = ravdess.actor_folds(utterances)
    everything = {UNCHANGED: []} | {kind: [changed] for kind, changed in copies.items()}
    predicted = {kind: np.empty_like(emotions) for kind in everything}
    by_fold = {kind: [] for kind in everything}
    for train, test in folds:
        for kind, changed in everything.items():
            siblings = [each[train] for each in changed]
            model = fit_linear(originals[train], emotions[train], speakers[train], siblings)
            predicted[kind][test] = model.predict(flat_rows(originals[test]))
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
