"""Recordings are deleted in time, however the visit ended."""

import time

import pytest

from ser.page.server import uploads


def test_old_files_are_deleted_and_new_ones_kept(tmp_path):
    upload = tmp_path / "0123" / "voice.wav"
    upload.parent.mkdir()
    upload.write_bytes(b"sound")
    broken_off = tmp_path / "tmpabc"
    broken_off.write_bytes(b"so")
    uploads.delete_old(tmp_path)
    assert upload.exists() and broken_off.exists()
    uploads.delete_old(tmp_path, age=-1)
    assert not upload.exists() and not broken_off.exists()


def test_ten_minutes_are_kept():
    assert uploads.FREQUENCY + uploads.AGE < 600


@pytest.fixture
def upload(tmp_path, monkeypatch):
    """The path of an upload, which is that of all uploads of the same content."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    path = tmp_path / "0123" / "voice.wav"
    path.parent.mkdir()

    def moved_into_place():
        (tmp_path / "temporary").write_bytes(b"sound")
        (tmp_path / "temporary").rename(path)
        return path

    return moved_into_place


def test_recordings_are_deleted_with_the_last_session_that_refers_to_them(upload):
    path = upload()
    uploads.register("one", [path])
    uploads.register("other", [path])
    uploads.delete_session("one")
    assert path.exists()
    uploads.delete_session("other")
    assert not path.exists()


def test_what_another_session_just_uploaded_is_kept(upload):
    path = upload()
    uploads.register("one", [path])
    time.sleep(0.02)  # a clock of the file system may be that coarse
    upload()  # by a session that has not referred to it yet
    uploads.delete_session("one")
    assert path.exists()
    uploads.register("other", [path])
    uploads.delete_session("other")
    assert not path.exists()


def test_what_was_moved_into_place_again_is_deleted_later(upload, monkeypatch):
    monkeypatch.setattr(uploads, "GRACE", 0.1)
    path = upload()
    uploads.register("one", [path])
    time.sleep(0.02)
    upload()  # by the same session, which referred to it before
    uploads.delete_session("one")
    deadline = time.monotonic() + 10
    while path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not path.exists()


def test_what_is_registered_before_it_is_moved_into_place_is_deleted(upload, tmp_path):
    path = tmp_path / "0123" / "voice.wav"
    uploads.register("one", [path])
    upload()
    uploads.delete_session("one")
    assert not path.exists()


def test_uploads_have_their_own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    folder = uploads.prepare_folder()
    assert folder.parent == tmp_path and folder.is_dir()
    assert uploads.prepare_folder() == folder
