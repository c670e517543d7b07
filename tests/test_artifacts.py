"""Artifacts are verified before any of them is opened, and each error names its remedy."""

import json
import pickle
import shutil

import numpy as np
import pytest
from harm import Harm

from ser import artifacts
from ser.errors import SerError
from ser.recognizer import Recognizer


@pytest.fixture
def folder(tmp_path):
    """A copy of the bundled artifacts."""
    return shutil.copytree(artifacts.FOLDER, tmp_path / "artifacts")


def change_manifest(folder, *keys, value):
    path = folder / artifacts.MANIFEST
    content = json.loads(path.read_text())
    inner = content
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    path.write_text(json.dumps(content))


def assert_rejected(folder, message):
    with pytest.raises(SerError, match=message) as caught:
        Recognizer.load(folder, device="cpu")
    assert "python -m ser train" in str(caught.value)


def test_a_copy_elsewhere_works(folder, speech):
    assert Recognizer.load(folder, device="cpu").analyse(speech).label


@pytest.mark.parametrize(
    "name",
    [
        artifacts.MANIFEST,
        *artifacts.NEEDED,
        "encoder/model.safetensors",
        "encoder/config.json",
    ],
)
def test_a_missing_artifact(folder, name):
    (folder / name).unlink()
    assert_rejected(folder, "missing")


def test_what_the_page_does_not_read_may_be_missing(folder, speech):
    for name in artifacts.OPTIONAL:
        (folder / name).unlink()
    assert artifacts.verify(folder)
    assert Recognizer.load(folder, device="cpu").analyse(speech).label


@pytest.mark.parametrize("name", [artifacts.EMBEDDINGS, artifacts.CLASSIFIER])
def test_a_changed_artifact(folder, name):
    with (folder / name).open("ab") as file:
        file.write(b"\0")
    assert_rejected(folder, f"{name} is not the one that training wrote")


def test_artifacts_of_a_version_that_made_fewer(folder):
    files = artifacts.read_json(folder / artifacts.MANIFEST)["files"]
    del files[artifacts.ADAPTATION]
    change_manifest(folder, "files", value=files)
    assert_rejected(folder, f"{artifacts.ADAPTATION} is not the one that training wrote")


@pytest.mark.parametrize("name", ["../classifier.npz", "/etc/hosts"])
def test_an_artifact_outside_the_folder(folder, name):
    change_manifest(folder, "files", name, value="0" * 64)
    assert_rejected(folder, "lies outside")


@pytest.mark.parametrize("path", ["pickle", "array"])
def test_a_pickle_among_the_artifacts_is_not_executed(folder, tmp_path, path):
    harm, classifier = tmp_path / "harm", folder / artifacts.CLASSIFIER
    if path == "pickle":
        classifier.write_bytes(pickle.dumps(Harm(harm)))
    else:
        with np.load(classifier) as arrays:
            objects = dict(arrays) | {"classes": np.array([Harm(harm)], dtype=object)}
        np.savez(classifier, **objects)
    change_manifest(folder, "files", artifacts.CLASSIFIER, value=artifacts.sha256(classifier))
    with pytest.raises((SerError, ValueError)):
        Recognizer.load(folder, device="cpu")
    assert not harm.exists()


def test_a_broken_manifest(folder):
    (folder / artifacts.MANIFEST).write_text("{")
    assert_rejected(folder, "broken")


def test_artifacts_of_another_encoder(folder):
    change_manifest(folder, "encoder", "fingerprint", value="0" * 64)
    assert_rejected(folder, "another encoder")


def test_artifacts_of_another_format(folder):
    change_manifest(folder, "format", value=artifacts.FORMAT + 1)
    assert_rejected(folder, f"of format {artifacts.FORMAT + 1}.*reads format {artifacts.FORMAT}")
    manifest = artifacts.read_json(folder / artifacts.MANIFEST)
    del manifest["format"]
    artifacts.write_json(folder / artifacts.MANIFEST, manifest)
    assert_rejected(folder, "of format 0")


def test_artifacts_do_not_depend_on_library_versions(folder):
    for library in artifacts.LIBRARIES:
        change_manifest(folder, "versions", library, value="0.1")
    assert Recognizer.load(folder, device="cpu")


def test_writing_that_fails_changes_nothing(folder):
    with pytest.raises(RuntimeError), artifacts.replacing(folder, {}) as fresh:
        (fresh / artifacts.CLASSIFIER).write_text("half")
        raise RuntimeError
    artifacts.verify(folder)
    assert not list(folder.glob(".new-*"))


def test_metrics_are_replaced_and_nothing_else(folder):
    before, version = artifacts.verify(folder), artifacts.version_of(folder)
    artifacts.write_metrics(folder, {"clips": 0})
    after = artifacts.verify(folder)
    assert artifacts.read_json(folder / artifacts.METRICS) == {"clips": 0}
    changed = {name for name in before["files"] if before["files"][name] != after["files"][name]}
    assert changed == {artifacts.METRICS}
    assert artifacts.version_of(folder) == version
    with artifacts.replacing(folder, after) as fresh:
        (fresh / artifacts.ADAPTATION).write_bytes(b"another")
    assert artifacts.version_of(folder) != version
