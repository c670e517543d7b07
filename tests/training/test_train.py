"""Training, whole: a folder of recordings becomes artifacts that the page can load."""

import itertools
import json

import numpy as np
import pytest
import soundfile
from encoders import save_tiny_encoder
from voices import speech_like

from ser import artifacts
from ser.__main__ import main
from ser.errors import SerError
from ser.evaluation import evaluate
from ser.labels import LABELS
from ser.recognizer import Recognizer
from ser.training import embedding, generated_sounds, train


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
    return save_tiny_encoder(tmp_path_factory.mktemp("out") / "encoder")


def test_from_recordings_to_answers(quick_training, data, encoder, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(embedding, "CACHE", tmp_path / "cache")
    out = encoder.parent
    metrics = train.train(data, encoder, out)
    assert "Left out" in capsys.readouterr().err
    assert metrics == json.loads((out / artifacts.METRICS).read_text())
    assert metrics["clips"] == 24 * 8 - 1
    for protocol in ("random", "actors"):
        result = metrics["protocols"][protocol]
        assert np.sum(result["confusion"]) == 24 * 8 - 1
        assert result["ua"] == pytest.approx(np.mean(list(result["per_class_recall"].values())))
        assert len(result["per_actor"]) == 24

    manifest = artifacts.verify(out)
    assert manifest["encoder"]["checkpoint"] == "encoder"
    assert manifest["encoder"]["layers"] == [1, 2, 3]
    assert manifest["data"]["corpora"] == [["ravdess", "CC BY-NC-SA 4.0"]]

    clip = data / "03-01-05-01-01-01-01.wav"
    answer = Recognizer.load(out, "cpu").analyse(clip)
    assert answer.label in LABELS
    assert len(answer.place.neighbours) == 5

    unseen = np.load(out / artifacts.UNSEEN)
    assert unseen.shape == (24 * 8 - 1, 8)
    heard = np.array(LABELS)[unseen.argmax(axis=1)]
    right = np.mean(heard == np.load(out / artifacts.MAP)["emotions"])
    assert right == pytest.approx(metrics["protocols"]["actors"]["wa"])

    (out / artifacts.UNSEEN).write_bytes(b"")
    manifest["files"][artifacts.UNSEEN] = artifacts.sha256(out / artifacts.UNSEEN)
    artifacts.write_json(out / artifacts.MANIFEST, manifest)
    assert train.reevaluate(out) == metrics
    artifacts.verify(out)
    assert np.array_equal(np.load(out / artifacts.UNSEEN), unseen)

    with np.load(out / artifacts.EMBEDDINGS, allow_pickle=False) as kept:
        assert kept["in_noise"].shape == kept["embeddings"].shape
        changed = np.abs(kept["in_noise"] - kept["embeddings"]).max(axis=(1, 2, 3))
    assert (changed > 0.01).all()

    # A second run embeds nothing again.
    monkeypatch.setattr(
        "ser.batch.embedding._heard", lambda load, path: pytest.fail(f"{path} embedded again")
    )
    readable = train.corpora.table(data).utterances[:-1]
    embeddings, found, unreadable = embedding.embed(train.Encoder(encoder, "cpu"), readable)
    assert len(embeddings) == len(found) == 24 * 8 - 1 and not unreadable
    copies, *_ = embedding.embed(
        train.Encoder(encoder, "cpu"), readable, generated_sounds.in_noise(train.SEED)
    )
    assert len(copies) == 24 * 8 - 1


def test_from_a_table_of_ones_own_to_answers(
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
    assert train.reevaluate(out) == metrics
    for result in metrics["protocols"].values():
        assert tuple(result["per_class_recall"]) == emotions
        assert [sum(row) for row in result["confusion"]] == [24, 0, 24, 24, 0, 0, 0, 0]
        assert len(result["per_actor"]) == 6
    answer = Recognizer.load(out, "cpu").analyse(folder / "Ada-sad-0.wav")
    assert {label for label in LABELS if answer.probabilities[label] > 0} == set(emotions)
    near = answer.to_json()["neighbours"][0]
    assert near["actor"] in ("Ada", "Bo", "Cy", "Di", "Ed", "Flo")
    assert {clip.sentence for clip in answer.place.neighbours} == {"Well"}
    json.dumps(answer.to_json())


def test_artifacts_of_an_earlier_version(tmp_path):
    np.savez(tmp_path / artifacts.EMBEDDINGS, embeddings=np.zeros((1, 3, 2, 8)))
    with pytest.raises(SerError, match="earlier version.*train --data FOLDER --out"):
        train.kept_embeddings(tmp_path)


def test_scores_are_the_fields():
    truth = np.array(["neutral"] * 6 + ["angry"] * 2)
    predicted = np.array(["neutral"] * 6 + ["angry", "sad"])
    truth = np.append(truth, [label for label in LABELS if label not in truth])
    predicted = np.append(predicted, [label for label in LABELS if label not in truth[:8]])
    result = evaluate.scores(truth, predicted, np.arange(len(truth)) % 2)
    assert result["wa"] == pytest.approx(13 / 14)
    assert result["ua"] == pytest.approx((7 + 0.5) / 8)
    assert result["per_class_recall"]["angry"] == 0.5
    assert result["confusion"][LABELS.index("angry")][LABELS.index("sad")] == 1
    assert set(result["per_actor"]) == {"0", "1"}


def test_scores_of_emotions_that_occur():
    truth = np.array(["sad", "sad", "angry", "angry"])
    result = evaluate.scores(truth, np.array(["sad", "calm", "angry", "angry"]), np.zeros(4))
    assert result["per_class_recall"] == {"sad": 0.5, "angry": 1.0}
    assert result["ua"] == 0.75
    assert np.shape(result["confusion"]) == (8, 8)
