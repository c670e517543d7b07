"""The download, against a server on this machine that serves a small archive."""

import errno
import hashlib
import io
import re
import subprocess
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from recordings import ravdess_names

from ser.errors import SerError
from ser.training.data.corpora import table
from ser.training.data.download import CHUNK_SIZE, download


def make_archive(extra=()):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as contents:
        for name in ravdess_names():
            contents.writestr(f"Actor_{name[-2:]}/{name}.wav", name.encode() * 10)
        contents.writestr("README.txt", "not a recording")
        for name in extra:
            contents.writestr(name, "outside")
    return buffer.getvalue()


ARCHIVE = make_archive()


class Server(ThreadingHTTPServer):
    """Serves `body`; `ranges`: whether it heeds Range; `cut`: bytes after which it hangs up."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.body, self.ranges, self.cut = ARCHIVE, True, None
        self.requests, self.sent = [], []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/archive.zip"

    @property
    def md5(self):
        return hashlib.md5(self.body).hexdigest()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server, header = self.server, self.headers["Range"]
        server.requests.append(header)
        start = int(re.fullmatch(r"bytes=(\d+)-", header)[1]) if server.ranges else 0
        if start >= len(server.body):
            server.sent.append(0)
            self.send_error(416)
            return
        rest = server.body[start:]
        self.send_response(206 if server.ranges else 200)
        self.send_header("Content-Length", len(rest))
        if server.ranges:
            total = len(server.body)
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        self.end_headers()
        sent = rest[: server.cut]
        self.wfile.write(sent)
        server.sent.append(len(sent))

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def leftovers(folder):
    return sorted(p.name for p in folder.parent.iterdir() if p != folder)


def interrupt(server, folder):
    """Let the server hang up half way; return how many bytes were kept."""
    server.cut = len(server.body) // 2
    with pytest.raises(SerError, match="goes on where it stopped"):
        download(folder, server.url, server.md5)
    server.cut = None
    assert not folder.exists()
    assert leftovers(folder) == ["ravdess.zip.part"]
    return (folder.parent / "ravdess.zip.part").stat().st_size


def test_full_download(server, tmp_path, capsys):
    folder = tmp_path / "data" / "ravdess"
    assert download(folder, server.url, server.md5) == folder
    complete = table(folder)
    assert complete.warnings == []
    assert complete.utterances[0].path.read_bytes() == b"03-01-01-01-01-01-01" * 10
    assert not list(folder.rglob("README.txt"))
    assert leftovers(folder) == []
    assert "100%" in capsys.readouterr().err


def test_second_call_does_nothing_and_says_so(server, tmp_path, capsys):
    folder = download(tmp_path / "ravdess", server.url, server.md5)
    capsys.readouterr()
    assert download(folder, server.url, server.md5) == folder
    assert "already holds all 1440 recordings" in capsys.readouterr().err
    assert len(server.requests) == 1


def test_interrupted_download_goes_on_where_it_stopped(server, tmp_path):
    folder = tmp_path / "ravdess"
    kept = interrupt(server, folder)
    # At most the chunk on its way is lost.
    assert len(ARCHIVE) // 2 - CHUNK_SIZE <= kept <= len(ARCHIVE) // 2
    download(folder, server.url, server.md5)
    assert server.requests[1] == f"bytes={kept}-"
    assert server.sent[1] == len(ARCHIVE) - kept < len(ARCHIVE)
    assert len(table(folder).utterances) == 1440
    assert leftovers(folder) == []


def test_server_that_ignores_range_starts_anew(server, tmp_path):
    folder = tmp_path / "ravdess"
    server.ranges = False
    assert interrupt(server, folder) > 0
    download(folder, server.url, server.md5)
    assert server.sent[1] == len(ARCHIVE)
    assert len(table(folder).utterances) == 1440


def test_partial_file_beyond_the_end_starts_anew(server, tmp_path):
    folder = tmp_path / "ravdess"
    (tmp_path / "ravdess.zip.part").write_bytes(ARCHIVE + b"more")
    download(folder, server.url, server.md5)
    assert server.requests == [f"bytes={len(ARCHIVE) + 4}-", "bytes=0-"]
    assert len(table(folder).utterances) == 1440


def test_wrong_checksum_is_refused_and_nothing_is_left(server, tmp_path):
    folder = tmp_path / "ravdess"
    with pytest.raises(SerError, match="not the published archive") as caught:
        download(folder, server.url, "0" * 32)
    assert server.md5 in str(caught.value)
    assert not folder.exists()
    assert leftovers(folder) == []


def test_damaged_partial_file_is_removed_so_that_the_next_call_succeeds(server, tmp_path):
    folder = tmp_path / "ravdess"
    (tmp_path / "ravdess.zip.part").write_bytes(b"x" * 1000)
    with pytest.raises(SerError, match="not the published archive"):
        download(folder, server.url, server.md5)
    assert leftovers(folder) == []
    download(folder, server.url, server.md5)
    assert len(table(folder).utterances) == 1440


@pytest.mark.parametrize("member", ["../escaped.wav", "Actor_01/../../escaped.wav", "/escaped.wav"])
def test_member_outside_the_folder_is_refused(server, tmp_path, member):
    server.body = make_archive([member])
    folder = tmp_path / "data" / "ravdess"
    with pytest.raises(SerError, match=re.escape(member)):
        download(folder, server.url, server.md5)
    assert not folder.exists()
    assert not list(tmp_path.rglob("*.wav"))


def test_server_error_and_no_server(server, tmp_path):
    folder = tmp_path / "ravdess"
    server.body = b""
    with pytest.raises(SerError, match="416"):
        download(folder, server.url, server.md5)
    server.shutdown()
    server.server_close()
    with pytest.raises(SerError, match="Needed is a connection"):
        download(folder, server.url, server.md5)
    assert not folder.exists()


def test_full_disk_keeps_the_archive_for_the_next_call(server, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    folder = tmp_path / "ravdess"
    with monkeypatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "extract", full)
        with pytest.raises(SerError, match=r"disk .* is full.*0\.9 GB"):
            download(folder, server.url, server.md5)
    assert leftovers(folder) == ["ravdess.zip"]
    download(folder, server.url, server.md5)
    assert len(server.requests) == 1
    assert len(table(folder).utterances) == 1440


def test_empty_folder_is_filled(server, tmp_path):
    folder = tmp_path / "ravdess"
    folder.mkdir()
    download(folder, server.url, server.md5)
    assert len(table(folder).utterances) == 1440


def test_folder_with_other_things_is_left_as_it_is(server, tmp_path):
    folder = tmp_path / "ravdess"
    folder.mkdir()
    mine = folder / "03-01-06-01-02-01-12.wav"
    mine.write_text("mine")
    with pytest.raises(SerError, match="holds 1 of RAVDESS's 1440"):
        download(folder, server.url, server.md5)
    with pytest.raises(SerError, match="is a file"):
        download(mine, server.url, server.md5)
    assert mine.read_text() == "mine"
    assert server.requests == []


def test_it_imports_no_library_of_models():
    program = (
        "import sys, ser.training.data.download; "
        "print({'torch', 'sklearn', 'scipy', 'librosa', 'transformers'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout.strip() == "set()", run.stderr
