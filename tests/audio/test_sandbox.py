"""Decoding within bounds: what a recording does to its decoder, nobody else notices."""

import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import soundfile

from ser.audio import decoding, loading, sandbox
from ser.errors import SerError

# A decoder that does what a recording's first bytes tell; everything else it decodes.
UNRULY = """
import ctypes, os, sys, time
from contextlib import contextmanager
from ser import decoding, decoding_worker

@contextmanager
def open_recording(recording, longest):
    deed = open(recording, "rb").read(5)
    if deed == b"crash":
        ctypes.string_at(0)
    if deed == b"sleep":
        time.sleep(600)
    if deed == b"write":
        open(f"{recording}.copy", "wb").write(b"sound")
    if deed == b"swell":
        bytearray(10**10)
    if deed == b"utter":
        os.write(1, b"[what?\\n")
    with decoding.open_recording(recording, longest) as opened:
        yield opened

decoding_worker.open_recording = open_recording
decoding_worker.confine()
decoding_worker.serve(sys.stdin.buffer, sys.stdout.buffer)
"""


@pytest.fixture
def unruly(monkeypatch):
    """Decoders that do what they are told, and none that are left from before."""
    popen = subprocess.Popen
    monkeypatch.setattr(
        sandbox.subprocess,
        "Popen",
        lambda command, **options: popen([sys.executable, "-c", UNRULY], **options),
    )
    monkeypatch.setattr(sandbox, "_idle", [])


@pytest.mark.parametrize("deed", ["crash", "sleep", "write", "swell", "utter"])
def test_a_decoder_gone_wrong_is_an_error_and_the_next_recording_is_read(
    unruly, deed, speech, tmp_path, monkeypatch
):
    monkeypatch.setattr(sandbox, "TIMEOUT", 1.0 if deed == "sleep" else 60.0)
    path = tmp_path / "bad.wav"
    path.write_bytes(deed.encode() * 100)
    with pytest.raises(SerError, match="cannot be (read|opened)"):
        loading.decode(path)
    assert not any(other.stat().st_size for other in tmp_path.iterdir() if other != path)
    monkeypatch.setattr(sandbox, "TIMEOUT", 60.0)
    with decoding.open_recording(speech) as sound:
        samples = sum(len(block) for block in sound.blocks)
    assert (
        abs(len(loading.decode(speech)) / loading.SAMPLING_RATE - samples / sound.sampling_rate)
        < 0.01
    )


def test_the_same_samples_as_without(speech):
    with decoding.open_recording(speech) as sound:
        expected = np.concatenate(list(sound.blocks))
    for recording in (speech, io.BytesIO(speech.read_bytes())):
        with sandbox.open_recording(recording) as found:
            assert found.sampling_rate == sound.sampling_rate
            assert np.array_equal(np.concatenate(list(found.blocks)), expected)


def test_a_worker_serves_one_recording_after_another(speech, tmp_path):
    long = tmp_path / "long.wav"
    soundfile.write(long, np.zeros(60 * 48_000), 48_000)
    with sandbox.open_recording(speech) as sound:
        assert len(list(sound.blocks)) > 0
    ready = list(sandbox._idle)
    with sandbox.open_recording(long) as sound:
        next(sound.blocks)  # and no more
    loading.decode(speech)
    with pytest.raises(SerError, match="no file"):
        loading.decode(tmp_path / "nowhere.wav")
    assert sandbox._idle == ready


def test_several_at_once_get_their_own(clips):
    expected = [loading.decode(clip) for clip in clips]
    with ThreadPoolExecutor(len(clips)) as threads:
        found = list(threads.map(loading.decode, clips))
    assert all(np.array_equal(*pair) for pair in zip(found, expected, strict=True))
    assert len(sandbox._idle) <= sandbox.AT_ONCE


def test_a_worker_is_light():
    code = "import sys, ser.decoding_worker; print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"torch", "sklearn", "scipy", "librosa", "gradio"} & set(found)


@pytest.mark.parametrize("given", ["path", "file"])
def test_200_megabytes(given, tmp_path):
    path = tmp_path / "huge.wav"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)
    with (
        path.open("rb") as opened,
        pytest.raises(SerError, match="larger than 100 MB. Choose a shorter part"),
    ):
        loading.load(path if given == "path" else opened)


def header(channels, rate):
    """A wav's header without much behind it."""
    count = channels.to_bytes(2, "little")
    rates = rate.to_bytes(4, "little") + (rate * channels * 2 % 2**32).to_bytes(4, "little")
    form = b"\1\0" + count + rates + (channels * 2 % 2**16).to_bytes(2, "little") + b"\x10\0"
    size = (1 << 16).to_bytes(4, "little")
    return b"RIFF" + size + b"WAVEfmt \x10\0\0\0" + form + b"data" + size + bytes(1 << 16)


@pytest.mark.parametrize(
    ("channels", "rate", "said"),
    [
        (300, 48_000, "300 channels"),
        (1, 2**31 - 1, "2147483647 Hz"),
        (1, 1, "at 1 Hz"),
        (32, 768_000, "32 channels at 768000 Hz"),
    ],
)
def test_forms_that_no_recorder_has(channels, rate, said):
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
