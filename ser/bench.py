"""How fast the analysis is, beside what a user would otherwise pick, measured in one run."""

import io
import platform
import statistics
import time
from collections.abc import Callable

import numpy as np
import soundfile
import torch
from tqdm import trange
from transformers import Wav2Vec2Config, Wav2Vec2Model

from ser import audio
from ser.recognizer import Recognizer

DURATION = 4  # s of continuous sound
ROUNDS = 25  # of all contestants in turn, so that a busy moment hits them alike
WARM_UP = 3  # rounds not counted


def measure() -> dict:
    """Time one 4 s clip through our analysis, our encoder and wav2vec2-base's architecture.

    Returns:
        `medians` in seconds, `ratios.encoder_base` (wav2vec2-base's encoder over our whole
        analysis: decoding, embedding, classifying and placing) and the `machine`.
    """
    recognizer = Recognizer.load(device="cpu")
    # Its speed does not depend on its weights, and random ones need no hub.
    base = Wav2Vec2Model(Wav2Vec2Config()).eval()
    wav = _wav(_speech_like())
    clip = audio.load(io.BytesIO(wav))
    batch = torch.from_numpy(clip.waveform)[None]
    linear = recognizer.classifier.linear_probabilities(recognizer.encoder.embed([clip]))[0]
    contestants = {
        "analysis": lambda: recognizer.analyse(io.BytesIO(wav)),
        "encoder": lambda: recognizer.encoder.embed([clip]),
        "map": lambda: recognizer.atlas.place(linear),
        "encoder_base": lambda: _infer(base, batch),
    }
    seconds = {name: [] for name in contestants}
    for turn in trange(WARM_UP + ROUNDS, desc="Timing", unit="round"):
        for name, contestant in contestants.items():
            elapsed = _time(contestant)
            if turn >= WARM_UP:
                seconds[name].append(elapsed)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    return {
        "medians": medians,
        "ratios": {"encoder_base": medians["encoder_base"] / medians["analysis"]},
        "machine": {"processor": platform.machine(), "threads": torch.get_num_threads()},
        "clip_seconds": len(clip.waveform) / audio.SAMPLING_RATE,
    }


def table(measured: dict) -> None:
    """Print the medians and what they amount to."""
    names = {
        "analysis": "our whole analysis",
        "encoder": "our encoder alone",
        "map": "placing on the map alone",
        "encoder_base": "wav2vec2-base's encoder alone",
    }
    for key, name in names.items():
        print(f"{name:<32}{1000 * measured['medians'][key]:>8.1f} ms")
    threads, ratio = measured["machine"]["threads"], measured["ratios"]["encoder_base"]
    print(
        f"On {measured['clip_seconds']:.1f} s of sound and {threads} threads our whole analysis is "
        f"{ratio:.1f} times faster than wav2vec2-base's encoder alone."
    )


def _infer(model: Wav2Vec2Model, batch: torch.Tensor) -> None:
    with torch.inference_mode():
        model(batch)


def _time(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _speech_like() -> np.ndarray:
    """Harmonics of a gliding pitch, loud from end to end so that nothing is trimmed."""
    seconds = np.arange(DURATION * audio.SAMPLING_RATE) / audio.SAMPLING_RATE
    phase = 2 * np.pi * np.cumsum(150 + 40 * np.sin(2 * np.pi * seconds)) / audio.SAMPLING_RATE
    voice = sum(np.sin(k * phase) / k for k in range(1, 20))
    noise = np.random.default_rng(0).normal(0, 0.05, len(seconds))
    return (0.1 * (voice * (1.2 + np.sin(8 * np.pi * seconds)) + noise)).astype(np.float32)


def _wav(waveform: np.ndarray) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, waveform, audio.SAMPLING_RATE, format="WAV")
    return file.getvalue()
