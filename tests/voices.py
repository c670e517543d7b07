"""Speech-like sound, and ways to write it as phones and browsers do."""

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np

from ser.audio import loading
from ser.audio.clip import SAMPLING_RATE

PAUSE = 1  # s between the turns of a conversation, and before and after it
LOUDNESS = 1 / 20  # of normalised clips, so that none is clipped


def speech_like(duration: float, seed: int = 0, rate: int = 48_000) -> np.ndarray:
    """Syllables of a gliding, vibrating pitch with formants, breath and pauses; float64 (n,)."""
    rng = np.random.default_rng(seed)
    seconds = np.arange(int(duration * rate)) / rate
    pitch = (
        180 + 50 * np.sin(2 * np.pi * 0.7 * seconds + seed) + 4 * np.sin(2 * np.pi * 5 * seconds)
    )
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    formants = [(600, 120), (1400, 200), (2600, 300)]
    voice = sum(
        np.sin(k * phase) * sum(np.exp(-(((180 * k - f) / w) ** 2)) for f, w in formants)
        for k in range(1, 20)
    )
    syllables = np.clip(np.sin(2 * np.pi * 2.2 * seconds + seed), 0, 1) ** 0.5
    waveform = syllables * (voice + 0.05 * rng.normal(size=len(seconds)))
    waveform += 0.02 * rng.normal(size=len(seconds))
    return 0.6 * waveform / np.abs(waveform).max()


def encode(waveform: np.ndarray, rate: int, path: Path, codec: str) -> Path:
    """Write a recording at 48 kHz with FFmpeg, as a phone or browser does."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=48_000, layout="mono")
        stream.bit_rate = 96_000
        frame = av.AudioFrame.from_ndarray(
            waveform[None].astype(np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate = rate
        resampler = av.AudioResampler(stream.codec_context.format, "mono", 48_000)
        for resampled in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(resampled))
        container.mux(stream.encode(None))
    return path


def conversation(
    *speakers: Sequence[Path], longest: int | None = None
) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """Return recordings of several people in turns, 16 kHz, and the seconds of each turn's edges.

    longest: seconds of a turn.
    """
    pause, parts, edges, end = np.zeros(PAUSE * SAMPLING_RATE, np.float32), [], [], 0.0
    for turns in zip(*speakers, strict=True):
        for path in turns:
            waveform = loading.load(path).waveform[: longest and longest * SAMPLING_RATE] * LOUDNESS
            parts += [pause, waveform]
            edges.append((end + PAUSE, end + PAUSE + len(waveform) / SAMPLING_RATE))
            end = edges[-1][1]
    return np.concatenate([*parts, pause]), edges
