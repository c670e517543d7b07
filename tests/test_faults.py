"""Processes killed at any moment, full disks and damaged caches leave complete files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from encoders import save_tiny_encoder
from harm import Harm
from voices import speech_like

from ser import artifacts
from ser.errors import SerError
from ser.models.encoder import Encoder
from ser.training import embedding
from ser.training.data.utterance import Utterance

ROOT = Path(__file__).parents[1]
TIMEOUT = 600  # s, on a processor that may be busy

# Runs an action repeatedly, each time killed at a later one of its operations on the disk, until it
# ends by itself; `check` runs after each.
KILLED = """
import os, shutil, signal, sys
from pathlib import Path

OPERATIONS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree")

def killed_everywhere(action, check):
    killed = 0
    while True:
        child = os.fork()
        if not child:
            remaining = killed
            def on_event(event, arguments):
                nonlocal remaining
                if event in OPERATIONS:
                    remaining -= 1
                    if remaining < 0:
                        os.kill(os.getpid(), signal.SIGKILL)
            sys.addaudithook(on_event)
            action()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        check()
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            return killed
        killed += 1
"""


def run(code: str, *arguments) -> str:
    """Run code that kills itself; return its output."""
    return subprocess.run(
        [sys.executable, "-c", KILLED + code, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        check=True,
        timeout=TIMEOUT,
    ).stdout


REPLACING = """
from ser import artifacts

folder = Path(sys.argv[1])
versions = set()

def write(version):
    with artifacts.replacing(folder, {"version": version}) as fresh:
        for name in (*artifacts.NEEDED, artifacts.EMBEDDINGS):
            (fresh / name).write_text(f"{name} of version {version}")

def check():
    manifest = artifacts.verify(folder)
    contents = {(folder / name).read_text() for name in manifest["files"]}
    version = manifest["version"]
    assert contents == {f"{name} of version {version}" for name in manifest["files"]}, contents
    versions.add(version)

write(0)
print(killed_everywhere(lambda: write(1), check), versions)
"""


def test_killed_while_artifacts_are_written(tmp_path):
    killed, versions = run(REPLACING, tmp_path / "artifacts").split(maxsplit=1)
    assert int(killed) > 20
    assert versions.strip() == "{0, 1}"


SAVING = """
import torch
from ser.training.encoder.trainer import Trainer, load_checkpoint

class Weights(Trainer):
    modules = ("layer",)

    def __init__(self):
        self.layer = torch.nn.Linear(1000, 1)
        super().__init__(torch.optim.SGD(self.layer.parameters(), lr=1), [1], 1, 1)

folder = Path(sys.argv[1])
trainer, versions = Weights(), set()

def save(step):
    trainer.step = step
    torch.nn.init.constant_(trainer.layer.weight, step)
    trainer._save(folder)

def check():
    state = load_checkpoint(folder / "checkpoint.pt")
    assert (state["layer"]["weight"] == state["progress"]["step"]).all()
    versions.add(state["progress"]["step"])

save(0)
print(killed_everywhere(lambda: save(1), check), versions)
"""


def test_killed_while_a_checkpoint_is_saved(tmp_path):
    killed, versions = run(SAVING, tmp_path).split(maxsplit=1)
    assert int(killed) > 3
    assert versions.strip() == "{0, 1}"


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return save_tiny_encoder(tmp_path_factory.mktemp("tiny") / "encoder")


@pytest.fixture
def utterances(tmp_path):
    """Six short recordings."""
    utterances = []
    for seed in range(6):
        path = tmp_path / f"{seed}.wav"
        soundfile.write(path, speech_like(0.6, seed, 16_000), 16_000)
        utterances.append(Utterance(path, "home", "Ada", "", "happy", "", "", ""))
    return utterances


EMBEDDING = """
from ser.models.encoder import Encoder
from ser.training import embedding
from ser.training.data.utterance import Utterance

recordings, checkpoint, embedding.CACHE = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
saved = 0

def killed_after_some(event, arguments):
    global saved
    # numba renames its cache files, too.
    if event == "os.rename" and Path(arguments[1]).is_relative_to(embedding.CACHE):
        saved += 1
        if saved == 4:
            os.kill(os.getpid(), signal.SIGKILL)

