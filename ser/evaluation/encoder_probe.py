"""What the encoder is worth by itself: a fixed linear model on its states, beside its teacher's.

Writes `encoder` into metrics.json. The probe is the same for both, so the difference is the
encoder's: standardised mean and deviation of hidden states 2-4, logistic regression, `actors`.
"""

import dataclasses
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, recall_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from ser import artifacts
from ser.audio import loading
from ser.models.encoder import Encoder
from ser.recognizer import Recognizer
from ser.training.augmentation import add_noise, compress, load_noise_bank, reverberate
from ser.training.data import ravdess
from ser.training.data.utterance import Utterance
from ser.training.embedding import embed
from ser.training.encoder.teacher import Teacher

LAYERS = (2, 3, 4)
REGULARISATION = 0.003  # C of the logistic regression
HELD_OUT = (21, 22, 23, 24)  # actors that were never heard in distillation, even unlabelled
ROBUSTNESS_CLIPS = 100
COST_DURATION, COST_RUNS = 4.0, 25  # s
SNR = 20.0  # dB
QUIETER = 0.1  # times the amplitude: -20 dB
MP3_COMPRESSION = 0.6  # libsndfile's compression level that gives 64 kbit/s at 16 kHz mono


def measure(
    data: Path,
    teacher: str,
    noise: Path,
    beside: Sequence[Path] = (),
    folder: Path = artifacts.FOLDER,
) -> dict:
    """Probe the encoder in `folder` and its teacher, in one run; write and return the figures.

    Args:
        data: folder with RAVDESS.
        teacher: folder or hub id of the Whisper model.
        noise: folder with room responses in its sub-folder `rir`.
        beside: folders of further encoders that are probed too, told apart by their names.
    """
    encoder = Recognizer.load(folder).encoder
    others = {path.name: Encoder(path) for path in beside}
    utterances = ravdess.table(data).utterances
    theirs = score(_teacher_embeddings(Teacher(teacher), utterances), utterances)
    own = _probe(encoder, utterances, noise)
    figures = {f"logreg_actors_{key}": own.pop(key) for key in theirs}
    figures |= {f"teacher_logreg_actors_{key}": value for key, value in theirs.items()}
    figures["heldout_actors_wa"] = figures.pop("logreg_actors_heldout_wa")
    figures |= own
    figures["other_encoders"] = {
        name: _probe(other, utterances, noise) for name, other in others.items()
    }
    metrics = artifacts.read_json(folder / artifacts.METRICS) | {"encoder": figures}
    artifacts.write_metrics(folder, metrics)
    return figures


def _probe(encoder: Encoder, utterances: Sequence[ravdess.Utterance], noise: Path) -> dict:
    embeddings, utterances, _ = embed(encoder, list(utterances))
    return score(embeddings, utterances) | {
        "ms_per_second": cost(encoder),
        "robustness": robustness(encoder, embeddings, utterances, noise),
    }


def cost(encoder: Encoder) -> float:
    """Return the milliseconds that a second of audio takes, in clips of COST_DURATION."""
    random = np.random.default_rng(0)
    waveform = random.standard_normal(int(COST_DURATION * loading.SAMPLING_RATE), dtype=np.float32)

    def embed_once() -> float:
        begin = time.perf_counter()
        list(encoder.states([waveform]))
        return time.perf_counter() - begin

    times = [embed_once() for _ in range(COST_RUNS)]
    return 1000 * float(np.median(times)) / COST_DURATION


def linear_model() -> Pipeline:
    """Return the fixed linear model, not fitted: logistic regression after scaling."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=REGULARISATION, max_iter=500))


@threadpool_limits.wrap(limits=1)
def score(embeddings: np.ndarray, utterances: Sequence[Utterance]) -> dict[str, float]:
    """Score embeddings, shape (n, ...), by the probe under `actors`.

    Returns:
        `ua`, `wa`, and of the latter `heldout_wa` (actors 21-24) and `others_wa`; 0-1.
    """
    flat = np.asarray(embeddings, np.float32).reshape(len(embeddings), -1)
    emotions = np.array([utterance.emotion for utterance in utterances])
    held_out = np.isin([utterance.speaker for utterance in utterances], HELD_OUT)
    predicted = cross_val_predict(
        linear_model(), flat, emotions, cv=ravdess.actor_folds(utterances)
    )
    return {
        "ua": float(recall_score(emotions, predicted, average="macro")),
        "wa": float(accuracy_score(emotions, predicted)),
        "heldout_wa": float(accuracy_score(emotions[held_out], predicted[held_out])),
        "others_wa": float(accuracy_score(emotions[~held_out], predicted[~held_out])),
    }


def robustness(
    encoder: Encoder,
    embeddings: np.ndarray,
    utterances: Sequence[Utterance],
    noise: Path,
) -> dict[str, float]:
    """Median cosine between a clip's embedding and that of the same clip changed.

    Embeddings are standardised by the data set's. The changes: 20 dB of white noise, a room,
    20 dB less gain, MP3 at 64 kbit/s.
    """
    rooms = load_noise_bank(noise).impulse_responses
    random = np.random.default_rng(0)
    changes: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "noise": lambda w: add_noise(w, random.standard_normal(len(w), dtype=np.float32), SNR),
        "room": lambda w: reverberate(w, rooms[random.integers(len(rooms))]),
        "gain": lambda w: w * np.float32(QUIETER),
        "mp3": lambda w: compress(w, MP3_COMPRESSION),
    }
    rows = np.linspace(0, len(utterances) - 1, ROBUSTNESS_CLIPS).astype(int)
    flat = embeddings.reshape(len(embeddings), -1).astype(np.float32)
    mean, deviation = flat.mean(axis=0), flat.std(axis=0) + 1e-6

    def cosine(row: int, change: Callable[[np.ndarray], np.ndarray]) -> float:
        clip = loading.load(utterances[row].path)
        changed = change(clip.waveform / np.abs(clip.waveform).max())
        clip = dataclasses.replace(clip, waveform=loading.normalise(changed))
        one, other = (
            (each.ravel() - mean) / deviation for each in (flat[row], encoder.embed([clip])[0])
        )
        return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))

    return {
        name: float(np.median([cosine(row, change) for row in tqdm(rows, desc=name, unit="clip")]))
        for name, change in changes.items()
    }


@torch.inference_mode()
def _teacher_embeddings(teacher: Teacher, utterances: Sequence[Utterance]) -> np.ndarray:
    """Pool the teacher's states as the encoder's are pooled, (n, layers, 2, hidden size)."""
    embeddings = []
    for utterance in tqdm(utterances, desc="Teacher", unit="clip"):
        waveform = torch.from_numpy(loading.load(utterance.path).waveform)[None]
        states = teacher.states(waveform, max(LAYERS))
        pooled = [torch.std_mean(states[layer][0], dim=0, correction=0) for layer in LAYERS]
        embeddings.append([(mean.numpy(), deviation.numpy()) for deviation, mean in pooled])
    return np.array(embeddings, np.float32)
