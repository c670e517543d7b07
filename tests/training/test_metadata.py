"""Metadata files: every column is kept, and every mistake is reported with its line."""

import pytest
from recordings import touch, write_tsv

from ser.errors import SerError
from ser.training.data.metadata import utterances
from ser.training.data.utterance import Utterance


def test_required_optional_and_further_columns(tmp_path):
    folder = touch(tmp_path / "home", ["a/1.wav", "b/1.wav"])
    tsv = write_tsv(
        tmp_path / "table.tsv",
        [
            ("file", "speaker", "emotion", "sex", "sentence", "microphone"),
            ("a/1.wav", "1", " calm", "female", 'She said "oh"', "phone"),
            ("b/1.wav", "Jörg", "sad"),
        ],
        encoding="utf-8-sig",
    )
    first, second = utterances(folder, tsv)
    assert first == Utterance(
        path=folder / "a/1.wav",
        corpus="home",
        speaker="1",
        sex="female",
        emotion="calm",
        sentence='She said "oh"',
        licence="",
        details={"microphone": "phone"},
    )
    assert (second.speaker, second.sex, second.sentence) == ("Jörg", "", "")
    tsv = write_tsv(
        tmp_path / "table.tsv",
        [
            "file speaker emotion corpus licence intensity".split(),
            "a/1.wav 1 calm ravdess mine strong".split(),
        ],
    )
    (only,) = utterances(folder, tsv)
    assert (only.corpus, only.licence, only.intensity) == ("ravdess", "mine", "strong")
    assert only.details == {}


HEADER = "file\tspeaker\temotion\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column file and no column speaker and no column emotion.*empty"),
        ("file,speaker,emotion\n1.wav,1,sad\n", "header is file,speaker,emotion.*by tabs"),
        ("file\tspeaker\n", "no column emotion; its header is file, speaker"),
        (HEADER, "no rows"),
        (
            HEADER + "1.wav\t1\tsad\n2.wav\t1\tbored\n",
            "line 3: the emotion is 'bored'.*neutral, calm",
        ),
        (HEADER + "1.wav\t1\tSad\n", "line 2: the emotion is 'Sad'"),
        (HEADER + "3.wav\t1\tsad\n", "line 2: there is no file .*3.wav.*relative to"),
        (HEADER + "1.wav\t1\tsad\n\n./1.wav\t2\tsad\n", "line 4: ./1.wav was in line 2 already"),
        (HEADER + "1.wav\t\tsad\n", "line 2 has no speaker"),
        (HEADER + "1.wav\n", "line 2 has no speaker and no emotion"),
        (HEADER + "1.wav\t1\tsad\tmore\n", "line 2 has more cells than the header's 3"),
        (HEADER + '1.wav\t1\t"sad\n', "cannot be read as a table.*doubled"),
        ("file\tspeaker\temotion\tsex\n1.wav\t1\tsad\tf\n", "line 2: the sex is 'f'.*male, female"),
    ],
)
def test_mistakes_in_a_metadata_file(tmp_path, text, message):
    touch(tmp_path, ["1.wav", "2.wav"])
    (tmp_path / "table.tsv").write_text(text)
    with pytest.raises(SerError, match=f"table.tsv.*{message}"):
        utterances(tmp_path, tmp_path / "table.tsv")


def test_files_that_are_no_tables(tmp_path):
    touch(tmp_path, ["1.wav"])
    (tmp_path / "table.tsv").write_text(HEADER, encoding="utf-16")
    with pytest.raises(SerError, match="UTF-8"):
        utterances(tmp_path, tmp_path / "table.tsv")
    with pytest.raises(SerError, match="There is no table"):
        utterances(tmp_path, tmp_path / "nowhere.tsv")
