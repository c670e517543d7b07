"""Labelled embeddings: selections of them, other corpora, and the files that training keeps."""

import dataclasses

import numpy as np
import pytest
from synthetic import made_up

from ser import artifacts
from ser.errors import SerError
from ser.training import labelled_embeddings
from ser.training.labelled_embeddings import LabelledEmbeddings

SHAPE = (4, 2, 5)  # layers, mean and standard deviation, hidden size


def corpus(name, n_speakers, emotions, seed):
    rng = np.random.default_rng(seed)
    utterances = tuple(made_up(name, n_speakers, emotions, 2))
    embeddings = rng.normal(size=(len(utterances), *SHAPE)).astype(np.float16)
    return LabelledEmbeddings(utterances, embeddings)


@pytest.fixture
def labelled():
    return corpus("crema_d", 3, ("sad", "angry"), 0)


@pytest.fixture
def others():
    return [corpus("nemo", 2, ("sad", "calm"), 1), corpus("casia", 4, ("happy",), 2)]


def test_rows_and_layers_are_selected_everywhere(labelled, others):
    labelled = dataclasses.replace(labelled, others=labelled_embeddings.project(others, (), 0))
    part = labelled.subset(np.array([4, 1])).select_layers([3, 0])
    assert part.utterances == (labelled.utterances[4], labelled.utterances[1])
    assert np.array_equal(part.embeddings, labelled.embeddings[[4, 1]][:, [3, 0]])
    assert part.emotions.tolist() == ["sad", "sad"]
    assert part.speakers.tolist() == labelled.speakers[[4, 1]].tolist()
    assert part.others is labelled.others


def test_other_corpora_are_reduced_to_their_clips(others):
    projected = labelled_embeddings.project(others, (), 0)
    rows = np.concatenate([projected.projection(of_corpus.embeddings) for of_corpus in others])
    assert np.allclose(projected.rows, rows, atol=0.02) and projected.rows.dtype == np.float16
    assert projected.corpora.tolist() == 8 * ["nemo"] + 8 * ["casia"]
    for attribute in ("emotions", "speakers"):
        expected = np.concatenate([getattr(of_corpus, attribute) for of_corpus in others])
        assert np.array_equal(getattr(projected, attribute), expected)
    assert labelled_embeddings.project([], (), 0) is None


def test_recordings_that_cannot_be_read_are_left_out(monkeypatch):
    utterances = made_up("crema_d", 2, ("sad",), 2)
    readable = [utterances[0], *utterances[2:]]
    embeddings = np.ones((3, *SHAPE))
    monkeypatch.setattr(
        labelled_embeddings, "embed", lambda *_: (embeddings, readable, ["Left out"])
    )
    labelled, warnings = labelled_embeddings.embed_labelled(None, utterances)
    assert labelled.utterances == tuple(readable) and warnings == ["Left out"]
    assert np.array_equal(labelled.embeddings, embeddings) and labelled.others is None


def test_what_training_keeps_is_read_back(labelled, others, tmp_path):
    labelled = dataclasses.replace(labelled, others=labelled_embeddings.project(others, (), 0))
    labelled_embeddings.save(labelled, tmp_path)
    again = labelled_embeddings.load(tmp_path)
    assert np.array_equal(again.embeddings, labelled.embeddings)
    for name in ("rows", "emotions", "corpora", "speakers"):
        kept, original = getattr(again.others, name), getattr(labelled.others, name)
        assert np.array_equal(kept, original) and kept.dtype == original.dtype
    projected = (of.projection(labelled.embeddings) for of in (again.others, labelled.others))
    assert np.array_equal(*projected)
    # Paths are not kept, only names.
    for kept, utterance in zip(again.utterances, labelled.utterances, strict=True):
        assert kept.name == utterance.name
        assert dataclasses.replace(kept, path=utterance.path) == utterance


def test_one_corpus_alone_has_no_file_of_others(labelled, tmp_path):
    labelled_embeddings.save(labelled, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [artifacts.EMBEDDINGS]
    assert labelled_embeddings.load(tmp_path).others is None


def test_files_of_an_earlier_version_are_an_error(labelled, tmp_path):
    remedy = "python -m ser train --data FOLDER --out"
    with pytest.raises(SerError, match=f"missing.*{remedy}"):
        labelled_embeddings.load(tmp_path)
    labelled_embeddings.save(labelled, tmp_path)
    path = tmp_path / artifacts.EMBEDDINGS
    with np.load(path) as content:
        arrays = dict(content)
    for name in ("name", "sentence"):
        np.savez(path, **{key: array for key, array in arrays.items() if key != name})
        with pytest.raises(SerError, match=f"earlier version.*{remedy}"):
            labelled_embeddings.load(tmp_path)
