"""The command line."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bad import bad_recordings
from recordings import write_tsv

from ser import profile
from ser.__main__ import TIMELINE_FORMATS, main
from ser.evaluation import evaluate
from ser.labels import LABELS
from ser.timeline import exports
from ser.training import train


def test_predict_json(speech, tmp_path, capsys):
    bad = tmp_path / "text.wav"
    bad.write_text("not audio")
    assert main(["predict", str(speech), str(bad), "--json"]) == 1
    good, failed = json.loads(capsys.readouterr().out)
    assert good["file"] == str(speech)
    assert sum(good["probabilities"].values()) == pytest.approx(1)
    assert {"label", "duration", "map", "notes"} < set(good)
    assert good["clips_before"] == 0
    assert set(failed) == {"file", "error"} and "cannot be read" in failed["error"]


def predicted(capsys, *arguments):
    main(["predict", "--json", *map(str, arguments)])
    return json.loads(capsys.readouterr().out)


def test_predict_the_same_speaker(clips, tmp_path, capsys):
    bad = tmp_path / "text.wav"
    bad.write_text("not audio")
    separate = predicted(capsys, *clips[:2])
    first, failed, second = predicted(capsys, clips[0], bad, clips[1], "--same-speaker")
    assert [result["clips_before"] for result in separate] == [0, 0]
    assert first == separate[0]
    assert "error" in failed
    assert second["clips_before"] == 1
    assert second["probabilities"] != separate[1]["probabilities"]


def test_predict_with_neutral_recordings(clips, tmp_path, capsys):
    neutral = ["--neutral", clips[2], "--neutral", clips[3]]
    first, second = predicted(capsys, *clips[:2], *neutral)
    assert (first["clips_before"], second["clips_before"]) == (2, 3)
    bad = tmp_path / "text.wav"
    bad.write_text("not audio")
    assert main(["predict", str(clips[0]), "--neutral", str(bad)]) == 1
    assert "cannot be read" in capsys.readouterr().err


@pytest.fixture
def table(clips, tmp_path):
    """A table of labelled recordings next to it."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    for path in clips[:3]:
        shutil.copy(path, folder)
    listed = zip(clips[:3], ("sad", "angry", "sad"), strict=True)
    rows = [[f"recordings/{path.name}", emotion] for path, emotion in listed]
    return write_tsv(tmp_path / "table.tsv", [["file", "emotion"], *rows])


def enrolled(table, out, *more):
    return main(["enrol", "--table", str(table), "--out", str(out), *more])


def test_enrol_makes_a_profile_that_predict_answers_by(
    table, clips, recognizer, tmp_path, monkeypatch, capsys
):
    out = tmp_path / "profile.npz"
    monkeypatch.chdir("/")  # Paths are relative to the table.
    assert enrolled(table, out) == 0
    speaker = profile.load(out, recognizer)
    assert [clip.emotion for clip in speaker.labelled] == ["sad", "angry", "sad"]
    capsys.readouterr()
    both = predicted(capsys, *clips[4:6], "--profile", out)
    assert [result["clips_before"] for result in both] == [3, 3]
    for path, result in zip(clips[4:6], both, strict=True):
        expected = recognizer.analyse(path, speaker).to_json()
        assert result == {"file": str(path)} | expected
        assert result["probabilities"] != recognizer.analyse(path).probabilities
    followed = predicted(capsys, *clips[4:6], "--profile", out, "--same-speaker")
    assert [result["clips_before"] for result in followed] == [3, 4]
    neutral = predicted(capsys, *clips[4:6], "--profile", out, "--neutral", clips[3])
    assert [result["clips_before"] for result in neutral] == [4, 5]


def test_enrol_leaves_out_what_cannot_be_used(table, recognizer, tmp_path, capsys):
    (tmp_path / "text.wav").write_text("not audio")
    with table.open("a") as file:
        file.write("text.wav\tsad\nmissing.wav\thappy\n")
    out = tmp_path / "profile.npz"
    assert enrolled(table, out) == 1
    errors = capsys.readouterr().err
    assert "text.wav" in errors and "missing.wav" in errors and "Traceback" not in errors
    assert len(profile.load(out, recognizer).labelled) == 3


def test_enrol_without_any_usable_recording_writes_nothing(tmp_path, capsys):
    table = write_tsv(tmp_path / "table.tsv", [["file", "emotion"], ["missing.wav", "sad"]])
    assert enrolled(table, tmp_path / "profile.npz") == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("Error: ")
    assert [path.name for path in tmp_path.iterdir()] == ["table.tsv"]


