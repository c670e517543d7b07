"""Augmentation ablation: which augmented copies of the training clips improve a linear model.

One copy of each clip, of one kind of augmentation at a time, only in the training part of a fold.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from scipy.stats import sem
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from threadpoolctl import threadpool_limits

from ser import artifacts
from ser.errors import SerError
from ser.evaluation import protocols
from ser.models.linear import fit_linear, flat_rows
from ser.recognizer import Recognizer
from ser.training import augmentation, effects
from ser.training.data import corpora
from ser.training.embedding import Augmentation, embed
from ser.training.generated_sounds import in_noise
from ser.training.labelled_embeddings import SEED, LabelledEmbeddings, embed_clean

SMALL_PITCH, SMALL_TEMPO = (-1.5, 1.5), (0.9, 1.12)  # semitones; factor
WITHOUT, GENERATED_NOISE = "none", "generated noise"


def augmentations(noise_bank: augmentation.NoiseBank) -> dict[str, Augmentation]:
    """Return each kind of augmentation by name; the classifier is trained with GENERATED_NOISE.

    Raises:
        SerError: the bank has no impulse responses.
    """
    if not noise_bank.impulse_responses:
        raise SerError(
            "The folder has no room impulse responses. Put some into its sub-folder "
            f"{augmentation.IMPULSE_RESPONSES}/."
        )
    responses, noises = noise_bank.impulse_responses, noise_bank.noises
    changes = {
        "recorded noise": lambda w, rng: effects.add_noise(
            w, augmentation.background(noises, len(w), rng), rng.uniform(*augmentation.SNR)
        ),
        "gain": lambda w, rng: effects.amplify(w, rng.uniform(*augmentation.GAIN)),
        "pitch": lambda w, rng: effects.pitch(w, rng.uniform(*SMALL_PITCH)),
        "tempo": lambda w, rng: effects.tempo(w, rng.uniform(*SMALL_TEMPO)),
        "speed": lambda w, rng: effects.speed(w, rng.uniform(*SMALL_TEMPO)),
        "room": lambda w, rng: effects.reverberate(w, responses[rng.integers(len(responses))]),
    }
    bank = f"{len(noises)} sounds, {len(responses)} rooms"
    return {GENERATED_NOISE: in_noise(SEED)} | {
        kind: Augmentation(f"{kind} ({bank})", change) for kind, change in changes.items()
    }


def measure(data: Path, noise: Path, folder: Path = artifacts.FOLDER) -> dict:
    """Score the linear model with each kind of copies; write `augmentation` into metrics.json.

    Args:
        data: folder of RAVDESS.
        noise: folder as `augmentation.load_noise_bank` takes it.
        folder: of the artifacts, whose encoder is used.

    Raises:
        SerError: the artifacts or a folder cannot be used.
    """
    encoder = Recognizer.load(folder).encoder
    kinds = augmentations(augmentation.load_noise_bank(noise))
    clips, _ = embed_clean(encoder, corpora.table(data).utterances)
    copies = {kind: embed(encoder, clips.utterances, kinds[kind])[0] for kind in kinds}
    results = scores(clips, copies)
    metrics = artifacts.read_json(folder / artifacts.METRICS) | {"augmentation": results}
    artifacts.write_metrics(folder, metrics)
    return results


@threadpool_limits.wrap(limits=1)
def scores(clips: LabelledEmbeddings, copies: Mapping[str, np.ndarray]) -> dict:
    """Score under `actors`, trained on the clips and on each kind of copies.

    Args:
        copies: by kind, embeddings of the clips' augmented copies.

    Returns:
        for WITHOUT and each kind, best first: `ua` and `wa` over all clips, 0-1, and `gain_ua`
        over WITHOUT, the mean over folds, with the standard error `se` of that paired mean.
    """
    rows, emotions, labels = flat_rows(clips.embeddings), clips.emotions, np.unique(clips.emotions)
    copied_rows = {WITHOUT: []} | {kind: [flat_rows(copies[kind])] for kind in copies}
    predicted = {kind: np.empty_like(emotions) for kind in copied_rows}
    ua_folds = {kind: [] for kind in copied_rows}
    for train, test in protocols.folds(clips.utterances, "actors", clips.recordings, SEED):
        for kind, copied in copied_rows.items():
            of_training_set = [copy[train] for copy in copied]
            model = fit_linear(rows[train], emotions[train], clips.speakers[train], of_training_set)
            predicted[kind][test] = labels[model.log_probabilities(rows[test]).argmax(axis=1)]
            ua_folds[kind].append(balanced_accuracy_score(emotions[test], predicted[kind][test]))
    gains = {kind: np.subtract(ua_folds[kind], ua_folds[WITHOUT]) for kind in ua_folds}
    results = {
        kind: {
            "ua": float(balanced_accuracy_score(emotions, predicted[kind])),
            "wa": float(accuracy_score(emotions, predicted[kind])),
            "gain_ua": float(gains[kind].mean()),
            "se": float(sem(gains[kind])),
        }
        for kind in predicted
    }
    return dict(sorted(results.items(), key=lambda item: -item[1]["ua"]))


def table(results: dict) -> str:
    """Return the scores as a Markdown table, in percent and points."""
    lines = ["| augmented copies | UA % | WA % | gain |", "|---|---|---|---|"]
    for kind, result in results.items():
        gain = f"{100 * result['gain_ua']:+.1f} ± {100 * result['se']:.1f}"
        cells = (kind, f"{100 * result['ua']:.1f}", f"{100 * result['wa']:.1f}")
        lines.append(f"| {' | '.join(cells)} | {gain if kind != WITHOUT else ''} |")
    return "\n".join(lines)
