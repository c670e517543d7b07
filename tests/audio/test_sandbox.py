"""Decoding in bounded processes: a decoder that crashes or hangs affects no other recording."""

import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import soundfile

from ser.audio import decoding, loading, sandbox
from ser.audio.clip import SAMPLING_RATE
from ser.errors import SerError

# A decoder that misbehaves as a recording's first bytes say; everything else it decodes.
MISBEHAVING = """
import ctypes, os, sys, time
from contextlib import contextmanager
from ser.audio import decoding, sandbox_worker

@contextmanager
def open_recording(recording, max_duration):
    fault = open(recording, "rb").read(5)
    if fault == b"crash":
        ctypes.string_at(0)
    if fault == b"sleep":
        time.sleep(600)
    if fault == b"write":
        open(f"{recording}.copy", "wb").write(b"sound")
    if fault == b"alloc":
        bytearray(10**10)
    if fault == b"print":
        os.write(1, b"[what?\\n")
    with decoding.open_recording(recording, max_duration) as sound:
        yield sound

sandbox_worker.open_recording = open_recording
sandbox_worker.limit_resources()
sandbox_worker.serve(sys.stdin.buffer, sys.stdout.buffer)
"""


@pytest.fixture
def misbehaving(monkeypatch):
    """Start decoders that misbehave on request, and use none that is running already."""
    popen = subprocess.Popen
    monkeypatch.setattr(
        sandbox.subprocess,
        "Popen",
        lambda command, **options: popen([sys.executable, "-c", MISBEHAVING], **options),
    )
    monkeypatch.setattr(sandbox, "_idle", [])


@pytest.mark.parametrize("fault", ["crash", "sleep", "write", "alloc", "print"])
def test_a_misbehaving_decoder_is_an_error_and_the_next_recording_is_read(
    misbehaving, fault, speech, tmp_path, monkeypatch
):
    monkeypatch.setattr(sandbox, "TIMEOUT", 1.0 if fault == "sleep" else 60.0)
    path = tmp_path / "bad.wav"
    path.write_bytes(fault.encode() * 100)
    with pytest.raises(SerError, match="cannot be (read|opened)"):
        loading.decode(path)
    assert not any(file.stat().st_size for file in tmp_path.iterdir() if file != path)
    monkeypatch.setattr(sandbox, "TIMEOUT", 60.0)
    with decoding.open_recording(speech) as sound:
        samples = sum(len(block) for block in sound.blocks)
    assert abs(len(loading.decode(speech)) / SAMPLING_RATE - samples / sound.sampling_rate) < 0.01


def test_the_same_samples_as_without_a_sandbox(speech):
    with decoding.open_recording(speech) as sound:
        expected = np.concatenate(list(sound.blocks))
    for recording in (speech, io.BytesIO(speech.read_bytes())):
        with sandbox.open_recording(recording) as sandboxed:
            assert sandboxed.sampling_rate == sound.sampling_rate
            assert np.array_equal(np.concatenate(list(sandboxed.blocks)), expected)


def test_a_worker_decodes_one_recording_after_another(speech, tmp_path):
    long = tmp_path / "long.wav"
    soundfile.write(long, np.zeros(60 * 48_000), 48_000)
    with sandbox.open_recording(speech) as sound:
        assert len(list(sound.blocks)) > 0
    idle = list(sandbox._idle)
    with sandbox.open_recording(long) as sound:
        next(sound.blocks)  # and no more
    loading.decode(speech)
    with pytest.raises(SerError, match="no file"):
        loading.decode(tmp_path / "nowhere.wav")
    assert sandbox._idle == idle


def test_concurrent_recordings_are_not_mixed_up(clips):
    expected = [loading.decode(clip) for clip in clips]
    with ThreadPoolExecutor(len(clips)) as threads:
        waveforms = list(threads.map(loading.decode, clips))
    assert all(np.array_equal(*pair) for pair in zip(waveforms, expected, strict=True))
    assert len(sandbox._idle) <= sandbox.MAX_PROCESSES


def test_a_worker_imports_little():
    code = "import sys, ser.audio.sandbox_worker; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"torch", "sklearn", "scipy", "librosa", "gradio"} & set(modules)


@pytest.mark.parametrize("kind", ["path", "file"])
def test_200_megabytes(kind, tmp_path):
    path = tmp_path / "huge.wav"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)
    with (
        path.open("rb") as opened,
        pytest.raises(SerError, match="larger than 100 MB. Choose a shorter part"),
    ):
        loading.load(path if kind == "path" else opened)


def header(channels, rate):
    """A wav header followed by few samples."""
    count = channels.to_bytes(2, "little")
    rates = rate.to_bytes(4, "little") + (rate * channels * 2 % 2**32).to_bytes(4, "little")
    fmt = b"\1\0" + count + rates + (channels * 2 % 2**16).to_bytes(2, "little") + b"\x10\0"
    size = (1 << 16).to_bytes(4, "little")
    return b"RIFF" + size + b"WAVEfmt \x10\0\0\0" + fmt + b"data" + size + bytes(1 << 16)


@pytest.mark.parametrize(
    ("channels", "rate", "said"),
    [
        (300, 48_000, "300 channels"),
        (1, 2**31 - 1, "2147483647 Hz"),
        (1, 1, "at 1 Hz"),
        (32, 768_000, "32 channels at 768000 Hz"),
    ],
)
def test_formats_that_no_recorder_writes(channels, rate, said):
    with pytest.raises(SerError, match=said):
        loading.load(io.BytesIO(header(channels, rate)))


NAMES = [
    "a b\n\t.wav",
    "<script>alert(1)<script>.wav",
    "голос 声 🎙️.wav",
    "-rf.wav",
    "caf\udce9.wav",
]


@pytest.mark.parametrize("name", NAMES)
def test_odd_names(speech, name, tmp_path):
    path = tmp_path / name
    path.write_bytes(speech.read_bytes())
    assert np.array_equal(loading.decode(path), loading.decode(speech))
    path.write_bytes(b"no sound")
    with pytest.raises(SerError) as caught:
        loading.decode(path)
    assert str(caught.value).startswith(name)


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b.wav"])
def test_names_that_are_no_file(name):
    with pytest.raises(SerError, match="no file|cannot be opened"):
        loading.decode(name)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(SerError, match="is a folder"):
        loading.decode(tmp_path)


@pytest.mark.parametrize("kind", ["wav", "ogg"])
def test_a_file_without_a_single_sample(kind, tmp_path):
    path = tmp_path / f"empty.{kind}"
    soundfile.write(path, np.zeros(0, np.float32), 16_000)
    with pytest.raises(SerError, match="no sound at all"):
        loading.load(path)
