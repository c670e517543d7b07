"""Any corpus or table of one's own becomes the same utterances, and folds that leak nothing."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from test_ravdess import fill, published_names

from ser.errors import SerError
from ser.labels import LABELS
from ser.training.data import corpora, ravdess
from ser.training.data.utterance import Utterance

CREMA_D = ("ANG", "DIS", "FEA", "HAP", "NEU", "SAD")
NEMO = ("anger", "fear", "happiness", "neutral", "sadness", "surprised")


def touch(folder, names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def written(path, rows, encoding="utf-8"):
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, dialect="excel-tab").writerows(rows)
    return path


def of(folder, name):
    return next(u for u in corpora.table(folder).utterances if u.name == name)


def test_ravdess_is_recognised(tmp_path):
    found = corpora.table(fill(tmp_path, published_names([1, 12])))
    assert found == ravdess.table(tmp_path)
    assert len(found.utterances) == 120 and len(found.warnings) == 1


def test_crema_d_by_its_names(tmp_path):
    touch(tmp_path / "AudioWAV", [f"1001_DFA_{code}_XX.wav" for code in CREMA_D])
    touch(tmp_path / "AudioMP3", ["1001_DFA_ANG_XX.mp3", "1091_IEO_SAD_HI.mp3"])
    touch(tmp_path, ["1040_ITH_SAD_X.opus", "notes.txt", "holiday.wav", "._1001_DFA_ANG_XX.wav"])
    found = corpora.table(tmp_path)
    assert [u.name for u in found.utterances] == sorted({u.name for u in found.utterances})
    assert len(found.utterances) == 8
    assert found.warnings == ["Ignored, not named like 1001_DFA_ANG_XX.wav: 1 (holiday.wav)."]
    assert found.utterances[0] == Utterance(
        path=tmp_path / "AudioWAV" / "1001_DFA_ANG_XX.wav",
        corpus="crema_d",
        speaker=1001,
        sex="",
        emotion="angry",
        sentence="DFA",
        licence="ODbL 1.0",
    )
    emotions = [u.emotion for u in found.utterances if u.speaker == 1001]
    assert emotions == ["angry", "disgust", "fearful", "happy", "neutral", "sad"]


def test_nemo_by_its_names(tmp_path):
    found = corpora.table(touch(tmp_path, [f"EB0_{word}_7.wav" for word in NEMO])).utterances
    emotions = [u.emotion for u in found]
    assert emotions == ["angry", "fearful", "happy", "neutral", "sad", "surprised"]
    assert {(u.corpus, u.speaker, u.sex, u.sentence) for u in found} == {("nemo", "EB0", "", "7")}


def test_what_lies_beside_the_clips_is_read(tmp_path):
    touch(tmp_path, ["1001_DFA_ANG_XX.wav", "1002_DFA_ANG_XX.wav"])
    header = "file actor sex age sentence emotion heard_as".split()
    row = "1001_DFA_ANG_XX.opus 1001 male 51 DFA angry angry/sad".split()
    written(tmp_path / "clips.tsv", [header, row])
    known = of(tmp_path, "1001_DFA_ANG_XX")
    assert known.sex == "male" and known.details == {"age": "51", "heard_as": "angry/sad"}
    unknown = of(tmp_path, "1002_DFA_ANG_XX")
    assert unknown.sex == "" and unknown.details == {}


@pytest.mark.parametrize(
    ("name", "clips", "speakers", "details"),
    [
        ("crema_d", 7438, 91, {"age", "race", "ethnicity", "level", "heard_as", "heard_strength"}),
        ("nemo", 4481, 9, {"age"}),
    ],
)
def test_shared_corpora_agree_with_their_own_tables(shared, name, clips, speakers, details):
    folder = shared / name
    if not folder.is_dir():
        pytest.skip(f"{name} is not at hand")
    found = corpora.table(folder)
    assert not found.warnings and len(found.utterances) == clips
    assert len(set(corpora.speakers(found.utterances))) == speakers
    assert all(set(u.details) == details and u.sex for u in found.utterances)
    with (folder / "clips.tsv").open(encoding="utf-8") as file:
        told = {row["file"]: row for row in csv.DictReader(file, dialect="excel-tab")}
    for u in found.utterances:
        row = told[u.path.name]
        assert (str(u.speaker), u.sex, u.emotion) == (row["actor"], row["sex"], row["emotion"])
        assert u.sentence == row.get("text", row["sentence"])


def test_unknown_and_mixed_folders_say_what_to_do(tmp_path):
    touch(tmp_path, ["holiday.wav"])
    with pytest.raises(SerError, match=r"names such as holiday.wav.*--table FILE.tsv"):
        corpora.table(tmp_path)
    touch(tmp_path, ["EB0_anger_1.wav", "1001_DFA_ANG_XX.wav"])
    with pytest.raises(SerError, match="holds CREMA-D and nEMO.*Give the folder of one"):
        corpora.table(tmp_path)
    with pytest.raises(SerError, match="no folder"):
        corpora.table(tmp_path / "nowhere")


def people(count=9, emotions=LABELS, each=6, corpus="home"):
    """Utterances of several people, unevenly many of each."""
    return [
        Utterance(Path(f"{who}-{emotion}-{take}.wav"), corpus, who, "", emotion, "", "")
        for who in map(str, range(count))
        for emotion in emotions
        for take in range(each + 3 * (who == "0"))
    ]


def sides(split, values):
    values = np.asarray(values)
    return [(set(values[train]), set(values[test])) for train, test in split]


def each_row_tested_once(split, n):
    assert all(len(train) + len(test) == n for train, test in split)
    return sorted(np.concatenate([test for _, test in split])) == list(range(n))


def test_speakers_are_told_apart_by_corpus_and_sort_as_numbers():
    some = [ravdess.parse(f"{name}.wav") for name in published_names([2, 10])][::60]
    assert list(corpora.speakers(some + people(1)[:1])) == ["ravdess 02", "ravdess 10", "home 0"]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("count", [6, 7, 9])
def test_no_speaker_and_no_duplicate_on_both_sides(count, seed):
    utterances = people(count)
    # One recording twice by one speaker, another under two speakers' names.
    recordings = [u.name for u in utterances]
    recordings[1], recordings[-1] = recordings[0], recordings[40 + 6 * 8]
    if count == 6:
        recordings[-1] = "its own"
    for protocol, number in (("random", 5), ("actors", 6)):
        split = corpora.folds(utterances, protocol, recordings, seed)
        assert len(split) == number
        assert each_row_tested_once(split, len(utterances))
        assert all(not train & test for train, test in sides(split, recordings))
        if protocol == "actors":
            who = corpora.speakers(utterances)
            for train, test in sides(split, who):
                assert not train & test and len(train) >= 5
        else:
            for _, test in split:
                counts = Counter(utterances[row].emotion for row in test).values()
                assert max(counts) - min(counts) <= 2


def test_folds_depend_on_the_seed_alone():
    utterances = people()
    recordings = [u.name for u in utterances]
    for protocol in corpora.PROTOCOLS:
        first, again, other = (
            corpora.folds(utterances, protocol, recordings, seed)[0][1] for seed in (0, 0, 1)
        )
        assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_ravdess_keeps_its_own_folds_and_a_table_that_only_says_so_does_not():
    own = [ravdess.parse(f"{name}.wav") for name in published_names()]
    names = [u.name for u in own]
    for found, expected in (
        (corpora.folds(own, "actors", names), ravdess.actor_folds(own)),
        (corpora.folds(own, "random", names, 3), ravdess.random_folds(own, 3)),
    ):
        for pair, other in zip(found, expected, strict=True):
            assert all(map(np.array_equal, pair, other))
    called = people(corpus="ravdess")
    split = corpora.folds(called, "actors", [u.name for u in called])
    assert all(not train & test for train, test in sides(split, corpora.speakers(called)))


def test_corpora_together():
    utterances = people(4) + people(4, corpus="work")
    who = corpora.speakers(utterances)
    split = corpora.folds(utterances, "actors", list(map(str, range(len(utterances)))))
    assert len(set(who)) == 8
    assert all(not train & test for train, test in sides(split, who))


def test_too_few():
    def split(utterances, protocol="actors", recordings=None):
        corpora.folds(utterances, protocol, recordings or [u.name for u in utterances])

    with pytest.raises(SerError, match="Too few speakers: 5,.*at least 6"):
        split(people(5))
    shared = people(6)
    with pytest.raises(SerError, match="Too few speakers: 5, where those who share a recording"):
        split(shared, recordings=[*(u.name for u in shared[:-1]), shared[0].name])
    rare = people(8, LABELS[:3]) + people(1, ("disgust",))
    with pytest.raises(SerError, match="Too few speakers of an emotion: disgust"):
        split(rare)
    few = people(8, LABELS[:3]) + people(1, ("sad",))
    twins = ["twins" if u.emotion == "sad" else u.name for u in few]
    for protocol in corpora.PROTOCOLS:
        with pytest.raises(SerError, match="Too few different recordings: sad 1.*at least 6"):
            split(few, protocol, twins)
        with pytest.raises(SerError, match="Too few different recordings: sad 5"):
            split(few[:-4], protocol)
