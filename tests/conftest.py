"""What the tests share: real recordings where they are at hand, synthesised speech elsewhere."""

import functools
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from ser import artifacts
from ser.audio import loading
from ser.audio.clip import Clip
from ser.models import boosting
from ser.models.encoder import Encoder
from ser.recognizer import Recognizer

SHARED = Path(__file__).parents[2] / "shared"
RAVDESS = SHARED / "ravdess"
ANGRY = "Actor_03/03-01-05-02-01-01-03.flac"  # the loudest kind: survives 8 bits
SYNTHESISED = Path(__file__).parents[1] / "ser" / "page" / "static" / "examples"


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
        waveform, rate = soundfile.read(SYNTHESISED / "flat.flac")
        waveform, rate = soxr.resample(waveform, rate, 48_000), 48_000
        waveform *= 0.9 / np.abs(waveform).max()
    soundfile.write(path, waveform, rate, subtype="PCM_16")
    return path


@pytest.fixture(scope="session")
def unfamiliar() -> Path:
    """A synthesised voice, unlike all that the bundled classifier was fitted to."""
    return SYNTHESISED / "lively.flac"


@pytest.fixture(scope="session")
def clips(tmp_path_factory, ravdess) -> list[Path]:
    """Recordings of mixed lengths."""
    if ravdess:
        return sorted((ravdess / "Actor_12").glob("*.flac"))[:8]
    folder, paths = tmp_path_factory.mktemp("clips"), []
    for source in sorted(SYNTHESISED.glob("*.flac")):
        waveform, rate = soundfile.read(source)
        for speed in (100, 85):  # percent; pitch changes with it
            paths.append(folder / f"{source.stem}-{speed}.wav")
            soundfile.write(paths[-1], waveform, rate * speed // 100)
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
    from ser.training.classifier import map_layout  # umap, which takes long to import

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boosting, "N_ESTIMATORS", 2)
        patch.setattr(map_layout.umap, "UMAP", functools.partial(map_layout.umap.UMAP, n_epochs=20))
        yield


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    """The bundled artifacts, on the CPU."""
    return Recognizer.load(artifacts.FOLDER, device="cpu")
