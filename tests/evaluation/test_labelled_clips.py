"""Teaching in the evaluation: which clips are taught, which are scored."""

from types import SimpleNamespace

import numpy as np
import pytest

from ser.evaluation.speakers import labelled_clips
from ser.labels import LABELS
from ser.models.classifier import Prediction
from ser.models.speaker import Features

EMOTIONS = np.tile(["sad", "angry", "happy"], 8)
SPEAKERS = np.repeat(["a", "b"], 12)
CLIPS = np.arange(24.0)[:, None]  # of which each is recognised by its number


class Memory:
    """Knows the emotions of the clips that it was taught; answers "sad" without any."""

    def predict_features(self, features, adapted):
        probabilities = np.full((len(adapted), len(LABELS)), 0.1)
        probabilities[:, LABELS.index("sad")] = 0.3
        return Prediction(probabilities, probabilities, np.ones(len(adapted)), 0.5)


@pytest.fixture
def taught(monkeypatch):
    """Record who was taught what; answers are right after teaching."""
    calls = []

    def predict(classifier, adaptation, features, speaker):
        rows = features.rows[:, 0].astype(int)
        clips = [(int(clip.features.rows[0, 0]), str(clip.emotion)) for clip in speaker.labelled]
        calls.append((clips, rows.tolist()))
        probabilities = np.zeros((len(rows), len(LABELS)))
        probabilities[np.arange(len(rows)), [LABELS.index(EMOTIONS[row]) for row in rows]] = 1
        return Prediction(probabilities, probabilities, np.ones(len(rows)), 0.5)

    monkeypatch.setattr(labelled_clips.personal, "predict", predict)
    return calls


@pytest.fixture
def answers(taught):
    models = SimpleNamespace(classifier=Memory(), adaptation=None)
    none = np.zeros((24, 1))
    return labelled_clips.answer(models, Features(CLIPS, none, none), EMOTIONS, SPEAKERS, 0)


def test_taught_clips_are_the_speakers_own_and_never_scored(answers, taught):
    assert len(taught) == 2 * labelled_clips.N_DRAWS * 4
    for clips, scored in taught:
        rows = [row for row, _ in clips]
        assert len(set(SPEAKERS[rows + scored])) == 1
        assert sorted(rows + scored) == np.flatnonzero(SPEAKERS[rows[0]] == SPEAKERS).tolist()
        assert all(emotion == EMOTIONS[row] for row, emotion in clips)
    numbers = {len(clips) for clips, _ in taught}
    assert numbers == {1, 3, 6, 9}
    assert len({tuple(clips) for clips, _ in taught}) > len(taught) / 2


def test_scores(answers):
    scores = labelled_clips.score(answers)
    assert set(scores) == {"one_clip", "1", "2", "3"}
    for name, n_clips in (("one_clip", 11), ("1", 9), ("2", 6), ("3", 3)):
        assert scores[name]["n"] == 2 * labelled_clips.N_DRAWS * n_clips
        assert scores[name]["ua"] == 1
        assert scores[name]["gain_ua"] == pytest.approx(2 / 3, abs=0.01)
        assert (scores[name]["coverage"], scores[name]["selective_accuracy"]) == (1, 1)


def test_speakers_with_too_few_clips_are_left_out(taught):
    models = SimpleNamespace(classifier=Memory(), adaptation=None)
    few, none = slice(0, 6), np.zeros((6, 1))
    answers = labelled_clips.answer(
        models, Features(CLIPS[few], none, none), EMOTIONS[few], SPEAKERS[few], 0
    )
    assert set(answers) == {"one_clip", "1"}
