"""The ablation of augmented copies: trained on in the training part of a fold alone, and scored."""

import itertools

import numpy as np
import pytest
import soundfile
from recordings import ravdess_utterances

from ser import artifacts
from ser.audio import loading
from ser.errors import SerError
from ser.evaluation import augmentation_ablation
from ser.evaluation.augmentation_ablation import WITHOUT
from ser.labels import LABELS
from ser.recognizer import Recognizer
from ser.training import augmentation
from ser.training.labelled_embeddings import LabelledEmbeddings


@pytest.fixture(scope="module")
def clips():
    """One clip of each emotion by all actors, whose embeddings predict the emotions, not well."""
    rng = np.random.default_rng(0)
    utterances = ravdess_utterances(
        f"03-01-0{emotion}-01-01-01-{actor:02}"
        for emotion, actor in itertools.product(range(1, 9), range(1, 25))
    )
    class_means = rng.normal(size=(8, 2, 2, 6))
    codes = [LABELS.index(utterance.emotion) for utterance in utterances]
    embeddings = class_means[codes] + rng.normal(0, 1.5, (len(codes), 2, 2, 6))
    return LabelledEmbeddings(tuple(utterances), embeddings, None, np.zeros((0, 2, 2, 6)))


def test_only_copies_of_training_clips_are_trained_on(clips):
    # Copies that reveal the label improve nothing if those of the test clips are not trained on.
    codes = [LABELS.index(emotion) for emotion in clips.emotions]
    revealing = clips.embeddings + 100 * np.eye(8)[codes][:, None, None, :6]
    results = augmentation_ablation.scores(
        clips, {"revealing": revealing, "same": clips.embeddings}
    )
    assert results["same"]["ua"] == pytest.approx(results[WITHOUT]["ua"], abs=0.03)
    assert results["revealing"]["ua"] < results[WITHOUT]["ua"] + 0.03
    assert results[WITHOUT]["gain_ua"] == results[WITHOUT]["se"] == 0
    scores = [result["ua"] for result in results.values()]
    assert scores == sorted(scores, reverse=True)


def test_gain_is_that_of_copies_with_the_right_label(clips):
    rng = np.random.default_rng(1)
    similar = clips.embeddings + rng.normal(0, 0.1, clips.embeddings.shape)
    mislabelled = similar[rng.permutation(len(similar))]
    results = augmentation_ablation.scores(clips, {"similar": similar, "mislabelled": mislabelled})
    assert results["mislabelled"]["gain_ua"] < results["similar"]["gain_ua"]
    assert results["mislabelled"]["se"] > 0


def test_table(clips):
    results = augmentation_ablation.scores(clips, {"same": clips.embeddings})
    rows = augmentation_ablation.table(results).splitlines()[2:]
    assert len(rows) == 2 and len({row.count("|") for row in rows}) == 1
    row = next(row for row in rows if row.startswith("| same |"))
    assert f"| {100 * results['same']['ua']:.1f} |" in row and "±" in row


def test_every_augmentation_changes_the_embedding_in_the_same_way_each_time(tmp_path, speech):
    (tmp_path / "rir").mkdir()
    soundfile.write(tmp_path / "rir" / "hall.wav", np.eye(1, 800)[0], 16_000)
    for name in ("a test sound", "hum"):
        soundfile.write(tmp_path / f"{name}.wav", np.sin(np.arange(32_000) / 9), 16_000)
    kinds = augmentation_ablation.augmentations(augmentation.load_noise_bank(tmp_path))
    encoder = Recognizer.load(artifacts.FOLDER).encoder
    clean = encoder.embed([loading.load(speech)])[0]
    assert len({kind.name for kind in kinds.values()}) == len(kinds)
    for name, kind in kinds.items():
        copy = encoder.embed([kind.load(speech)])[0]
        assert copy.shape == clean.shape and np.isfinite(copy).all()
        assert np.array_equal(copy, encoder.embed([kind.load(speech)])[0])
        if name not in ("gain", "room"):
            assert not np.allclose(copy, clean, atol=0.05)


def test_impulse_responses_are_needed():
    with pytest.raises(SerError, match="no room impulse responses"):
        augmentation_ablation.augmentations(augmentation.NoiseBank())
