"""Training from a folder of recordings to artifacts that the app can load."""

import itertools
import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
import torch
from encoders import save_tiny_encoder
from voices import speech_like

from ser import artifacts
from ser.__main__ import main
from ser.evaluation import evaluate
from ser.labels import LABELS
from ser.models.encoder import Encoder
from ser.recognizer import Recognizer
from ser.training import embedding, generated_sounds, labelled_embeddings, train
from ser.training.data import corpora

N_CLIPS = 24 * 8 - 1


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """All actors with one short synthetic clip of each emotion, one of them unreadable."""
    folder = tmp_path_factory.mktemp("ravdess")
    for actor in range(1, 25):
        for emotion in range(1, 9):
            path = folder / f"03-01-0{emotion}-01-01-01-{actor:02}.wav"
            soundfile.write(path, speech_like(0.8, 10 * emotion + actor, 16_000), 16_000)
    path.write_text("damaged")
    return folder


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return save_tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def train_again(quick_training, data, encoder, tmp_path_factory):
    """Train with an empty cache and the encoder among the artifacts; return folders and metrics."""

    def run():
        # Sums depend on the number of threads, which numba changes when the map is laid out.
        torch.set_num_threads(1)
        folder = tmp_path_factory.mktemp("trained")
        out, cache = folder / "artifacts", folder / "cache"
        shutil.copytree(encoder, out / "encoder")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(embedding, "CACHE", cache)
            metrics = train.train(evaluate.evaluate, data, out / "encoder", out)
        return SimpleNamespace(out=out, cache=cache, metrics=metrics)

    return run


@pytest.fixture(scope="module")
def trained(train_again):
    return train_again()


def test_metrics_are_those_of_all_readable_clips(trained):
    metrics = trained.metrics
    assert metrics == json.loads((trained.out / artifacts.METRICS).read_text())
    assert metrics["clips"] == N_CLIPS
    for protocol in ("random", "actors"):
        result = metrics["protocols"][protocol]
        assert np.sum(result["confusion"]) == N_CLIPS
        assert result["ua"] == pytest.approx(np.mean(list(result["per_class_recall"].values())))
        assert len(result["per_actor"]) == 24
    out_of_fold = np.load(trained.out / artifacts.OUT_OF_FOLD)
    assert out_of_fold.shape == (N_CLIPS, 8)
    predicted = np.array(LABELS)[out_of_fold.argmax(axis=1)]
    accuracy = np.mean(predicted == np.load(trained.out / artifacts.MAP)["emotions"])
    assert accuracy == pytest.approx(metrics["protocols"]["actors"]["wa"])


def test_the_manifest_describes_what_was_trained(trained):
    manifest = artifacts.verify(trained.out)
    assert manifest["encoder"]["checkpoint"] == "encoder"
    assert manifest["encoder"]["layers"] == [1, 2, 3]
    assert manifest["data"]["corpora"] == [["ravdess", "CC BY-NC-SA 4.0"]]
    assert manifest["data"]["clips"] == N_CLIPS


def test_a_recording_is_analysed_with_the_artifacts(trained, data):
    analysis = Recognizer.load(trained.out, "cpu").analyse(data / "03-01-05-01-01-01-01.wav")
    assert analysis.label in LABELS
    assert len(analysis.place.neighbours) == 5


def test_an_evaluation_of_the_kept_embeddings_gives_the_same_figures(trained, tmp_path):
    out = shutil.copytree(trained.out, tmp_path / "artifacts")
    (out / artifacts.OUT_OF_FOLD).write_bytes(b"")
    manifest = artifacts.read_json(out / artifacts.MANIFEST)
    manifest["files"][artifacts.OUT_OF_FOLD] = artifacts.sha256(out / artifacts.OUT_OF_FOLD)
    artifacts.write_json(out / artifacts.MANIFEST, manifest)
    studies = trained.metrics | {"comparison": {"of": "another study"}}
    artifacts.write_metrics(out, studies)
    assert evaluate.reevaluate(out) == studies
    artifacts.verify(out)
    kept = np.load(trained.out / artifacts.OUT_OF_FOLD)
    assert np.array_equal(np.load(out / artifacts.OUT_OF_FOLD), kept)