def test_enrol_explains_tables_that_it_cannot_read(clips, tmp_path, capsys):
    file, out = str(clips[0]), tmp_path / "profile.npz"
    for rows, part in (
        ([["file", "emotion"], [file, "bored"]], ", ".join(LABELS)),
        ([["file", "emotion"], [file, ""]], "no emotion"),
        ([["file", "feeling"], [file, "sad"]], "no column emotion"),
        ([["file", "emotion"]], "no rows"),
        ([["file", "emotion"], [file, "sad"], [file, "happy"]], "line 3: .* in line 2 already"),
    ):
        assert enrolled(write_tsv(tmp_path / "table.tsv", rows), out) == 1
        assert re.search(part, capsys.readouterr().err)
    assert enrolled(tmp_path / "nowhere.tsv", out) == 1
    assert "no table" in capsys.readouterr().err
    assert not out.exists()


def test_predict_explains_profiles_that_it_cannot_use(speech, tmp_path, capsys):
    for path in (speech, tmp_path, tmp_path / "missing.npz"):
        assert main(["predict", str(speech), "--profile", str(path)]) == 1
        [line] = capsys.readouterr().err.splitlines()
        assert line.startswith("Error: ") and "voice profile" in line


def test_a_folder_without_recordings_has_an_error_among_the_results(speech, tmp_path, capsys):
    assert main(["predict", "--json", str(speech), str(tmp_path), str(speech)]) == 1
    first, failed, last = json.loads(capsys.readouterr().out)
    assert first == last and first["label"]
    assert failed["file"] == str(tmp_path) and "holds no audio" in failed["error"]


def test_standard_input_is_a_recording(speech, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "-").write_text("a file of that name")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(speech.read_bytes())))
    first, again, named, path = predicted(capsys, "-", "-", "./-", speech)
    assert first["file"] == "-"
    assert first["probabilities"] == pytest.approx(path["probabilities"])
    assert "empty" in again["error"] and "cannot be read" in named["error"]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(speech.read_bytes())))
    assert predicted(capsys, speech, "--neutral", "-")[0]["clips_before"] == 1


def test_a_folder_is_no_neutral_recording(speech, tmp_path, capsys):
    assert main(["predict", str(speech), "--neutral", str(tmp_path)]) == 1
    assert f"{tmp_path} is a folder" in capsys.readouterr().err


