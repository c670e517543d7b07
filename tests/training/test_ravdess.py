"""RAVDESS: its file names and its table; the files are empty, since only their names are read."""

from collections import Counter
from pathlib import Path

import pytest
from recordings import ravdess_names, touch, write_ravdess

from ser.errors import SerError
from ser.labels import LABELS
from ser.training.data.corpora import table
from ser.training.data.published import RAVDESS


def test_every_field_of_a_name_is_read():
    u = RAVDESS.utterance(Path("Actor_12/03-01-06-02-01-02-12.flac"))
    assert (u.emotion, u.intensity) == ("fearful", "strong")
    assert u.sentence == "Kids are talking by the door"
    assert (u.corpus, u.licence) == ("ravdess", "CC BY-NC-SA 4.0")
    assert (u.speaker, u.sex, u.name) == (12, "female", "03-01-06-02-01-02-12")
    assert RAVDESS.utterance(Path("03-01-01-01-02-01-07.WAV")).sex == "male"


def test_emotion_codes_are_in_the_order_of_the_labels():
    names = [Path(f"03-01-{code:02d}-01-01-01-01.wav") for code in range(1, 9)]
    assert tuple(RAVDESS.utterance(name).emotion for name in names) == LABELS


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("03-02-06-01-02-01-12.wav", "RAVDESS songs"),
        ("01-01-06-01-02-01-12.mp4", "RAVDESS videos"),
        ("02-01-06-01-02-01-12.mp4", "RAVDESS videos"),
        ("03-01-06-01-02-01-12.mp4", "RAVDESS videos"),
        ("03-01-06-01-02-01-12.mp3", "format other than .wav and .flac"),
        ("holiday.wav", "not named like"),
        ("03-01-06-01-02-01.wav", "not named like"),
        ("03-01-09-01-02-01-12.wav", "not named like"),
        ("03-01-06-01-02-01-25.wav", "not named like"),
        ("03-01-06-01-02-01-00.wav", "not named like"),
        ("03-01-01-02-02-01-12.wav", "not named like"),
        ("03-01-06-01-02-01-12.wav.wav", "not named like"),
    ],
)
def test_other_files_are_ignored_for_a_reason(name, reason):
    assert reason in RAVDESS.utterance(Path(name))


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".WAV"])
def test_complete_folder(tmp_path, suffix):
    complete = table(write_ravdess(tmp_path, ravdess_names(), suffix))
    assert complete.warnings == []
    assert [u.name for u in complete.utterances] == ravdess_names()
    assert Counter(u.emotion for u in complete.utterances) == {
        label: 96 if label == "neutral" else 192 for label in LABELS
    }


def test_of_files_of_one_name_the_one_nearest_the_top_is_taken(tmp_path):
    touch(tmp_path, [f"{name}.wav" for name in ravdess_names()])
    write_ravdess(tmp_path / "audio_speech_actors_01-24", ravdess_names())
    complete = table(tmp_path)
    assert complete.warnings == []
    assert len(complete.utterances) == 1440
    assert {u.path.parent for u in complete.utterances} == {tmp_path}


def test_wav_is_preferred_to_flac_of_the_same_name(tmp_path):
    name = "03-01-06-01-02-01-12"
    touch(tmp_path, [f"{name}.flac", f"deep/{name}.wav"])
    assert [u.path for u in table(tmp_path).utterances] == [tmp_path / "deep" / f"{name}.wav"]


def test_hidden_companions_are_not_recordings(tmp_path):
    write_ravdess(tmp_path, ravdess_names())
    touch(tmp_path, ["__MACOSX/._03-01-06-01-02-01-12.wav"])
    assert table(tmp_path).warnings == []


def test_missing_and_incomplete_speakers_are_reported_and_the_rest_is_used(tmp_path):
    names = [n for n in ravdess_names() if not n.endswith(("-03", "-17"))]
    names.remove("03-01-06-01-02-01-12")
    incomplete = table(write_ravdess(tmp_path, names))
    assert len(incomplete.utterances) == 22 * 60 - 1
    assert len(incomplete.warnings) == 2
    assert "speakers 3, 17;" in incomplete.warnings[0]
    assert "12 (59 of 60)" in incomplete.warnings[1]
    assert all("python -m ser download" in warning for warning in incomplete.warnings)


def test_other_files_are_reported_and_ignored(tmp_path):
    write_ravdess(tmp_path, ravdess_names())
    touch(tmp_path, [f"03-02-0{number}-01-01-01-01.wav" for number in range(1, 6)])
    touch(tmp_path, ["01-01-06-01-02-01-12.mp4", "holiday.wav", "README.txt"])
    complete = table(tmp_path)
    assert len(complete.utterances) == 1440
    songs, videos, unnamed = complete.warnings
    assert "songs" in songs and ": 5 (" in songs
    assert "videos" in videos and "01-01-06-01-02-01-12.mp4" in videos
    assert "not named" in unnamed and ": 1 (holiday.wav)" in unnamed
    assert "README" not in "".join(complete.warnings)


def test_a_folder_of_songs_says_what_was_found_and_what_to_do(tmp_path):
    touch(tmp_path, ["03-02-01-01-01-01-01.wav", "03-02-02-01-01-01-01.wav"])
    with pytest.raises(
        SerError, match="no recording of RAVDESS .*songs.*: 2 .*named like"
    ) as error:
        table(tmp_path)
    assert "python -m ser download" in str(error.value)
