"""The systems that are timed: our analysis and its stages, and what a user would otherwise pick.

All analyse the same continuous sound, loud from end to end so that trimming does not shorten it.
The other systems get it decoded. Speed does not depend on weights, and random ones need no hub.
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
from ser.audio.clip import SAMPLING_RATE
from ser.labels import LABELS
from ser.models.embedding_map import EmbeddingMap
from ser.recognizer import Recognizer

NAMES = {  # titles of the compared systems
    "analysis": "our whole analysis",
    "pipeline_base": "transformers' pipeline, wav2vec2-base",
    "encoder_base": "wav2vec2-base's encoder alone",
    "handcrafted": "librosa's MFCC, chroma and mel",
}
DURATION = 4  # s, of the clip for which ratios are given
STAGES = ("decode", "detect", "embed", "classify", "map")  # of our analysis


def base_classifier() -> Wav2Vec2ForSequenceClassification:
    """Return a model of wav2vec2-base's shape with random weights and a head for LABELS."""
    torch.manual_seed(0)
    return Wav2Vec2ForSequenceClassification(Wav2Vec2Config(num_labels=len(LABELS))).eval()


def systems(
    recognizer: Recognizer, base: Wav2Vec2ForSequenceClassification, duration: float
) -> dict[str, Callable[[], object]]:
    """Return functions that analyse a clip of `duration` seconds, by NAMES and our STAGES."""
    recording = wav(speech_like(duration=duration))
    clip = loading.load(io.BytesIO(recording))
    assert len(clip.waveform) == round(duration * SAMPLING_RATE)
    batch = torch.from_numpy(clip.waveform)[None]
    base_pipeline = pipeline(
        "audio-classification", model=base, feature_extractor=Wav2Vec2FeatureExtractor()
    )
    pipeline_input = {"raw": clip.waveform, "sampling_rate": SAMPLING_RATE}
    embedding = recognizer.encoder.embed([clip])
    probabilities = recognizer.classifier.predict(embedding).pooled[0]
    return {
        "analysis": lambda: recognizer.analyse(io.BytesIO(recording)),
        "pipeline_base": lambda: base_pipeline(dict(pipeline_input)),
        "encoder_base": lambda: _forward(base.wav2vec2, batch),
        "handcrafted": lambda: handcrafted(clip.waveform),
        "decode": lambda: loading.load(io.BytesIO(recording)),
        "detect": lambda: recognizer.voice_detector.detect(clip.waveform),
        "embed": lambda: recognizer.encoder.embed([clip]),
        "classify": lambda: recognizer.classifier.predict(embedding),
        "map": lambda: recognizer.embedding_map.place(probabilities),
    }


def handcrafted(waveform: np.ndarray) -> np.ndarray:
    """Return the features that most notebooks use: MFCC, chroma and mel, means over time."""
    spectrum = np.abs(librosa.stft(waveform))
    features = (
        librosa.feature.mfcc(y=waveform, sr=SAMPLING_RATE, n_mfcc=40),
        # Without estimating the tuning, in which librosa 0.11.0 crashes with numba 0.68.1.
        librosa.feature.chroma_stft(S=spectrum, sr=SAMPLING_RATE, tuning=0.0),
        librosa.feature.melspectrogram(y=waveform, sr=SAMPLING_RATE),
    )
    return np.concatenate([feature.mean(axis=1) for feature in features])


def enlarged(embedding_map: EmbeddingMap, points: int) -> EmbeddingMap:
    """Return a map of `points` clips: those of another map repeated, with small changes."""
    rng = np.random.default_rng(0)
    rows = rng.integers(len(embedding_map.roots), size=points)
    weights = rng.uniform(0, 0.3, (points, 1))
    changes = rng.dirichlet(np.ones(len(LABELS)), points)
    probabilities = (1 - weights) * embedding_map.roots[rows] ** 2 + weights * changes
    columns = {
        name: getattr(embedding_map, name)[rows] for name in EmbeddingMap.__dataclass_fields__
    }
    return EmbeddingMap(**columns | {"roots": np.sqrt(probabilities).astype(np.float32)})


def speech_like(pitch: float = 150.0, duration: float = DURATION) -> np.ndarray:
    """Return harmonics of a gliding pitch, loud from end to end so that nothing is trimmed.

    pitch: in Hz; duration: in seconds. Returns float32 of shape (samples,) at 16 kHz.
    """
    seconds = np.arange(round(duration * SAMPLING_RATE)) / SAMPLING_RATE
    phase = 2 * np.pi * np.cumsum(pitch + 40 * np.sin(2 * np.pi * seconds)) / SAMPLING_RATE
    voice = sum(np.sin(k * phase) / k for k in range(1, 20))
    noise = np.random.default_rng(0).normal(0, 0.05, len(seconds))
    return (0.1 * (voice * (1.2 + np.sin(8 * np.pi * seconds)) + noise)).astype(np.float32)


def wav(waveform: np.ndarray) -> bytes:
    """Encode a waveform at 16 kHz as a wav file."""
    file = io.BytesIO()
    soundfile.write(file, waveform, SAMPLING_RATE, format="WAV")
    return file.getvalue()


def _forward(model: torch.nn.Module, batch: torch.Tensor) -> None:
    with torch.inference_mode():
        model(batch)
