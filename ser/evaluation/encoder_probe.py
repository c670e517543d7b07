"""Score a linear probe of the encoder's hidden states, and the same probe of its teacher's.

Writes `encoder` into metrics.json. The probe: mean and standard deviation of hidden states 2-4,
standardised, logistic regression, protocol `actors`.
"""

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
from ser.audio.clip import SAMPLING_RATE
from ser.evaluation import protocols
from ser.models.encoder import Encoder
from ser.models.linear import flat_rows
from ser.recognizer import Recognizer
from ser.training.augmentation import augment_clip, load_noise_bank
from ser.training.data import corpora
from ser.training.data.utterance import Utterance
from ser.training.effects import add_noise, compress, reverberate
from ser.training.embedding import embed
from ser.training.encoder.teacher import Teacher

LAYERS = (2, 3, 4)
C = 0.003  # inverse regularisation strength
HELD_OUT = (21, 22, 23, 24)  # actors that distillation did not use, even without labels
ROBUSTNESS_CLIPS = 100
COST_DURATION = 4.0  # s
COST_RUNS = 25  # forward passes
SNR = 20.0  # dB
GAIN = 0.1  # times the amplitude: -20 dB
MP3_COMPRESSION = 0.6  # libsndfile's compression level that gives 64 kbit/s at 16 kHz mono


def measure(
    data: Path,
    teacher: str,
    noise: Path,
    other_encoders: Sequence[Path] = (),
    folder: Path = artifacts.FOLDER,
) -> dict:
    """Probe the encoder in `folder` and its teacher, in one run; write and return the figures.

    Args:
        data: folder with RAVDESS.
        teacher: folder or hub id of the Whisper model.
        noise: folder with room impulse responses in its sub-folder `rir`.
        other_encoders: folders of further encoders to probe, identified by their names.
    """
    encoder = Recognizer.load(folder).encoder
    further_encoders = {path.name: Encoder(path) for path in other_encoders}
    utterances = corpora.table(data).utterances
    of_teacher = score(_teacher_embeddings(Teacher(teacher), utterances), utterances)
    of_encoder = _probe(encoder, utterances, noise)
    figures = {f"logreg_actors_{key}": of_encoder.pop(key) for key in of_teacher}
    figures |= {f"teacher_logreg_actors_{key}": value for key, value in of_teacher.items()}
    figures["heldout_actors_wa"] = figures.pop("logreg_actors_heldout_wa")
    figures |= of_encoder
    figures["other_encoders"] = {
        name: _probe(encoder, utterances, noise) for name, encoder in further_encoders.items()
    }
    metrics = artifacts.read_json(folder / artifacts.METRICS) | {"encoder": figures}
    artifacts.write_metrics(folder, metrics)
    return figures


def _probe(encoder: Encoder, utterances: Sequence[Utterance], noise: Path) -> dict:
    embeddings, utterances, _ = embed(encoder, list(utterances))
    return score(embeddings, utterances) | {
        "ms_per_second": cost(encoder),
        "robustness": robustness(encoder, embeddings, utterances, noise),
    }


def cost(encoder: Encoder) -> float:
    """Return the milliseconds that a second of audio takes, in clips of COST_DURATION."""
    rng = np.random.default_rng(0)
    waveform = rng.standard_normal(int(COST_DURATION * SAMPLING_RATE), dtype=np.float32)

    def embed_once() -> float:
        begin = time.perf_counter()
        list(encoder.states([waveform]))
        return time.perf_counter() - begin

    times = [embed_once() for _ in range(COST_RUNS)]
    return 1000 * float(np.median(times)) / COST_DURATION


def probe_pipeline() -> Pipeline:
    """Return the probe, not fitted: a logistic regression of standardised embeddings."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=C, max_iter=500))


@threadpool_limits.wrap(limits=1)
def score(embeddings: np.ndarray, utterances: Sequence[Utterance]) -> dict[str, float]:
    """Score embeddings, shape (n, ...), by the probe under `actors`.

    Returns:
        `ua`, `wa`, and of the latter `heldout_wa` (actors 21-24) and `others_wa`; 0-1.
    """
    emotions = np.array([utterance.emotion for utterance in utterances])
    held_out = np.isin([utterance.speaker for utterance in utterances], HELD_OUT)
    recordings = [row.tobytes() for row in embeddings]
    folds = protocols.folds(utterances, "actors", recordings)
    predicted = cross_val_predict(probe_pipeline(), flat_rows(embeddings), emotions, cv=folds)
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
    """Return the median cosine similarity between embeddings of clips and of changed copies.

    Embeddings are standardised over the data set. The changes: white noise at 20 dB SNR, a room
    impulse response, 20 dB less gain, MP3 at 64 kbit/s.
    """
    responses = load_noise_bank(noise, test=True).impulse_responses
    rng = np.random.default_rng(0)
    changes: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "noise": lambda w: add_noise(w, rng.standard_normal(len(w), dtype=np.float32), SNR),
        "room": lambda w: reverberate(w, responses[rng.integers(len(responses))]),
        "gain": lambda w: w * np.float32(GAIN),
        "mp3": lambda w: compress(w, MP3_COMPRESSION),
    }
    rows = np.linspace(0, len(utterances) - 1, ROBUSTNESS_CLIPS).astype(int)
    embedding_rows = flat_rows(embeddings)
    mean, deviation = embedding_rows.mean(axis=0), embedding_rows.std(axis=0) + 1e-6

    def cosine(row: int, change: Callable[[np.ndarray], np.ndarray]) -> float:
        clip = augment_clip(loading.load(utterances[row].path), change)
        original = (embedding_rows[row] - mean) / deviation
        changed = (encoder.embed([clip]).ravel() - mean) / deviation
        return float(original @ changed / np.linalg.norm(original) / np.linalg.norm(changed))

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
