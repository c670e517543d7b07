"""What the tests share: real recordings where they are at hand, speech-like ones elsewhere."""

import functools
from pathlib import Path

import pytest
import soundfile
from voices import speech_like

from ser import artifacts
from ser.audio import loading
from ser.audio.clip import Clip
from ser.models import boosting
from ser.models.encoder import Encoder
from ser.recognizer import Recognizer

SHARED = Path(__file__).parents[2] / "shared"
RAVDESS = SHARED / "ravdess"
ANGRY = "Actor_03/03-01-05-02-01-01-03.flac"  # the loudest kind: survives 8 bits


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder in which corpora may be at hand."""
    return SHARED


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
def bundled() -> Encoder:
    """The bundled encoder, on the CPU."""
    return Encoder(device="cpu")


@pytest.fixture(scope="session")
def loaded(clips) -> list[Clip]:
    """The same recordings, as the encoder takes them."""
    return [loading.load(path) for path in clips]


@pytest.fixture(scope="module")
def quick_training():
    """Train less where a test is about what is trained on what, not about accuracy."""
    from ser.training import generated_sounds
    from ser.training.classifier import map_layout  # umap, which takes long to import

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boosting, "N_ESTIMATORS", 2)
        patch.setattr(generated_sounds, "SOUNDS_PER_KIND", 5)
        patch.setattr(map_layout.umap, "UMAP", functools.partial(map_layout.umap.UMAP, n_epochs=20))
        yield


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    """The bundled artifacts, on the CPU."""
    return Recognizer.load(artifacts.FOLDER, device="cpu")
