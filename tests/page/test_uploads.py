"""Recordings are deleted in time, however the visit ended."""

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


def test_uploads_have_their_own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    folder = uploads.prepare_folder()
    assert folder.parent == tmp_path and folder.is_dir()
    assert uploads.prepare_folder() == folder
