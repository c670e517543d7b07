"""Command-line programs: one line per error, exit codes, no traceback."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ser import console, folders
from ser.__main__ import main
from ser.errors import SerError
from ser.evaluation.__main__ import main as evaluation_main
from ser.training.__main__ import main as training_main

ROOT = Path(__file__).parents[1]
PRINT = "print('a line\\n' * 100_000)"


def shell(command, code=PRINT, **options):
    """Run a shell command in which $RUN is a program that evaluates Python code."""
    program = f"import sys; from ser import console; sys.exit(console.run(lambda: {code}))"
    return subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        env=os.environ | {"RUN": program, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=60,
        **options,
    )


@pytest.mark.parametrize("unbuffered", ["", "-u"])
@pytest.mark.parametrize(
    ("where", "code", "said"),
    [
        ("| head -1", 141, ""),
        (">&-", 1, "Error: "),
        ("> /dev/full", 1, "Error: "),
        ("2>&-", 0, ""),
        ("<&-", 0, ""),
        ("<&- >&- 2>&-", 1, ""),
    ],
)
def test_closed_or_full_standard_streams(where, code, said, unbuffered):
    if "full" in where and not Path("/dev/full").exists():
        pytest.skip("needs Linux's /dev/full")
    done = shell(f'"$PYTHON" {unbuffered} -c "$RUN" {where}; exit ${{PIPESTATUS[0]}}')
    assert done.returncode == code
    assert done.stderr.startswith(said)
    assert len(done.stderr.splitlines()) == bool(said)


def test_help_into_a_pipe_that_is_closed():
    done = shell('"$PYTHON" -m ser --help | true; exit ${PIPESTATUS[0]}')
    assert done.returncode in (0, 141) and not done.stderr
    assert shell('"$PYTHON" -m ser --help >&-').returncode == 1


def test_a_file_does_not_replace_a_closed_standard_stream(tmp_path):
    code = f"open({str(tmp_path / 'file')!r}, 'w').fileno() < 3"
    assert shell('"$PYTHON" -c "$RUN" <&- >&- 2>&-', code).returncode == 1  # output is lost
    assert shell('"$PYTHON" -c "$RUN" <&- 2>&-', code).returncode == 0


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "Interrupted."),
        (SerError("This was found."), 1, "Error: This was found."),
        (PermissionError(errno.EACCES, "Permission denied", "x"), 1, "Error: x: Permission denied"),
        (OSError(errno.EROFS, "Read-only file system", "x"), 1, "Error: x: Read-only file system"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 141, ""),
    ],
)
def test_errors_are_a_line(error, code, said, capsys):
    def program():
        raise error

    before = signal.getsignal(signal.SIGINT)
    try:
        assert console.run(program) == code
    finally:
        signal.signal(signal.SIGINT, before)
    printed = capsys.readouterr().err
    assert printed.startswith(said) and len(printed.splitlines()) == bool(said)


def test_a_bug_keeps_its_traceback():
    def program():
        raise OSError(errno.EBADF, "Bad file descriptor")

    with pytest.raises(OSError, match="Bad file"):
        console.run(program)


@pytest.mark.parametrize("command", ["predict", "score"])
def test_ctrl_c_while_processes_and_threads_work(command, speech, tmp_path):
    """The terminal sends it to all processes of the command, including decoding processes."""
    table = tmp_path / "table.jsonl"
    table.write_text(f'{{"uri": "{speech}"}}\n' * 2000)
    arguments = {
        "predict": [*[str(speech)] * 2000, str(tmp_path / "nowhere.wav")],
        "score": [str(table), "--out", str(tmp_path / "out")],
    }[command]
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "ser", command, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # In background processes of a shell, and in their children, SIGINT is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    # Wait for the first answer, or for the progress bar that follows loading.
    stream = process.stdout if command == "predict" else process.stderr
    started = os.read(stream.fileno(), 1)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert started and process.returncode == 130
    lines = errors.decode().splitlines()
    # It may follow a progress bar on the same line.
    assert lines[-1].endswith("Interrupted.")
    assert not any("Traceback" in line or "decoded" in line for line in lines)
    # No process of the session is left but zombies.
    listed = subprocess.run(["ps", "-eo", "sid=,stat="], capture_output=True, text=True).stdout
    sessions = map(str.split, listed.splitlines())
    states = [state for session, state in sessions if session == str(process.pid)]
    assert all(state.startswith("Z") for state in states)


@pytest.fixture
def read_only(tmp_path, monkeypatch):
    """A folder that cannot be written to, not even by root."""
    folder = tmp_path / "read-only"
    folder.mkdir()
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != folder and access(path, mode))
    return folder


@pytest.mark.parametrize(
    ("run", "command"),
    [
        (main, "score"),
        (main, "train"),
        (main, "bench"),
        (training_main, "distil"),
        (training_main, "fine-tune"),
        (evaluation_main, "baselines"),
    ],
)
@pytest.mark.parametrize("kind", ["file", "below a file", "read-only", "below read-only", "odd"])
def test_results_that_cannot_be_written_are_an_error_before_the_work(
    run, command, kind, speech, read_only, tmp_path, capsys
):
    out = {
        "file": speech,
        "below a file": speech / "a" / "b",
        "read-only": read_only,
        "below read-only": read_only / "a" / "b",
        "odd": Path("/proc/ser/a") if command == "score" else speech,
    }[kind]
    arguments = {
        "score": [str(speech.parent), "--out", str(out)],
        "train": ["--data", str(tmp_path), "--out", str(out)],
        "distil": ["--teacher", "x", "--speech", str(tmp_path), "--out", str(out)],
        "fine-tune": ["--data", str(tmp_path), "--out", str(out)],
        "baselines": ["--artifacts", str(out)],
        "bench": ["--json", str(out / "bench.json")],
    }[command]
    assert run([command, *arguments]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("Error: ")
    assert str(out) in line or str(read_only) in line or command == "bench"


def test_a_json_file_that_is_a_folder(tmp_path, capsys):
    assert main(["bench", "--json", str(tmp_path)]) == 1
    assert "is a folder" in capsys.readouterr().err


def test_a_private_folder_is_not_shared(tmp_path):
    folder = folders.private("cache", tmp_path)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folders.private("cache", tmp_path) == folder
    folder.chmod(0o777)
    other = folders.private("cache", tmp_path)
    assert other != folder and other.stat().st_mode & 0o777 == 0o700
    folder.rmdir()
    folder.symlink_to(other)
    assert folders.private("cache", tmp_path) not in (folder, other)
    folder.unlink()
    folder.write_text("a file")
    assert folders.private("cache", tmp_path) != folder


def test_no_folder_for_temporary_files(speech, monkeypatch):
    monkeypatch.setattr(folders.tempfile, "tempdir", None)
    monkeypatch.setattr(folders.tempfile, "_candidate_tempdir_list", lambda: [str(speech)])
    with pytest.raises(SerError, match="no folder for temporary files.*TMPDIR"):
        folders.private("cache")
    with pytest.raises(SerError, match="No folder can be made"):
        folders.private("cache", speech)


def test_a_temporary_cache_only_where_the_usual_ones_are_not_writable(tmp_path, monkeypatch):
    monkeypatch.setattr(folders.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    folders.prepare()
    assert "NUMBA_CACHE_DIR" not in os.environ and os.environ["HOME"] == str(tmp_path)
    monkeypatch.setattr(folders, "_writable", lambda folder: False)
    folders.prepare()
    assert Path(os.environ["NUMBA_CACHE_DIR"]).is_relative_to(tmp_path)
    assert os.environ["HOME"] == str(tmp_path)


def test_a_home_for_users_without_one(tmp_path, monkeypatch):
    monkeypatch.setattr(folders.tempfile, "tempdir", str(tmp_path))
    # monkeypatch restores it, whatever is set meanwhile.
    monkeypatch.setenv("HOME", "")
    del os.environ["HOME"]

    def unknown(user):
        raise KeyError(user)

    monkeypatch.setattr("pwd.getpwuid", unknown)
    folders.prepare()
    assert Path(os.environ["HOME"]).is_relative_to(tmp_path)
