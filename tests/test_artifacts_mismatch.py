"""What was made with another preprocessing or other labels is not used."""

import json
import os
import runpy
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from encoders import save_tiny_encoder

from ser import artifacts
from ser.audio import channels, clip, ffmpeg, loading
from ser.errors import SerError
from ser.models.encoder import Encoder
from ser.recognizer import Recognizer
from ser.training import embedding

# The constants that do not change the waveform: of rejection, notes and the outline.
WITHOUT_EFFECT = {
    "MIN_DURATION",
    "SILENCE",
    "VERY_QUIET",
    "FULL_SCALE",
    "MAX_CLIPPED",
    "LITTLE_SPEECH",
    "OUTLINE",
    "NOTES",
    "SPEECH_RANGE",
}
CONSTANTS = [
    (module, name)
    for module, without in ((channels, set()), (clip, WITHOUT_EFFECT))
    for name in vars(module)
    if name.isupper() and name not in without
] + [(ffmpeg, "BLOCK")]


@pytest.fixture
def folder(tmp_path):
    """A copy of the bundled artifacts that shares their files."""
    folder = tmp_path / "artifacts"
    shutil.copytree(artifacts.FOLDER, folder, copy_function=os.symlink)
    return folder


def change_manifest(folder, **values):
    path = folder / artifacts.MANIFEST
    manifest = json.loads(path.read_text())
    path.unlink()
    path.write_text(json.dumps(manifest | values))


def preprocessing():
    """Return PREPROCESSING as it is when the module is imported with the constants of now."""
    return runpy.run_path(loading.__file__)["PREPROCESSING"]


@pytest.mark.parametrize(("module", "name"), CONSTANTS)
def test_every_constant_of_the_waveform_changes_the_preprocessing(monkeypatch, module, name):
    assert preprocessing() == loading.PREPROCESSING
    monkeypatch.setattr(module, name, 2 * getattr(module, name))
    assert preprocessing() != loading.PREPROCESSING


def test_the_preprocessing_survives_json():
    assert json.loads(json.dumps(loading.PREPROCESSING)) == loading.PREPROCESSING


def test_artifacts_of_the_same_preprocessing_are_loaded(folder):
    change_manifest(folder)
    assert Recognizer.load(folder, device="cpu")


@pytest.mark.parametrize("name", ["decoder", "trim_db"])
def test_artifacts_of_another_preprocessing_are_rejected(folder, name):
    changed = {name: loading.PREPROCESSING[name] + 1}
    change_manifest(folder, preprocessing=loading.PREPROCESSING | changed)
    with pytest.raises(SerError, match="another encoder, preprocessing or list of emotions.*train"):
        Recognizer.load(folder, device="cpu")


@pytest.mark.parametrize("change", [lambda labels: labels[::-1], lambda labels: [*labels, "bored"]])
def test_artifacts_of_other_labels_are_rejected(folder, change):
    labels = json.loads((folder / artifacts.MANIFEST).read_text())["labels"]
    change_manifest(folder, labels=change(labels))
    with pytest.raises(SerError, match="another encoder, preprocessing or list of emotions.*train"):
        Recognizer.load(folder, device="cpu")


def test_an_embedding_cached_under_another_preprocessing_is_not_used(speech, tmp_path, monkeypatch):
    monkeypatch.setattr(embedding, "CACHE", tmp_path / "cache")
    encoder = Encoder(save_tiny_encoder(tmp_path / "encoder"), "cpu")
    utterances = [SimpleNamespace(path=speech)]
    expected = embedding.embed(encoder, utterances)[0]
    [cached] = embedding.CACHE.rglob("*.npz")
    np.savez(cached, embedding=np.zeros_like(expected[0]))
    assert not embedding.embed(encoder, utterances)[0].any()
    changed = loading.PREPROCESSING | {"trim_db": loading.PREPROCESSING["trim_db"] + 1}
    monkeypatch.setattr(loading, "PREPROCESSING", changed)
    assert np.array_equal(embedding.embed(encoder, utterances)[0], expected)
