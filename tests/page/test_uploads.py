"""Recordings are gone in time, whatever became of the visit."""

from ser.page.server import uploads


def test_old_files_are_swept_and_new_ones_kept(tmp_path):
    upload = tmp_path / "0123" / "voice.wav"
    upload.parent.mkdir()
    upload.write_bytes(b"sound")
    broken_off = tmp_path / "tmpabc"
    broken_off.write_bytes(b"so")
    uploads.sweep(tmp_path)
    assert upload.exists() and broken_off.exists()
    uploads.sweep(tmp_path, age=-1)
    assert not upload.exists() and not broken_off.exists()


def test_ten_minutes_are_kept():
    assert uploads.FREQUENCY + uploads.AGE < 600


def test_folder_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    folder = uploads.set_aside()
    assert folder.parent == tmp_path and folder.is_dir()
    assert uploads.set_aside() == folder
