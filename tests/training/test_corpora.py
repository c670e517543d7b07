"""Every published corpus, and a folder with a metadata file, becomes a table of utterances."""

import csv
from pathlib import Path

import pytest
from recordings import ravdess_names, ravdess_utterances, touch, write_ravdess, write_tsv

from ser.errors import SerError
from ser.training.data import corpora
from ser.training.data.published import NEMO
from ser.training.data.utterance import Utterance

CREMA_D_CODES = ("ANG", "DIS", "FEA", "HAP", "NEU", "SAD")
NEMO_CODES = ("anger", "fear", "happiness", "neutral", "sadness", "surprised")


def test_ravdess_is_recognised(tmp_path):
    result = corpora.table(write_ravdess(tmp_path, ravdess_names([1, 12])))
    assert [u.name for u in result.utterances] == ravdess_names([1, 12])
    assert {u.corpus for u in result.utterances} == {"ravdess"} and len(result.warnings) == 1


def test_crema_d_by_its_names(tmp_path):
    touch(tmp_path / "AudioWAV", [f"1001_DFA_{code}_XX.wav" for code in CREMA_D_CODES])
    touch(tmp_path / "AudioMP3", ["1001_DFA_ANG_XX.mp3", "1091_IEO_SAD_HI.mp3"])
    touch(tmp_path, ["1040_ITH_SAD_X.opus", "notes.txt", "holiday.wav", "._1001_DFA_ANG_XX.wav"])
    result = corpora.table(tmp_path)
    assert [u.name for u in result.utterances] == sorted({u.name for u in result.utterances})
    assert len(result.utterances) == 8
    assert result.warnings == ["Ignored, not named like 1001_DFA_ANG_XX.wav: 1 (holiday.wav)."]
    assert result.utterances[0] == Utterance(
        path=tmp_path / "AudioWAV" / "1001_DFA_ANG_XX.wav",
        corpus="crema_d",
        speaker=1001,
        sex="",
        emotion="angry",
        sentence="DFA",
        licence="ODbL 1.0",
    )
    emotions = [u.emotion for u in result.utterances if u.speaker == 1001]
    assert emotions == ["angry", "disgust", "fearful", "happy", "neutral", "sad"]


def test_nemo_by_its_names(tmp_path):
    result = corpora.table(touch(tmp_path, [f"EB0_{code}_7.wav" for code in NEMO_CODES])).utterances
    emotions = [u.emotion for u in result]
    assert emotions == ["angry", "fearful", "happy", "neutral", "sad", "surprised"]
    assert {(u.corpus, u.speaker, u.sex, u.sentence) for u in result} == {("nemo", "EB0", "", "7")}


@pytest.mark.parametrize(
    ("corpus", "names", "emotions", "speaker"),
    [
        (
            "casia",
            [f"C1_{emotion}_201.wav" for emotion in ("angry", "neutral", "surprised")],
            ["angry", "neutral", "surprised"],
            "C1",
        ),
        ("aesdd", ["A5_sad_18b.wav", "A5_disgust_02.wav"], ["disgust", "sad"], "A5"),
    ],
)
def test_corpora_whose_names_hold_speaker_emotion_and_sentence(
    tmp_path, corpus, names, emotions, speaker
):
    result = corpora.table(touch(tmp_path, [*names, "readme.txt"])).utterances
    assert [u.emotion for u in result] == emotions
    assert {(u.corpus, u.speaker, u.sex) for u in result} == {(corpus, speaker, "")}
    assert all(u.sentence == u.name.rsplit("_")[-1].rstrip("b") and u.licence for u in result)


def test_metadata_of_a_published_corpus_are_read(tmp_path):
    touch(tmp_path, ["1001_DFA_ANG_XX.wav", "1002_DFA_ANG_XX.wav"])
    header = "file actor sex age sentence emotion heard_as".split()
    row = "1001_DFA_ANG_XX.opus 1001 male 51 DFA angry angry/sad".split()
    write_tsv(tmp_path / "clips.tsv", [header, row])
    described, undescribed = corpora.table(tmp_path).utterances
    assert described.sex == "male"
    assert described.details == {"age": "51", "heard_as": "angry/sad"}
    assert undescribed.sex == "" and undescribed.details == {}


@pytest.mark.parametrize(
    ("name", "clips", "speakers", "details"),
    [
        ("crema_d", 7438, 91, {"age", "race", "ethnicity", "level", "heard_as", "heard_strength"}),
        ("nemo", 4481, 9, {"age"}),
        ("casia", 1200, 4, set()),
        ("aesdd", 603, 6, set()),
    ],
)
def test_shared_corpora_agree_with_their_metadata(shared, name, clips, speakers, details):
    folder = shared / name
    if not folder.is_dir():
        pytest.skip(f"{name} is not available")
    result = corpora.table(folder)
    assert not result.warnings and len(result.utterances) == clips
    assert len(set(corpora.speakers(result.utterances))) == speakers
    assert all(set(u.details) == details for u in result.utterances)
    with (folder / "clips.tsv").open(encoding="utf-8") as file:
        metadata = {row["file"]: row for row in csv.DictReader(file, dialect="excel-tab")}
    for u in result.utterances:
        row = metadata[u.path.name]
        sex = row.get("sex", "")
        assert (str(u.speaker), u.sex, u.emotion) == (row["actor"], sex, row["emotion"])
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


def test_no_recording_that_can_be_used(tmp_path):
    touch(tmp_path, ["03-01-06-01-02-01-12.mp3"])
    with pytest.raises(SerError, match="no recording of RAVDESS.*03-01-06-01-02-01-12.mp3"):
        corpora.table(tmp_path)


def test_speakers_differ_by_corpus_and_sort_as_numbers():
    utterances = ravdess_utterances(["03-01-01-01-01-01-02", "03-01-01-01-01-01-10"])
    nemo = NEMO.utterance(Path("EB0_anger_1.wav"))
    assert list(corpora.speakers([*utterances, nemo])) == ["ravdess 02", "ravdess 10", "nemo EB0"]