def test_predict_a_folder_in_words(clips, tmp_path, capsys):
    for path in clips[:2]:
        shutil.copy(path, tmp_path)
    (tmp_path / "notes.txt").write_text("no recording")
    assert main(["predict", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and all("%" in line for line in lines)


def test_bad_recordings_are_explained_and_the_next_is_analysed(speech, tmp_path, capsys):
    bad = bad_recordings(tmp_path)
    undecodable = tmp_path / "caf\udce9.wav"
    undecodable.write_bytes(b"no sound")
    paths = [*bad, undecodable, tmp_path / ("x" * 5000), speech]
    *failed, answered = predicted(capsys, *paths)
    messages = [*bad.values(), "cannot be read", "There is no file"]
    assert all(part in result["error"] for result, part in zip(failed, messages, strict=True))
    assert answered["label"]
    assert main(["predict", str(undecodable)]) == 1
    assert "cannot be read" in capsys.readouterr().out


def test_errors_are_one_line_and_no_traceback(tmp_path, capsys):
    assert main(["predict", "x.wav", "--artifacts", str(tmp_path)]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("Error: ")
    command = [sys.executable, "-m", "ser", "train", "--data", str(tmp_path / "nowhere")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in done.stderr


def test_train_takes_several_corpora(tmp_path, monkeypatch):
    trained = []
    monkeypatch.setattr(train, "train", lambda *arguments: trained.append(arguments))
    monkeypatch.setattr(evaluate, "table", lambda metrics: None)
    out = tmp_path / "out"
    arguments = ["--encoder", "tiny", "--out", str(out), "--device", "cpu"]
    assert main(["train", *arguments, "--data", "home", "--table", "home.tsv"]) == 0
    more = ["--data", "home", "nemo", "crema_d"]
    assert main(["train", *arguments, *more]) == 0
    first, second = trained
    home, table = Path("home"), Path("home.tsv")
    assert first == (evaluate.evaluate, [home], "tiny", out, table, "cpu")
    corpora = [home, Path("nemo"), Path("crema_d")]
    assert second == (evaluate.evaluate, corpora, "tiny", out, None, "cpu")


HEAVY = {"torch", "transformers", "sklearn", "numba"}
LIGHTER = {"gradio", "librosa", "numpy"}
OF_TRAINING = {"sklearn", "numba", "librosa", "umap", "lightgbm", "scipy.stats"}


COMMANDS = {
    "ser": [
        "download",
        "train",
        "evaluate",
        "predict",
        "enrol",
        "score",
        "export",
        "timeline",
        "bench",
    ],
    "ser.training": ["distil", "fine-tune", "speakers"],
    "ser.evaluation": [
        "cross-corpus",
        "baselines",
        "probe",
        "rooms",
        "voice-detection",
        "conversations",
    ],
}


@pytest.mark.parametrize(("package", "commands"), COMMANDS.items())
def test_help_lists_every_command_and_imports_little(package, commands):
    code = (
        f"import sys; from {package}.__main__ import main\n"
        "try: main(['--help'])\n"
        f"except SystemExit as end: assert not (end.code or {HEAVY | LIGHTER} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert re.findall(r"^    (\S+)", done.stdout, re.MULTILINE) == commands
    for command in commands:
        shown = subprocess.run(
            [sys.executable, "-m", package, command, "--help"], capture_output=True, text=True
        )
        assert shown.returncode == 0 and f"{package} {command} " in shown.stdout


def test_the_public_names_are_imported_when_they_are_used():
    code = f"""
import sys
import ser
assert not {HEAVY | LIGHTER} & set(sys.modules)
assert not hasattr(ser, "Classifier")
from ser import SerError
assert not {HEAVY | LIGHTER} & set(sys.modules)
assert sorted(ser.__all__) == ["Recognizer", "SerError"]
from ser import Recognizer
from ser.recognizer import Recognizer as expected
assert Recognizer is expected and ser.Recognizer is expected and issubclass(SerError, Exception)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_the_recognizer_sets_a_writable_cache(tmp_path):
    code = (
        "import os; from ser import folders; folders._writable = lambda folder: False\n"
        "from ser import Recognizer; print(os.environ['NUMBA_CACHE_DIR'])"
    )
    env = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=env | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(str(tmp_path))


def test_the_page_is_imported_without_the_model():
    code = f"import sys, ser.page; assert not {HEAVY} & set(sys.modules), sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_timeline_writes_a_file_for_each_format(speech, clips, tmp_path, capsys):
    bad, other = tmp_path / "text.wav", tmp_path / "other"
    bad.write_text("not audio")
    other.mkdir()
    shutil.copy(speech, other / speech.name)
    out = tmp_path / "out"
    options = ["--out", str(out), "--format", "csv", "textgrid", "--speakers", "1"]
    assert main(["timeline", str(speech), str(bad), str(other), *options]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "speakers: 1" in lines[0] and "cannot be read" in lines[1]
    names = {f"{speech.stem}{n}{suffix}" for n in ("", "-2") for suffix in (".csv", ".TextGrid")}
    assert {path.name for path in out.iterdir()} == names
    assert (out / f"{speech.stem}.csv").read_text().startswith("start,end,label")


def test_timeline_formats_are_those_that_can_be_written():
    assert tuple(exports.FORMATS) == TIMELINE_FORMATS


@pytest.mark.parametrize("number", ["0", "7"])
def test_timeline_of_too_many_speakers(speech, tmp_path, number, capsys):
    options = ["--out", str(tmp_path), "--speakers", number]
    assert main(["timeline", str(speech), *options]) == 1
    assert "from 1 to 6" in capsys.readouterr().out


PREDICTING = f"""
import sys
from ser.__main__ import main
assert main(["predict", sys.argv[1]]) == 0
imported = {OF_TRAINING | {"pandas", "gradio", "plotly"}} & set(sys.modules)
assert not imported, imported
"""
# gradio itself imports pandas.
SHOWING = f"""
import sys
from ser.charts import waveform
from ser.page import build
from ser.page.text import ENGLISH
from ser.recognizer import Recognizer
recognizer = Recognizer.load(device="cpu")
build(recognizer)
analysis = recognizer.analyse(sys.argv[1])
waveform.spectrogram(ENGLISH, analysis.clip.waveform)
imported = {OF_TRAINING} & set(sys.modules)
assert not imported, imported
"""


@pytest.mark.parametrize("code", [PREDICTING, SHOWING], ids=["predict", "page"])
def test_an_answer_needs_no_library_of_training(code, speech):
    subprocess.run([sys.executable, "-c", code, str(speech)], check=True)
