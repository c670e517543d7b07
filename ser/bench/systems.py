"""Who is timed: our analysis and its stages, and what a user would otherwise pick.

All hear the same continuous sound, loud from end to end so that trimming shortens it for nobody.
The others are given it decoded. Speed does not depend on weights, and random ones need no hub.
"""

import io
from collections.abc import Callable

import librosa
import numpy as np
import soundfile
import torch
from transformers import (
    Wav2Vec2Config,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2ForSequenceClassification,
    pipeline,
)

from ser.audio import loading
from ser.labels import LABELS
from ser.models.embedding_map import EmbeddingMap
from ser.recognizer import Recognizer

NAMES = {
    "analysis": "our whole analysis",
    "pipeline_base": "transformers' pipeline, wav2vec2-base",
    "encoder_base": "wav2vec2-base's encoder alone",
    "handcrafted": "librosa's MFCC, chroma and mel",
}
DURATION = 4  # s, of the clip that the ratios are about
STAGES = ("decode", "embed", "classify", "map")


def base_classifier() -> Wav2Vec2ForSequenceClassification:
    """Return a model of wav2vec2-base's shape with random weights and a head of eight labels."""
    torch.manual_seed(0)
    return Wav2Vec2ForSequenceClassification(Wav2Vec2Config(num_labels=len(LABELS))).eval()


def contestants(
    recognizer: Recognizer, base: Wav2Vec2ForSequenceClassification, duration: float
) -> dict[str, Callable[[], object]]:
    """Return what is timed on a clip of `duration` seconds: NAMES, then our STAGES."""
    recording = wav(speech_like(duration=duration))
    clip = loading.load(io.BytesIO(recording))
    assert len(clip.waveform) == round(duration * loading.SAMPLING_RATE)
    batch = torch.from_numpy(clip.waveform)[None]
    piped = pipeline(
        "audio-classification", model=base, feature_extractor=Wav2Vec2FeatureExtractor()
    )
    given = {"raw": clip.waveform, "sampling_rate": loading.SAMPLING_RATE}
    embedding = recognizer.encoder.embed([clip])
    initial = recognizer.classifier.initial_probabilities(embedding)[0]
    return {
        "analysis": lambda: recognizer.analyse(io.BytesIO(recording)),
        "pipeline_base": lambda: piped(dict(given)),
        "encoder_base": lambda: _infer(base.wav2vec2, batch),
        "handcrafted": lambda: handcrafted(clip.waveform),
        "decode": lambda: loading.load(io.BytesIO(recording)),
        "embed": lambda: recognizer.encoder.embed([clip]),
        "classify": lambda: _classify(recognizer, embedding),
        "map": lambda: recognizer.embedding_map.place(initial),
    }


def handcrafted(waveform: np.ndarray) -> np.ndarray:
    """Return the features of the well-known notebooks: MFCC, chroma and mel, means over time."""
    rate = loading.SAMPLING_RATE
    spectrum = np.abs(librosa.stft(waveform))
    features = (
        librosa.feature.mfcc(y=waveform, sr=rate, n_mfcc=40),
        # Without estimating the tuning, in which librosa 0.11.0 crashes with numba 0.68.1.
        librosa.feature.chroma_stft(S=spectrum, sr=rate, tuning=0.0),
        librosa.feature.melspectrogram(y=waveform, sr=rate),
    )
    return np.concatenate([each.mean(axis=1) for each in features])


def enlarged(embedding_map: EmbeddingMap, points: int) -> EmbeddingMap:
    """Return a map of so many clips: those of another one repeated, with small changes."""
    random = np.random.default_rng(0)
    rows = random.integers(len(embedding_map.roots), size=points)
    away = random.uniform(0, 0.3, (points, 1))
    others = random.dirichlet(np.ones(len(LABELS)), points)
    probabilities = (1 - away) * embedding_map.roots[rows] ** 2 + away * others
    columns = {
        name: getattr(embedding_map, name)[rows] for name in EmbeddingMap.__dataclass_fields__
    }
    return EmbeddingMap(**columns | {"roots": np.sqrt(probabilities).astype(np.float32)})


def speech_like(pitch: float = 150.0, duration: float = DURATION) -> np.ndarray:
    """Return harmonics of a gliding pitch, loud from end to end so that nothing is trimmed.

    pitch: in Hz; duration: in seconds. Returns float32 of shape (samples,) at 16 kHz.
    """
    seconds = np.arange(round(duration * loading.SAMPLING_RATE)) / loading.SAMPLING_RATE
    phase = 2 * np.pi * np.cumsum(pitch + 40 * np.sin(2 * np.pi * seconds)) / loading.SAMPLING_RATE
    voice = sum(np.sin(k * phase) / k for k in range(1, 20))
    noise = np.random.default_rng(0).normal(0, 0.05, len(seconds))
    return (0.1 * (voice * (1.2 + np.sin(8 * np.pi * seconds)) + noise)).astype(np.float32)


def wav(waveform: np.ndarray) -> bytes:
    """Return a waveform at 16 kHz as the content of a wav file."""
    file = io.BytesIO()
    soundfile.write(file, waveform, loading.SAMPLING_RATE, format="WAV")
    return file.getvalue()


def _classify(recognizer: Recognizer, embedding: np.ndarray) -> None:
    """Everything that `Recognizer.analyse` asks of the classifier and the detector."""
    recognizer.classifier.probabilities(embedding)
    recognizer.detector.detect(embedding)


def _infer(model: torch.nn.Module, batch: torch.Tensor) -> None:
    with torch.inference_mode():
        model(batch)