paths = sorted(recordings.glob("*.wav"))
utterances = [Utterance(path, "home", "Ada", "", "happy", "", "", "") for path in paths]
encoder = Encoder(checkpoint, "cpu")
sys.addaudithook(killed_after_some)
embedding.embed(encoder, utterances)
"""


def test_killed_while_embedding(utterances, encoder, tmp_path, monkeypatch):
    monkeypatch.setattr(embedding, "CACHE", tmp_path / "undisturbed")
    expected = embedding.embed(Encoder(encoder, "cpu"), utterances)[0]
    with pytest.raises(subprocess.CalledProcessError) as ended:
        run(EMBEDDING, tmp_path, encoder, tmp_path / "cache")
    assert ended.value.returncode < 0
    monkeypatch.setattr(embedding, "CACHE", tmp_path / "cache")
    assert len(list(embedding.CACHE.rglob("*.npz"))) == 3
    resumed, readable, unreadable = embedding.embed(Encoder(encoder, "cpu"), utterances)
    assert np.allclose(resumed, expected, atol=1e-2) and readable == utterances and not unreadable


@pytest.mark.parametrize("damage", ["cut", "changed", "emptied", "pickle"])
def test_damaged_files_in_the_cache_are_replaced(
    damage, utterances, encoder, tmp_path, monkeypatch, caplog
):
    monkeypatch.setattr(embedding, "CACHE", tmp_path / "cache")
    first = embedding.embed(Encoder(encoder, "cpu"), utterances)[0]
    for path in embedding.CACHE.rglob("*.npz"):
        content = bytearray(path.read_bytes())
        middle = len(content) // 2
        if damage == "cut":
            del content[middle:]
        elif damage == "changed":
            content[middle] ^= 1
        elif damage == "emptied":
            content.clear()
        else:
            np.savez(path, embedding=np.array([Harm(tmp_path / "harm")], dtype=object))
            continue
        path.write_bytes(content)
    again = embedding.embed(Encoder(encoder, "cpu"), utterances)[0]
    assert np.array_equal(first, again)
    assert caplog.text.count("is damaged and") == len(utterances)
    assert not (tmp_path / "harm").exists()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]
    try:
        mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if mounted.returncode:
        pytest.skip(f"mounting is not allowed here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk(small_disk, utterances, encoder, monkeypatch):
    folder = small_disk / "artifacts"
    with artifacts.replacing(folder, {}) as fresh:
        for name in artifacts.NEEDED:
            (fresh / name).write_text("old")
    with (
        pytest.raises(SerError, match="disk of .* is full.*Make room"),
        artifacts.replacing(folder, {}) as fresh,
    ):
        (fresh / artifacts.CLASSIFIER).write_bytes(bytes(2**21))
    artifacts.verify(folder)
    assert (folder / artifacts.CLASSIFIER).read_text() == "old"
    with (
        pytest.raises(SerError, match="is full"),
        artifacts.atomic_write(folder / "new.npz") as file,
    ):
        file.write(bytes(2**21))
    assert not list(folder.glob("new*")) and not list(folder.glob(".new-*"))

    (small_disk / "filler").write_bytes(bytes(900 * 2**10))
    monkeypatch.setattr(embedding, "CACHE", small_disk / "cache")
    with pytest.raises(SerError, match="is full"):
        for copy in range(50):
            monkeypatch.setattr(embedding, "CACHE", small_disk / f"cache{copy}")
            embedding.embed(Encoder(encoder, "cpu"), utterances)
    (small_disk / "filler").unlink()
    assert len(embedding.embed(Encoder(encoder, "cpu"), utterances)[0]) == len(utterances)


@pytest.mark.parametrize("name", ["../outside.npz", "/etc/passwd", "encoder/../../outside"])
def test_artifacts_that_lie_elsewhere(name, tmp_path):
    manifest = {"format": artifacts.FORMAT, "files": {name: "0" * 64}}
    (tmp_path / artifacts.MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(SerError, match="lies outside"):
        artifacts.verify(tmp_path)
