"""What the tests share: real recordings where they are at hand, speech-like ones elsewhere."""

from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from ser import artifacts
from ser.recognizer import Recognizer

RAVDESS = Path(__file__).parents[2] / "shared" / "ravdess"
ANGRY = "Actor_03/03-01-05-02-01-01-03.flac"  # the loudest kind: survives 8 bits


def speech_like(duration: float, seed: int = 0, rate: int = 48_000) -> np.ndarray:
    """Syllables of a gliding, vibrating pitch with formants, breath and pauses; float64 (n,)."""
    random = np.random.default_rng(seed)
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
    waveform = syllables * (voice + 0.05 * random.normal(size=len(seconds)))
    waveform += 1e-4 * random.normal(size=len(seconds))
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


@pytest.fixture(scope="session")
def ravdess() -> Path | None:
    """The folder of RAVDESS's recordings, None where it is not at hand."""
    return RAVDESS if RAVDESS.is_dir() else None


@pytest.fixture(scope="session")
def speech(tmp_path_factory, ravdess) -> Path:
    """A 48 kHz wav of an angry voice, a real one where RAVDESS is at hand."""
    path = tmp_path_factory.mktemp("speech") / "angry.wav"
    if ravdess:
        waveform, rate = soundfile.read(ravdess / ANGRY)
    else:
        waveform, rate = speech_like(3.5), 48_000
    soundfile.write(path, waveform, rate, subtype="PCM_16")
    return path


@pytest.fixture(scope="session")
def clips(tmp_path_factory, ravdess) -> list[Path]:
    """Recordings of mixed lengths."""
    if ravdess:
        return sorted((ravdess / "Actor_12").glob("*.flac"))[:8]
    folder = tmp_path_factory.mktemp("clips")
    paths = [folder / f"{seed}.wav" for seed in range(8)]
    for seed, path in enumerate(paths):
        soundfile.write(path, speech_like(1.5 + 0.3 * seed, seed), 48_000)
    return paths


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    """The bundled artifacts, on the CPU."""
    return Recognizer.load(artifacts.FOLDER, device="cpu")
