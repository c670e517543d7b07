"""Robustness: the folds of `actors` with test clips in rooms, in noise, on a telephone, as Opus.

Training is that of the artifacts; only the test clips are changed. The rooms are others than those
that the encoder was trained in, the noises and their recordings too (augmentation.TEST_EVERY).
"""

import itertools
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ser import artifacts
from ser.errors import SerError
from ser.evaluation import ablation, metrics, protocols
from ser.labels import LABELS
from ser.models.encoder import Encoder
from ser.recognizer import Recognizer
from ser.training import augmentation, effects, labelled_embeddings, rooms
from ser.training.classifier import fitting, layer_selection
from ser.training.data import corpora
from ser.training.data.utterance import Utterance
from ser.training.embedding import Augmentation, embed
from ser.training.labelled_embeddings import SEED, LabelledEmbeddings

CLEAN = "clean"
REVERBERATION_TIMES = (0.3, 0.6)  # s, RT60
DISTANCE = (0.5, 2.0)  # m, from the microphone
N_ROOMS = 60  # of each reverberation time
ROOM_SEED = 1  # another one than in training
SNR = 15.0  # dB
TELEPHONE_BAND = (300.0, 3400.0)  # Hz
OPUS_BIT_RATE = 16_000  # bit/s
ABLATED = {"clean": CLEAN, "room": f"room_{REVERBERATION_TIMES[-1]}"}  # conditions of the ablation


def conditions(noise_bank: augmentation.NoiseBank) -> dict[str, Augmentation]:
    """Return the changes to test clips by name.

    Args:
        noise_bank: background sounds that nothing was trained with.

    Raises:
        SerError: the bank has no background sounds.
    """
    noises = noise_bank.noises
    if not noises:
        raise SerError("The folder has no background sounds. Put some recordings into it.")

    def room(reverberation_time: float) -> Callable:
        rng = np.random.default_rng(ROOM_SEED)
        simulated = rooms.simulate(rng, (reverberation_time, reverberation_time), DISTANCE)
        responses = list(itertools.islice(simulated, N_ROOMS))
        return lambda w, rng: effects.reverberate(w, responses[rng.integers(N_ROOMS)])

    def noise(waveform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        sound = effects.excerpt(noises[rng.integers(len(noises))], len(waveform), rng)
        return effects.add_noise(waveform, sound, SNR)

    def telephone(waveform: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return effects.mu_law(effects.limit_band(waveform, *TELEPHONE_BAND))

    changes = {f"room_{time}": room(time) for time in REVERBERATION_TIMES} | {
        "noise": noise,
        "telephone": telephone,
        "opus": lambda w, rng: effects.opus(w, OPUS_BIT_RATE),
    }
    return {name: Augmentation(f"test {name} {len(noises)}", f) for name, f in changes.items()}


def measure(data: Path, noise: Path, folder: Path = artifacts.FOLDER) -> dict:
    """Score the classifier in each condition; write `protocols.rooms` into metrics.json.

    Args:
        data: folder of RAVDESS.
        noise: folder as `augmentation.load_noise_bank` takes it.
        folder: of the artifacts.

    Raises:
        SerError: the artifacts or a folder cannot be used.
    """
    encoder = Recognizer.load(folder).encoder
    labelled = labelled_embeddings.load(folder)
    changes = conditions(augmentation.load_noise_bank(noise, test=True))
    changed = embed_conditions(encoder, corpora.table(data).utterances, labelled, changes)
    results, ablated = score(labelled, changed)
    content = artifacts.read_json(folder / artifacts.METRICS)
    content["protocols"]["rooms"] = results
    content.setdefault("ablation", {})["actors"] = ablated
    artifacts.write_metrics(folder, content)
    return results


def embed_conditions(
    encoder: Encoder,
    utterances: list[Utterance],
    labelled: LabelledEmbeddings,
    changes: Mapping[str, Augmentation],
) -> dict[str, np.ndarray]:
    """Embed the changed recordings of the labelled utterances, in their order, by condition.

    Raises:
        SerError: a recording is missing.
    """
    recordings = {utterance.name: utterance for utterance in utterances}
    missing = [u.name for u in labelled.utterances if u.name not in recordings]
    if missing:
        raise SerError(
            f"{len(missing)} of the recordings that the classifier was trained on are missing, "
            f"such as {missing[0]}. Give the folder that it was trained on."
        )
    in_order = [recordings[utterance.name] for utterance in labelled.utterances]
    return {name: embed(encoder, in_order, change)[0] for name, change in changes.items()}


def score(labelled: LabelledEmbeddings, changed: Mapping[str, np.ndarray]) -> tuple[dict, dict]:
    """Score under `actors`, trained on the labelled embeddings, tested on changed ones.

    Args:
        changed: by condition, embeddings of the same utterances.

    Returns:
        for CLEAN and each condition `ua`, `wa` and what `metrics.selective` returns; 0-1. And by
        part of the classifier the UA without it, see `ablation.table`.
    """
    of_condition = {CLEAN: labelled.embeddings} | dict(changed)
    n_clips = len(labelled.emotions)
    probabilities = {name: np.zeros((n_clips, len(LABELS))) for name in of_condition}
    confident = {name: np.zeros(n_clips, bool) for name in of_condition}
    ablated: dict[str, np.ndarray] = {}
    folds = protocols.folds(labelled.utterances, "actors", labelled.recordings, SEED)
    for train, test in tqdm(folds, "Evaluating rooms", unit="fold"):
        layers = layer_selection.select(labelled.subset(train))
        training_set = labelled.select_layers(layers).subset(train)
        classifier, _ = fitting.fit_emotions(training_set, SEED)
        for name, embeddings in of_condition.items():
            prediction = classifier.predict(embeddings[test][:, layers])
            probabilities[name][test] = prediction.probabilities
            confident[name][test] = metrics.confident(prediction)
        for part, without in ablation.without_each_part(classifier, training_set, SEED):
            predicted = ablated.setdefault(part, np.empty((len(ABLATED), n_clips), "<U9"))
            for row, name in enumerate(ABLATED.values()):
                embeddings = of_condition[name][test][:, layers]
                predicted[row, test] = metrics.most_probable(
                    without.predict(embeddings).probabilities
                )
    results = {}
    for name in of_condition:
        predicted = metrics.most_probable(probabilities[name])
        correct = predicted == labelled.emotions
        results[name] = {
            "ua": metrics.unweighted_accuracy(labelled.emotions, predicted),
            "wa": float(correct.mean()),
        } | metrics.selective(correct, confident[name])
    scores = {"none": {key: results[name]["ua"] for key, name in ABLATED.items()}} | {
        part: {
            key: metrics.unweighted_accuracy(labelled.emotions, row)
            for key, row in zip(ABLATED, predicted, strict=True)
        }
        for part, predicted in ablated.items()
    }
    return results, scores


def table(results: Mapping[str, Mapping[str, float]]) -> str:
    """Return the scores as a Markdown table, in percent."""
    lines = ["| condition | UA % | confident % | of those correct % |", "|---|---|---|---|"]
    for name, result in results.items():
        accuracy = result["selective_accuracy"]
        correct = "" if accuracy is None else f"{100 * accuracy:.0f}"
        cells = f"{100 * result['ua']:.1f}", f"{100 * result['coverage']:.0f}", correct
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)
