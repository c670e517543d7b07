"""Fitted models are written as plain arrays and read back."""

from dataclasses import dataclass, fields, is_dataclass

import numpy as np
import pytest
from synthetic import embeddings_of, fitted

from ser import arrays, artifacts
from ser.models.classifier import EmotionClassifier
from ser.models.embedding_map import EmbeddingMap
from ser.models.speaker import SpeakerAdaptation


@dataclass(frozen=True)
class Inner:
    names: np.ndarray
    weight: float


@dataclass(frozen=True)
class Outer:
    count: int
    values: np.ndarray
    inner: Inner


def equal(first, second):
    """Compare models field by field, types included."""
    if is_dataclass(first):
        pairs = ((getattr(first, f.name), getattr(second, f.name)) for f in fields(first))
        return type(first) is type(second) and all(equal(*pair) for pair in pairs)
    if isinstance(first, np.ndarray):
        return first.dtype == second.dtype and np.array_equal(first, second)
    return type(first) is type(second) and first == second


def test_what_is_written_is_read_back(tmp_path):
    model = Outer(3, np.float32([[1.5, 2]]), Inner(np.array(["a", "bc"]), 0.1))
    path = tmp_path / "model.npz"
    arrays.save(model, path)
    assert equal(arrays.load(Outer, path), model)
    with np.load(path, allow_pickle=False) as content:
        assert set(content) == {"count", "values", "inner.names", "inner.weight"}


def test_a_classifier_that_was_read_back_predicts_the_same(tmp_path):
    rng = np.random.default_rng(0)
    training = embeddings_of(rng, 15)
    embeddings, _, _ = embeddings_of(rng, 5)
    classifier = fitted(*training)
    path = tmp_path / "classifier.npz"
    arrays.save(classifier, path)
    again = arrays.load(EmotionClassifier, path)
    assert equal(again, classifier)
    features = classifier.features(embeddings)
    for adapted in (features.rows, features.rows - 1):
        expected, predicted = (
            model.predict_features(model.features(embeddings), adapted)
            for model in (classifier, again)
        )
        assert np.array_equal(expected.probabilities, predicted.probabilities)
        assert expected.threshold == predicted.threshold


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (EmotionClassifier, artifacts.CLASSIFIER),
        (EmbeddingMap, artifacts.MAP),
        (SpeakerAdaptation, artifacts.ADAPTATION),
    ],
)
def test_the_bundled_artifacts_are_plain_arrays(tmp_path, kind, name):
    model = arrays.load(kind, artifacts.FOLDER / name)
    arrays.save(model, tmp_path / name)
    assert equal(arrays.load(kind, tmp_path / name), model)
    with np.load(artifacts.FOLDER / name, allow_pickle=False) as content:
        assert all(content[array].dtype.kind in "bfiU" for array in content)


def test_objects_are_not_read(tmp_path):
    path = tmp_path / "model.npz"
    np.savez(path, names=np.array([{}], dtype=object), weight=1.0)
    with pytest.raises(ValueError, match="allow_pickle"):
        arrays.load(Inner, path)
