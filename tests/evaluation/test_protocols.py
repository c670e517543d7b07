"""Folds of each protocol: no recording, and for `actors` no speaker, in training and test."""

import hashlib
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from recordings import ravdess_names, ravdess_utterances, write_ravdess

from ser.errors import SerError
from ser.evaluation import protocols
from ser.labels import LABELS
from ser.training.data import corpora
from ser.training.data.published import RAVDESS
from ser.training.data.utterance import Utterance

SAME_RECORDING = {"03-01-03-01-02-01-07", "03-01-03-01-02-02-07"}
ACTORS = [
    [1, 11, 20, 21],
    [4, 10, 12, 14],
    [8, 9, 19, 23],
    [3, 5, 7, 24],
    [2, 15, 16, 18],
    [6, 13, 17, 22],
]


@pytest.fixture(scope="module")
def ravdess():
    return ravdess_utterances(ravdess_names())


def folds(utterances, protocol="actors", recordings=None, seed=0):
    recordings = recordings or [u.name for u in utterances]
    return protocols.folds(utterances, protocol, recordings, seed)


def made_up(n_speakers=9, emotions=LABELS, n_clips=6, corpus="home"):
    """Utterances of several speakers, half as many again of the first one."""
    return [
        Utterance(Path(f"{speaker}-{emotion}-{take}.wav"), corpus, speaker, "", emotion, "", "")
        for speaker in map(str, range(n_speakers))
        for emotion in emotions
        for take in range(n_clips + 3 * (speaker == "0"))
    ]


def sides(split, values):
    values = np.asarray(values)
    return [(set(values[train]), set(values[test])) for train, test in split]


def each_row_is_tested_once(split, n):
    assert all(len(train) + len(test) == n for train, test in split)
    assert all(not set(train) & set(test) for train, test in split)
    return sorted(np.concatenate([test for _, test in split])) == list(range(n))


def digest(split):
    """Return a hash of the test sets of folds, by which all scores of RAVDESS were measured."""
    tests = [np.asarray(test, np.int64).tobytes() for _, test in split]
    return hashlib.sha256(b"".join(tests)).hexdigest()[:16]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("n_speakers", [6, 7, 9])
def test_no_speaker_and_no_duplicate_on_both_sides(n_speakers, seed):
    utterances = made_up(n_speakers)
    # One recording twice by one speaker, another under two speakers' names.
    recordings = [u.name for u in utterances]
    recordings[1], recordings[-1] = recordings[0], recordings[40 + 6 * 8]
    if n_speakers == 6:
        recordings[-1] = "unique"
    for protocol, n_folds in (("random", 5), ("actors", 6)):
        split = folds(utterances, protocol, recordings, seed)
        assert len(split) == n_folds
        assert each_row_is_tested_once(split, len(utterances))
        assert all(not train & test for train, test in sides(split, recordings))
        if protocol == "actors":
            for train, test in sides(split, corpora.speakers(utterances)):
                assert not train & test and len(train) >= 5
        else:
            for _, test in split:
                counts = Counter(utterances[row].emotion for row in test).values()
                assert max(counts) - min(counts) <= 2


def test_folds_depend_on_the_seed_alone():
    for protocol in protocols.PROTOCOLS:
        first, again, other = (folds(made_up(), protocol, seed=s)[0][1] for s in (0, 0, 1))
        assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_speakers_of_several_corpora():
    utterances = made_up(4) + made_up(4, corpus="work")
    speakers = corpora.speakers(utterances)
    split = folds(utterances, recordings=list(map(str, range(len(utterances)))))
    assert len(set(speakers)) == 8
    assert all(not train & test for train, test in sides(split, speakers))


def test_too_few():
    with pytest.raises(SerError, match="Too few speakers: 5,.*at least 6"):
        folds(made_up(5))
    shared = made_up(6)
    with pytest.raises(SerError, match="Too few speakers: 5, where those who share a recording"):
        folds(shared, recordings=[*(u.name for u in shared[:-1]), shared[0].name])
    rare = made_up(8, LABELS[:3]) + made_up(1, ("disgust",))
    with pytest.raises(SerError, match="Too few speakers of an emotion: disgust"):
        folds(rare)
    few = made_up(8, LABELS[:3]) + made_up(1, ("sad",))
    duplicates = ["same" if u.emotion == "sad" else u.name for u in few]
    for protocol in protocols.PROTOCOLS:
        with pytest.raises(SerError, match="Too few different recordings: sad 1.*at least 6"):
            folds(few, protocol, duplicates)
        with pytest.raises(SerError, match="Too few different recordings: sad 5"):
            folds(few[:-4], protocol)


