"""Altered copies of clips: heard, learned from on the training side alone, and told."""

import itertools

import numpy as np
import pytest
import soundfile

from ser import artifacts
from ser.audio import loading
from ser.errors import SerError
from ser.evaluation import augmentation_ablation
from ser.evaluation.augmentation_ablation import UNCHANGED
from ser.labels import LABELS
from ser.recognizer import Recognizer
from ser.training import augmentation
from ser.training.data import ravdess


@pytest.fixture(scope="module")
def utterances():
    """One clip of each emotion by all actors."""
    return [
        ravdess.parse(f"03-01-0{emotion}-01-01-01-{actor:02}.wav")
        for emotion, actor in itertools.product(range(1, 9), range(1, 25))
    ]


@pytest.fixture(scope="module")
def originals(utterances):
    """Embeddings from which the emotions can be told, but not well."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(8, 2, 2, 6))
    emotions = [LABELS.index(utterance.emotion) for utterance in utterances]
    return centres[emotions] + random.normal(0, 1.5, (len(emotions), 2, 2, 6))


def test_only_training_clips_copies_are_learned_from(originals, utterances):
    # Copies that give the answer away help nobody when those of the tested clips are unseen.
    emotions = [LABELS.index(utterance.emotion) for utterance in utterances]
    telling = originals + 100 * np.eye(8)[emotions][:, None, None, :6]
    found = augmentation_ablation.scores(
        originals, {"telling": telling, "same": originals}, utterances
    )
    assert found["same"]["ua"] == pytest.approx(found[UNCHANGED]["ua"], abs=0.03)
    assert found["telling"]["ua"] < found[UNCHANGED]["ua"] + 0.03
    assert found[UNCHANGED]["gain_ua"] == found[UNCHANGED]["se"] == 0
    scores = [result["ua"] for result in found.values()]
    assert scores == sorted(scores, reverse=True)


def test_copies_of_another_kind_of_voice_are_worth_something(originals, utterances):
    random = np.random.default_rng(1)
    cleaner = originals + random.normal(0, 0.1, originals.shape)
    emotions = np.array([utterance.emotion for utterance in utterances])
    misleading = cleaner[random.permutation(len(emotions))]
    found = augmentation_ablation.scores(
        originals, {"cleaner": cleaner, "misleading": misleading}, utterances
    )
    assert found["misleading"]["gain_ua"] < found["cleaner"]["gain_ua"]
    assert found["misleading"]["se"] > 0


def test_table(originals, utterances):
    found = augmentation_ablation.scores(originals, {"same": originals}, utterances)
    rows = augmentation_ablation.table(found).splitlines()[2:]
    assert len(rows) == 2 and len({row.count("|") for row in rows}) == 1
    row = next(row for row in rows if "copies: same" in row)
    assert f"| {100 * found['same']['ua']:.1f} |" in row and "±" in row


def test_every_change_is_heard(tmp_path, speech):
    (tmp_path / "rir").mkdir()
    soundfile.write(tmp_path / "rir" / "hall.wav", np.eye(1, 800)[0], 16_000)
    soundfile.write(tmp_path / "hum.wav", np.sin(np.arange(32_000) / 9), 16_000)
    kinds = augmentation_ablation.alterations(augmentation.load_noise_bank(tmp_path))
    encoder = Recognizer.load(artifacts.FOLDER).encoder
    plain = encoder.embed([loading.load(speech)])[0]
    assert len({alteration.name for alteration in kinds.values()}) == len(kinds)
    for kind, alteration in kinds.items():
        copy = encoder.embed([alteration.load(speech)])[0]
        assert copy.shape == plain.shape and np.isfinite(copy).all()
        assert np.array_equal(copy, encoder.embed([alteration.load(speech)])[0])
        if kind not in ("gain", "room"):
            assert not np.allclose(copy, plain, atol=0.05)


def test_rooms_are_asked_for():
    with pytest.raises(SerError, match="no rooms"):
        augmentation_ablation.alterations(augmentation.NoiseBank())
