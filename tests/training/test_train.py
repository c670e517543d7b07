"""Training from folders of recordings to artifacts that the app can load."""

import contextlib
import io
import itertools
import json
import re
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
import torch
from encoders import save_tiny_encoder
from voices import speech_like

from ser import arrays, artifacts
from ser.evaluation import evaluate
from ser.labels import LABELS
from ser.models.classifier import EmotionClassifier
from ser.models.encoder import Encoder
from ser.recognizer import Recognizer
from ser.training import embedding, labelled_embeddings, train
from ser.training.classifier import fitting
from ser.training.data import corpora
from ser.training.labelled_embeddings import SEED

N_CLIPS, N_OTHERS = 24 * 9 - 1, 6 * 6 - 1


def record(path, seed):
    path.parent.mkdir(exist_ok=True)
    soundfile.write(path, speech_like(0.8, seed, 16_000), 16_000)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A home corpus and another one with a short clip of each emotion.

    The second sentence is spoken neutrally alone. One recording of each folder is unreadable.
    """
    folder = tmp_path_factory.mktemp("data")
    home, other = folder / "home", folder / "other"
    for actor in range(1, 25):
        for emotion in range(1, 9):
            record(home / f"03-01-0{emotion}-01-01-01-{actor:02}.wav", 100 * emotion + actor)
        record(home / f"03-01-01-01-02-01-{actor:02}.wav", 1000 + actor)
    (home / "03-01-08-01-01-01-24.wav").write_text("damaged")
    for seed, (speaker, emotion) in enumerate(
        itertools.product(range(1001, 1007), ("ANG", "DIS", "FEA", "HAP", "NEU", "SAD"))
    ):
        record(other / f"{speaker}_DFA_{emotion}_XX.wav", 2000 + seed)
    (other / "1006_DFA_SAD_XX.wav").write_text("damaged")
    return SimpleNamespace(home=home, other=other)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return save_tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def train_again(quick_training, data, encoder, tmp_path_factory):
    """Train with an empty cache and the encoder among the artifacts.

    Return folders, metrics and what was printed to standard error.
    """

    def run():
        # Sums depend on the number of threads, which numba changes when the map is laid out.
        torch.set_num_threads(1)
        folder = tmp_path_factory.mktemp("trained")
        out, cache = folder / "artifacts", folder / "cache"
        shutil.copytree(encoder, out / "encoder")
        errors = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stderr(errors):
            patch.setattr(embedding, "CACHE", cache)
            metrics = train.train(evaluate.evaluate, [data.home, data.other], out / "encoder", out)
        return SimpleNamespace(out=out, cache=cache, metrics=metrics, errors=errors.getvalue())

    return run


@pytest.fixture(scope="module")
def trained(train_again):
    return train_again()


@pytest.fixture(scope="module")
def kept(trained):
    """The labelled embeddings that training kept."""
    return labelled_embeddings.load(trained.out)


def test_metrics_are_those_of_all_readable_clips(trained):
    metrics = trained.metrics
    assert metrics == json.loads((trained.out / artifacts.METRICS).read_text())
    assert metrics["clips"] == N_CLIPS
    assert metrics["enrolment"]["n"] == N_CLIPS - 2 * 24
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
    assert manifest["data"]["other_corpora"] == [["crema_d", "ODbL 1.0"]]
    assert manifest["data"]["clips"] == N_CLIPS
    assert {artifacts.EMBEDDINGS, artifacts.OTHER_CORPORA} < set(manifest["files"])


def test_a_recording_is_analysed_with_the_artifacts(trained, data):
    analysis = Recognizer.load(trained.out, "cpu").analyse(data.home / "03-01-05-01-01-01-01.wav")
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


def test_embeddings_of_all_corpora_are_kept(kept):
    assert kept.embeddings.shape == (N_CLIPS, 3, 2, 32)
    others = kept.others
    assert set(others.corpora) == {"crema_d"} and len(set(others.speakers)) == 6
    assert len(others.rows) == N_OTHERS
    assert set(others.emotions) < set(LABELS) and "calm" not in others.emotions


def test_the_same_models_are_fitted_to_what_is_kept(trained, kept):
    models = fitting.fit(kept, SEED)
    classifier = arrays.load(EmotionClassifier, trained.out / artifacts.CLASSIFIER)
    predictions = (c.predict(kept.embeddings) for c in (classifier, models.classifier))
    assert np.array_equal(*(prediction.probabilities for prediction in predictions))


def test_a_second_run_embeds_nothing_again(trained, kept, data, monkeypatch):
    monkeypatch.setattr(embedding, "CACHE", trained.cache)
    monkeypatch.setattr(Encoder, "states", lambda *_: pytest.fail("a clip is embedded again"))
    encoder = Encoder(trained.out / "encoder", "cpu")
    for folder, n_clips in ((data.home, N_CLIPS), (data.other, N_OTHERS)):
        utterances = [u for u in corpora.table(folder).utterances if u.path.stat().st_size > 10]
        clips, readable, unreadable = embedding.embed(encoder, utterances)
        assert len(clips) == len(readable) == n_clips and not unreadable
        if folder == data.home:
            assert np.array_equal(clips, kept.embeddings)
        else:
            projected = np.float16(kept.others.projection(clips))
            assert np.array_equal(projected, kept.others.rows)


@pytest.mark.parametrize("name", ["03-01-08-01-01-01-24", "1006_DFA_SAD_XX"])
def test_recordings_that_cannot_be_read_are_reported(trained, name):
    assert len(re.findall(f"Warning: Left out.*{name}.wav", trained.errors)) == 1


def test_the_same_command_gives_the_same_artifacts(trained, train_again):
    assert hashes(train_again().out) == hashes(trained.out)


def hashes(folder):
    """Return the hash of each file in a folder."""
    return {
        path.relative_to(folder).as_posix(): artifacts.sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
