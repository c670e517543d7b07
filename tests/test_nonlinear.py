"""What is read off embeddings beyond what a linear probe tells."""

from pathlib import Path

import numpy as np
import pytest

from ser import artifacts
from ser.errors import SerError
from ser.training import nonlinear, people, perceptron
from ser.training.corpora import Table
from ser.training.utterance import Utterance

EMOTIONS = ("angry", "happy", "sad")


def made_up(random, speakers, each):
    """Embeddings of shape (n, 2, 2, 8) whose emotions no line tells apart.

    Happy is where both halves are on the same side, angry where they are not, sad in between.
    """
    rows = [
        Utterance(Path("x.wav"), "crema_d", speaker, "female", emotion, "sentence", "licence")
        for speaker in range(speakers)
        for emotion in EMOTIONS
        for _ in range(each)
    ]
    meant = np.array([EMOTIONS.index(row.emotion) for row in rows])
    embeddings = random.normal(0, 0.5, (len(rows), 2, 2, 8)).astype(np.float32)
    sides = random.choice([-2, 2], len(rows)) * (meant < 2)
    embeddings[:, 0] += sides[:, None, None]
    embeddings[:, 1] += np.where(meant == 1, sides, -sides)[:, None, None]
    return embeddings, rows


@pytest.fixture
def corpus(monkeypatch, tmp_path):
    """Ten people of a corpus that was scored as a stranger, an encoder, and a folder of metrics."""
    embeddings, rows = made_up(np.random.default_rng(0), 10, 10)

    class Named:
        def __init__(self, checkpoint):
            self.checkpoint = checkpoint
            self.taught = tuple(Path(checkpoint).name.split("-")[1:])

    monkeypatch.setattr(nonlinear, "RUNS", 2)
    monkeypatch.setattr(nonlinear, "INNER_FOLDS", 2)
    monkeypatch.setattr(nonlinear, "Encoder", Named)
    monkeypatch.setattr(nonlinear.corpora, "table", lambda _: Table(rows, []))
    monkeypatch.setattr(nonlinear, "embed", lambda *_: (embeddings, rows, []))
    monkeypatch.setattr(
        artifacts, "write_metrics", lambda _, found: artifacts.write_json(metrics, found)
    )
    metrics = tmp_path / artifacts.METRICS
    artifacts.write_json(metrics, {"protocols": {"corpora": {"crema_d": {"stranger": {}}}}})
    return embeddings, rows, tmp_path


def test_what_no_line_tells_is_learned(corpus):
    embeddings, rows, folder = corpus
    scored = nonlinear.evaluate(folder / "on-nemo", folder, folder)
    assert scored["n"] == len(rows) and scored["speakers"] == 10
    assert scored["ua"] > people.by_speakers(embeddings, rows, 0)["ua"] + 0.2
    assert scored["encoder_taught"] == ["nemo"]
    kept = artifacts.read_json(folder / artifacts.METRICS)
    assert kept["protocols"]["corpora"]["crema_d"] == {"stranger": {}, "nonlinear": scored}


def test_the_people_scored_were_never_heard(corpus, monkeypatch):
    embeddings, rows, folder = corpus
    monkeypatch.setattr(perceptron, "EPOCHS", 1)
    voices = {row.tobytes(): own.speaker for row, own in zip(embeddings, rows, strict=True)}
    learned, told = [], nonlinear.NonLinear

    class Watched(told):
        def fit(self, embeddings, emotions, speakers, copies):
            heard = {voices[row.tobytes()] for each in (embeddings, *copies) for row in each}
            learned.append(heard)
            return super().fit(embeddings, emotions, speakers, copies)

        def predict(self, embeddings):
            assert not learned[-1] & {voices[row.tobytes()] for row in embeddings}
            return super().predict(embeddings)

    monkeypatch.setattr(nonlinear, "NonLinear", Watched)
    nonlinear.evaluate(folder / "untaught", folder, folder)
    assert [len(each) for each in learned] == [8] * 5


def test_settings_are_chosen_by_people_who_were_not_learned_from():
    speakers = np.arange(24) % 6
    who, last = np.tile(speakers, 3), np.arange(48, 72)
    folds = nonlinear.inner_folds(speakers, copies=1)
    assert len(folds) == nonlinear.INNER_FOLDS
    for train, test in folds:
        assert not set(who[train]) & set(who[test])
        assert len(train) == 2 * (24 - len(test)) and not set(train) & set(last)
    assert sorted(np.concatenate([test for _, test in folds])) == list(last)


@pytest.mark.filterwarnings("error")  # a search that cannot score warns, and takes the first
def test_of_settings_the_one_that_suits_is_chosen(monkeypatch):
    embeddings, rows = made_up(np.random.default_rng(2), 6, 10)
    emotions, speakers = [row.emotion for row in rows], [row.speaker for row in rows]
    monkeypatch.setattr(nonlinear, "RUNS", 1)
    monkeypatch.setattr(nonlinear, "RIDGES", (1e6, 0.1))
    monkeypatch.setattr(nonlinear, "UNSEEN", (0.999, 0.3))
    fitted = nonlinear.NonLinear().fit(embeddings, emotions, speakers, [embeddings])
    assert fitted.ridge.alpha == 0.1 and fitted.perceptrons[0].unseen == 0.3


def test_same_seed_same_answers():
    embeddings, rows = made_up(np.random.default_rng(1), 5, 2)
    emotions, speakers = [row.emotion for row in rows], [row.speaker for row in rows]
    first, again, other = (
        nonlinear.NonLinear(seed).fit(embeddings, emotions, speakers) for seed in (1, 1, 2)
    )
    flat = embeddings.reshape(len(embeddings), -1)
    answers = [each.perceptrons[0].predict_proba(flat) for each in (first, again, other)]
    assert np.array_equal(answers[0], answers[1]) and not np.allclose(answers[0], answers[2])


def test_an_encoder_that_knows_the_corpus_is_refused(corpus):
    _, _, folder = corpus
    with pytest.raises(SerError, match="was taught the emotions of crema_d"):
        nonlinear.evaluate(folder / "on-crema_d", folder, folder)


def test_needs_the_corpus_as_a_stranger_first(corpus):
    _, _, folder = corpus
    artifacts.write_json(folder / artifacts.METRICS, {"protocols": {}})
    with pytest.raises(SerError, match="crema_d is not among .* strangers"):
        nonlinear.evaluate(folder / "on-nemo", folder, folder)
