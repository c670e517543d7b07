"""Labelled embeddings: selections of them, and the file that training keeps."""

import dataclasses

import numpy as np
import pytest
from synthetic import made_up

from ser import artifacts
from ser.errors import SerError
from ser.training import labelled_embeddings
from ser.training.labelled_embeddings import LabelledEmbeddings


@pytest.fixture
def labelled():
    rng = np.random.default_rng(0)
    utterances = tuple(made_up("crema_d", 3, ("sad", "angry"), 2))
    embeddings, noisy_copies = rng.normal(size=(2, len(utterances), 4, 2, 5)).astype(np.float16)
    directions = rng.normal(size=(3, 4, 2, 5)).astype(np.float32)
    return LabelledEmbeddings(utterances, embeddings, noisy_copies, directions)


def test_rows_and_layers_are_selected_everywhere(labelled):
    part = labelled.subset(np.array([4, 1])).select_layers([3, 0])
    assert part.utterances == (labelled.utterances[4], labelled.utterances[1])
    assert np.array_equal(part.embeddings, labelled.embeddings[[4, 1]][:, [3, 0]])
    assert np.array_equal(part.noisy_copies, labelled.noisy_copies[[4, 1]][:, [3, 0]])
    assert np.array_equal(part.directions, labelled.directions[:, [3, 0]])
    assert part.emotions.tolist() == ["sad", "sad"]
    assert part.speakers.tolist() == labelled.speakers[[4, 1]].tolist()
    clean = labelled.without_noisy_copies().subset(np.array([0])).select_layers([1])
    assert clean.noisy_copies is None and clean.embeddings.shape == (1, 1, 2, 5)
    assert labelled.without_directions().directions.shape == (0, 4, 2, 5)


def test_sets_are_concatenated_in_order(labelled):
    both = labelled_embeddings.concatenate([labelled, labelled.subset(np.array([2]))])
    assert both.utterances == (*labelled.utterances, labelled.utterances[2])
    assert np.array_equal(both.embeddings[-1], labelled.embeddings[2])
    assert np.array_equal(both.noisy_copies[-1], labelled.noisy_copies[2])
    assert np.array_equal(both.directions, labelled.directions)


def test_what_training_keeps_is_read_back(labelled, tmp_path):
    path = tmp_path / artifacts.EMBEDDINGS
    np.savez_compressed(path, **labelled_embeddings.to_arrays(labelled))
    again = labelled_embeddings.load(path)
    for name in ("embeddings", "noisy_copies", "directions"):
        assert np.array_equal(getattr(again, name), getattr(labelled, name))
    # Paths are not kept, only names.
    for kept, utterance in zip(again.utterances, labelled.utterances, strict=True):
        assert kept.name == utterance.name
        assert dataclasses.replace(kept, path=utterance.path) == utterance


def test_files_of_an_earlier_version_are_an_error(labelled, tmp_path):
    path = tmp_path / artifacts.EMBEDDINGS
    remedy = "python -m ser train --data FOLDER --out"
    with pytest.raises(SerError, match=f"missing.*{remedy}"):
        labelled_embeddings.load(path)
    arrays = labelled_embeddings.to_arrays(labelled)
    for name in ("in_noise", "directions", "sentence"):
        without = {key: array for key, array in arrays.items() if key != name}
        np.savez(path, **without)
        with pytest.raises(SerError, match=f"earlier version.*{remedy}"):
            labelled_embeddings.load(path)
