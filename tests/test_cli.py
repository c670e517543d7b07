"""The command line, as it is typed."""

import json
import shutil
import subprocess
import sys

import pytest

from ser.__main__ import main


def test_predict_json(speech, tmp_path, capsys):
    bad = tmp_path / "text.wav"
    bad.write_text("not audio")
    assert main(["predict", str(speech), str(bad), "--json"]) == 1
    good, failed = json.loads(capsys.readouterr().out)
    assert good["file"] == str(speech)
    assert sum(good["probabilities"].values()) == pytest.approx(1)
    assert {"label", "duration", "map", "notes"} < set(good)
    assert set(failed) == {"file", "error"} and "cannot be read" in failed["error"]


def test_predict_a_folder_in_words(clips, tmp_path, capsys):
    for path in clips[:2]:
        shutil.copy(path, tmp_path)
    (tmp_path / "notes.txt").write_text("no recording")
    assert main(["predict", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and all("%" in line for line in lines)


def test_errors_are_one_line_and_no_traceback(tmp_path):
    for arguments in (
        ["predict", str(tmp_path)],
        ["predict", "x.wav", "--artifacts", str(tmp_path)],
        ["train", "--data", str(tmp_path / "nowhere")],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "ser", *arguments], capture_output=True, text=True
        )
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith("Error: ")
        assert "Traceback" not in done.stderr


def test_help_waits_for_nothing_heavy():
    code = (
        "import sys; from ser.__main__ import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: assert not {'torch', 'sklearn', 'librosa'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