@pytest.mark.parametrize("protocol", protocols.PROTOCOLS)
def test_no_utterances(protocol):
    with pytest.raises(SerError, match="Too few different recordings: none"):
        folds([], protocol)


@pytest.mark.parametrize("seed", range(5))
def test_random_folds_of_ravdess(ravdess, seed):
    split = folds(ravdess, "random", seed=seed)
    assert len(split) == 5
    assert each_row_is_tested_once(split, 1440)
    duplicates = {row for row, u in enumerate(ravdess) if u.name in SAME_RECORDING}
    for _, test in split:
        counts = Counter(ravdess[row].emotion for row in test)
        assert all(abs(counts[k] - (19.2 if k == "neutral" else 38.4)) < 1.5 for k in LABELS)
        assert len(duplicates & set(test)) in (0, 2)


def test_ravdess_has_the_folds_that_its_scores_were_measured_by(ravdess):
    assert digest(folds(ravdess, "random")) == "074e579c6eef0d7a"
    split = folds(ravdess)
    assert digest(split) == "10c8e53ee64f4a70"
    assert each_row_is_tested_once(split, 1440)
    assert [sorted({ravdess[row].speaker for row in test}) for _, test in split] == ACTORS


def test_published_folds_depend_on_neither_embeddings_nor_seed(ravdess):
    recordings = [bytes([row % 256, row // 256]) for row in range(1440)]
    for protocol in protocols.PROTOCOLS:
        expected = digest(folds(ravdess, protocol))
        assert digest(folds(ravdess, protocol, recordings)) == expected
    assert digest(folds(ravdess, "actors", seed=3)) == digest(folds(ravdess))
    assert digest(folds(ravdess, "random", seed=3)) != digest(folds(ravdess, "random"))


def test_a_table_that_is_only_called_ravdess_has_folds_by_speaker():
    utterances = made_up(corpus="ravdess")
    split = folds(utterances)
    assert len(split) == 6
    assert all(not train & test for train, test in sides(split, corpora.speakers(utterances)))


def test_published_folds_without_speakers_are_left_out():
    some = ravdess_utterances(ravdess_names([1, 11, 8, 2]))
    split = folds(some)
    tested = [{some[row].speaker for row in test} for _, test in split]
    assert tested == [{1, 11}, {8}, {2}]
    assert each_row_is_tested_once(split, len(some))


def test_an_emotion_of_a_single_published_fold_is_too_few():
    with pytest.raises(SerError, match="Too few speakers of an emotion: angry, calm, .*download"):
        folds(ravdess_utterances(ravdess_names([1, 11, 20, 21])))
    some = [
        u
        for u in ravdess_utterances(ravdess_names([1, 11, 4]))
        if u.emotion != "disgust" or u.speaker != 4
    ]
    with pytest.raises(SerError, match="Too few speakers of an emotion: disgust only in one"):
        folds(some)


@pytest.mark.parametrize("protocol", protocols.PROTOCOLS)
def test_too_few_recordings_of_ravdess(protocol):
    some = ravdess_utterances(ravdess_names([7, 8]))
    happy = [u for u in some if u.emotion == "happy"]
    without = [u for u in some if u.emotion not in ("happy", "calm")]
    duplicates = [u for u in happy if u.name in SAME_RECORDING]
    different = [u for u in happy if u.name not in SAME_RECORDING]
    with pytest.raises(SerError, match="recordings: happy 4. .*at least 5") as error:
        folds(without + duplicates + different[:3], protocol)
    assert "calm" not in str(error.value) and "python -m ser download" in str(error.value)
    # An emotion that does not occur is none to train.
    split = folds(without, protocol)
    assert each_row_is_tested_once(split, len(without))


def test_a_ninth_label_changes_nothing_for_ravdess(ravdess, tmp_path, monkeypatch):
    for name, module in list(sys.modules.items()):
        if name.startswith("ser.") and "LABELS" in vars(module):
            monkeypatch.setattr(module, "LABELS", (*LABELS, "contempt"))
    assert protocols.LABELS[-1] == "contempt"
    again = corpora.table(write_ravdess(tmp_path, ravdess_names()))
    assert not again.warnings
    assert [u.emotion for u in again.utterances] == [u.emotion for u in ravdess]
    assert digest(folds(again.utterances, "random")) == "074e579c6eef0d7a"
    assert digest(folds(again.utterances)) == "10c8e53ee64f4a70"


def test_published_folds_have_the_speakers_that_are_expected():
    assert sorted(s for fold in RAVDESS.folds for s in fold) == list(RAVDESS.expected_clips)
