"""A corpus scored on people that neither the encoder's teaching nor the head that answers knew."""

import numpy as np
import pytest
import soundfile
from encoders import save_tiny_encoder
from voices import speech_like

from ser import artifacts
from ser.errors import SerError
from ser.training import people, teaching, views, within
from ser.training.corpora import table

EMOTIONS = ("ANG", "HAP", "NEU")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Ten people with two synthetic clips of each emotion; the higher the pitch, the happier."""
    folder = tmp_path_factory.mktemp("crema_d")
    for speaker in range(1001, 1011):
        for sentence in ("DFA", "IEO"):
            for pitch, emotion in enumerate(EMOTIONS):
                path = folder / f"{speaker}_{sentence}_{emotion}_XX.wav"
                waveform = speech_like(0.9, 40 * pitch + speaker % 5, 16_000)
                soundfile.write(path, waveform, 16_000)
    return folder


@pytest.fixture
def folder(tmp_path):
    """Artifacts whose corpus was scored as a stranger."""
    artifacts.write_json(
        tmp_path / artifacts.METRICS, {"protocols": {"corpora": {"crema_d": {"stranger": {}}}}}
    )
    return tmp_path


def test_folds_share_no_speaker(data):
    utterances = table(data).utterances
    speakers = np.array([each.speaker for each in utterances])
    tested = []
    for train, test in people.folds(utterances, 0):
        assert not set(speakers[train]) & set(speakers[test])
        tested.extend(test)
    assert sorted(tested) == list(range(len(utterances)))


def test_scores_every_clip_once_and_goes_on_where_it_was(data, folder, tmp_path, monkeypatch):
    encoder = save_tiny_encoder(
        tmp_path / "untaught", do_stable_layer_norm=True, feat_extract_norm="layer"
    )
    monkeypatch.setattr(views, "CACHE", tmp_path / "embeddings")
    monkeypatch.setattr(artifacts, "write_metrics", artifacts_of(folder))
    lessons, learn = [], teaching.Teaching.__init__

    def remember(self, layers, views, utterances, *rest):
        lessons.append({each.speaker for each in utterances})
        learn(self, layers, views, utterances, *rest)
        metrics = artifacts.read_json(folder / artifacts.METRICS)
        artifacts.write_json(folder / artifacts.METRICS, metrics | {"measured": "meanwhile"})

    monkeypatch.setattr(teaching.Teaching, "__init__", remember)
    scored = within.evaluate(encoder, data, tmp_path / "folds", epochs=1, folder=folder)
    assert scored["n"] == 60 and scored["speakers"] == 10 and scored["epochs"] == 1
    assert [len(each) for each in lessons] == [8] * 5
    kept = artifacts.read_json(folder / artifacts.METRICS)
    assert kept["protocols"]["corpora"]["crema_d"] == {"stranger": {}, "taught_within": scored}
    assert kept["measured"] == "meanwhile"

    (tmp_path / "folds" / "crema_d-3.npy").unlink()
    assert within.evaluate(encoder, data, tmp_path / "folds", epochs=1, folder=folder) == scored
    assert len(lessons) == 6 and lessons[5] == lessons[3]


def test_needs_the_corpus_as_a_stranger_first(data, tmp_path):
    artifacts.write_json(tmp_path / artifacts.METRICS, {"protocols": {}})
    with pytest.raises(SerError, match="crema_d is not among .* strangers"):
        within.evaluate(tmp_path, data, tmp_path / "folds", folder=tmp_path)


def artifacts_of(folder):
    """Write metrics alone: these artifacts have no manifest."""
    return lambda _, metrics: artifacts.write_json(folder / artifacts.METRICS, metrics)
