"""Artifacts are verified before anything in them is opened, and each error names its remedy."""

import json
import pickle
import shutil

import pytest

from ser import artifacts
from ser.errors import SerError
from ser.recognizer import Recognizer


@pytest.fixture
def folder(tmp_path):
    """A copy of the bundled artifacts."""
    return shutil.copytree(artifacts.FOLDER, tmp_path / "artifacts")


def change(path, *keys, value):
    content = json.loads(path.read_text())
    inner = content
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    path.write_text(json.dumps(content))


def refused(folder, said):
    with pytest.raises(SerError, match=said) as caught:
        Recognizer.load(folder, device="cpu")
    assert "python -m ser train" in str(caught.value)


def test_a_copy_elsewhere_works(folder, speech):
    assert Recognizer.load(folder, device="cpu").analyse(speech).label


@pytest.mark.parametrize(
    "name",
    [
        "manifest.json",
        "classifier.joblib",
        "embedding_map.npz",
        "adaptation.npz",
        "encoder/model.safetensors",
    ],
)
def test_a_missing_artifact(folder, name):
    (folder / name).unlink()
    refused(folder, "missing")


def test_artifacts_of_a_version_that_made_fewer(folder):
    files = json.loads((folder / "manifest.json").read_text())["files"]
    del files["adaptation.npz"]
    change(folder / "manifest.json", "files", value=files)
    refused(folder, "adaptation.npz is not the one that training wrote")


def test_a_changed_classifier_is_never_unpickled(folder, tmp_path):
    class Harm:
        def __reduce__(self):
            return (open, (str(tmp_path / "harm"), "w"))

    (folder / "classifier.joblib").write_bytes(pickle.dumps(Harm()))
    refused(folder, "not the one that training wrote")
    assert not (tmp_path / "harm").exists()


def test_a_broken_manifest(folder):
    (folder / "manifest.json").write_text("{")
    refused(folder, "broken")


def test_artifacts_of_another_encoder(folder):
    change(folder / "manifest.json", "encoder", "fingerprint", value="0" * 64)
    refused(folder, "another encoder")


def test_artifacts_of_another_scikit_learn(folder):
    change(folder / "manifest.json", "versions", "scikit-learn", value="0.1")
    refused(folder, "scikit-learn 0.1")


def test_writing_that_fails_leaves_the_old_ones(folder):
    with pytest.raises(RuntimeError), artifacts.replacing(folder, {}) as fresh:
        (fresh / artifacts.CLASSIFIER).write_text("half")
        raise RuntimeError
    artifacts.verify(folder)
    assert not list(folder.glob(".new-*"))
