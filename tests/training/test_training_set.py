"""What a classifier is fitted to: the home corpus and others, their folds and weights."""

import numpy as np
import pytest
from synthetic import corpus_of, only, projected_corpora

from ser.errors import SerError
from ser.labels import LABELS
from ser.models.linear import class_mask
from ser.training.classifier.training_set import HOME, LEFT_OUT_HOME, N_INNER_FOLDS, check, stack


@pytest.fixture(scope="module")
def training_set():
    """Clips of the home corpus, and of two others."""
    embeddings, emotions, speakers = corpus_of(0, [4] + [10] * 7)
    others = projected_corpora(first=only(corpus_of(1, 20), LABELS[:5]), second=corpus_of(2, 3))
    return stack(embeddings, emotions, speakers, others, seed=0)


def test_home_clips_come_first_then_those_of_other_corpora(training_set):
    n_home, n_others = 4 + 10 * 7, 20 * 5 + 3 * 8
    assert len(training_set.home_rows) == n_home
    assert training_set.corpora.tolist() == [HOME] * n_home + ["first"] * 100 + ["second"] * 24
    assert len(training_set.projected) == len(training_set.targets) == n_home + n_others
    home, _, speakers = corpus_of(0, [4] + [10] * 7)
    assert np.array_equal(training_set.projected[:n_home], training_set.projection(home))
    assert training_set.speakers[:n_home].tolist() == [str(speaker) for speaker in speakers]


def test_classes_are_the_emotions_of_any_corpus():
    home, other = only(corpus_of(0, 8), ["sad", "calm"]), only(corpus_of(1, 8), ["sad", "angry"])
    training_set = stack(*home, projected_corpora(other=other), seed=0)
    assert [LABELS[label] for label in training_set.classes] == [
        label for label in LABELS if label in ("sad", "calm", "angry")
    ]
    mask = class_mask(training_set.targets, training_set.corpora, len(training_set.classes))
    masks = {
        corpus: {
            LABELS[label] for label in training_set.classes[mask[training_set.corpora == corpus][0]]
        }
        for corpus in (HOME, "other")
    }
    assert masks == {HOME: {"sad", "calm"}, "other": {"sad", "angry"}}


def test_each_fold_leaves_out_speakers_or_a_corpus(training_set):
    folds = training_set.folds()
    corpora, speakers = training_set.corpora, training_set.speakers
    names = [HOME] * N_INNER_FOLDS + ["first", "second", LEFT_OUT_HOME]
    assert [fold.corpus for fold in folds] == names
    assert [fold.familiar for fold in folds] == [name == HOME for name in names]
    tested = np.concatenate([fold.test for fold in folds[:-1]])
    assert sorted(tested.tolist()) == list(range(len(corpora)))
    for fold in folds:
        assert not set(fold.train) & set(fold.test)
        [corpus] = set(corpora[fold.test])
        assert fold.corpus == corpus or fold.corpus == LEFT_OUT_HOME and corpus == HOME
        if fold.familiar:
            of_home = fold.train[corpora[fold.train] == HOME]
            assert len(of_home) and not set(speakers[fold.test]) & set(speakers[of_home])
        else:
            assert corpus not in corpora[fold.train]
            assert set(corpora[fold.train]) == {HOME, "first", "second"} - {corpus}


def test_unknown_speakers_are_of_no_corpus_that_the_encoder_was_fine_tuned_on():
    others = projected_corpora(
        fine_tuned_on=["second", "of none"], first=corpus_of(1, 8), second=corpus_of(2, 8)
    )
    training_set = stack(*corpus_of(0, 8), others, seed=0)
    folds = training_set.folds()
    assert [fold.corpus for fold in folds if not fold.familiar] == ["first", LEFT_OUT_HOME]
    assert all("second" in training_set.corpora[fold.train] for fold in folds)


def test_emotions_of_the_home_corpus_alone_have_no_unknown_speakers():
    others = projected_corpora(other=only(corpus_of(1, 8), LABELS[2:]))
    training_set = stack(*corpus_of(0, 8), others, seed=0)
    assert training_set.only_at_home.tolist() == [True] * 2 + [False] * 6
    [fold] = [fold for fold in training_set.folds() if fold.corpus == LEFT_OUT_HOME]
    assert set(training_set.targets[fold.test]) == set(range(2, 8))
    alone = stack(*corpus_of(0, 8), None, seed=0)
    assert not alone.only_at_home.any()
    assert all(fold.familiar for fold in alone.folds())


def test_corpora_weigh_by_the_root_of_their_clips(training_set):
    weights, corpora, targets = training_set.weights, training_set.corpora, training_set.targets
    assert weights.mean() == pytest.approx(1)
    names, counts = np.unique(corpora, return_counts=True)
    sums = np.array([weights[corpora == name].sum() for name in names])
    assert np.allclose(sums / np.sqrt(counts), sums[0] / np.sqrt(counts[0]))
    for name in names:
        rows = corpora == name
        by_emotion = [weights[rows & (targets == t)].sum() for t in np.unique(targets[rows])]
        assert np.allclose(by_emotion, by_emotion[0])


@pytest.mark.parametrize(
    ("emotions", "n_speakers", "n_each", "message"),
    [
        (["sad"], 6, 60, "60 by 6 speakers in 1 emotions.*2 emotions"),
        (["sad", "calm"], 4, 30, "by 4 speakers.*by 5 speakers"),
        (["sad", "calm"], 6, 23, "46 by 6 speakers.*at least 48"),
    ],
)
def test_too_few_recordings(emotions, n_speakers, n_each, message):
    labels = np.repeat(emotions, n_each)
    with pytest.raises(SerError, match=message):
        check(labels, np.arange(len(labels)) % n_speakers)


def test_two_emotions_one_of_them_by_a_single_speaker():
    speakers = np.arange(60) % 6
    with pytest.raises(SerError, match="Too few speakers of an emotion"):
        check(np.where(speakers == 1, "sad", "calm"), speakers)