def test_noisy_copies_differ_from_their_clips(trained):
    labelled = labelled_embeddings.load(trained.out / artifacts.EMBEDDINGS)
    assert labelled.noisy_copies.shape == labelled.embeddings.shape == (N_CLIPS, 3, 2, 32)
    change = np.abs(labelled.noisy_copies - labelled.embeddings).max(axis=(1, 2, 3))
    assert (change > 0.01).all()


def test_a_second_run_embeds_nothing_again(trained, data, monkeypatch):
    monkeypatch.setattr(embedding, "CACHE", trained.cache)
    monkeypatch.setattr(Encoder, "states", lambda *_: pytest.fail("a clip is embedded again"))
    utterances = corpora.table(data).utterances[:-1]
    encoder = Encoder(trained.out / "encoder", "cpu")
    embeddings, readable, unreadable = embedding.embed(encoder, utterances)
    assert len(embeddings) == len(readable) == N_CLIPS and not unreadable
    in_noise = generated_sounds.in_noise(labelled_embeddings.SEED)
    noisy_copies, _, _ = embedding.embed(encoder, utterances, in_noise)
    kept = labelled_embeddings.load(trained.out / artifacts.EMBEDDINGS)
    assert np.array_equal(embeddings, kept.embeddings)
    assert np.array_equal(noisy_copies, kept.noisy_copies)


def test_the_same_command_gives_the_same_artifacts(trained, train_again, capsys):
    second = train_again()
    assert "Left out" in capsys.readouterr().err
    assert hashes(second.out) == hashes(trained.out)


def hashes(folder):
    """Return the hash of each file in a folder."""
    return {
        path.relative_to(folder).as_posix(): artifacts.sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_recordings_of_three_emotions_with_a_metadata_file(
    quick_training, encoder, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(embedding, "CACHE", tmp_path / "cache")
    folder, out = tmp_path / "home", tmp_path / "out"
    folder.mkdir()
    emotions = ("neutral", "happy", "sad")
    rows = ["file\tspeaker\temotion\tsentence"]
    for seed, (speaker, emotion, take) in enumerate(
        itertools.product(("Ada", "Bo", "Cy", "Di", "Ed", "Flo"), emotions, range(4))
    ):
        name = f"{speaker}-{emotion}-{take}.wav"
        # Bo's last two takes are one recording.
        seed -= (speaker, take) == ("Bo", 3)
        soundfile.write(folder / name, speech_like(0.8, seed, 16_000), 16_000)
        rows.append(f"{name}\t{speaker}\t{emotion}\tWell")
    tsv = tmp_path / "table.tsv"
    tsv.write_text("\n".join(rows))
    arguments = ["--data", folder, "--table", tsv, "--encoder", encoder, "--out", out]
    assert main(["train", *map(str, arguments)]) == 0
    assert "chance        33.3" in capsys.readouterr().out

    metrics = json.loads((out / artifacts.METRICS).read_text())
    assert evaluate.reevaluate(out) == metrics
    for result in metrics["protocols"].values():
        assert tuple(result["per_class_recall"]) == emotions
        assert [sum(row) for row in result["confusion"]] == [24, 0, 24, 24, 0, 0, 0, 0]
        assert len(result["per_actor"]) == 6
    analysis = Recognizer.load(out, "cpu").analyse(folder / "Ada-sad-0.wav")
    assert {label for label in LABELS if analysis.probabilities[label] > 0} == set(emotions)
    neighbour = analysis.to_json()["neighbours"][0]
    assert neighbour["actor"] in ("Ada", "Bo", "Cy", "Di", "Ed", "Flo")
    assert {clip.sentence for clip in analysis.place.neighbours} == {"Well"}
    json.dumps(analysis.to_json())
