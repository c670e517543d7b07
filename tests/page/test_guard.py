"""Attacks on the HTTP interface: files of the server, URLs, routes that the page does not need."""

import http.server
import json
import threading

import httpx
import numpy as np
import pytest
import soundfile
from bad import bad_recordings
from driver import ROOT, TIMEOUT, upload, visit
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from gradio_client.utils import Status
from playwright.sync_api import expect

from ser import artifacts
from ser.labels import LABELS
from ser.page.server import uploads
from ser.page.tabs.recorder import ONLY_UPLOADS
from ser.page.text import ENGLISH as words


@pytest.fixture(scope="module")
def http_client(app):
    with httpx.Client(base_url=app.url, timeout=TIMEOUT) as client:
        yield client


@pytest.fixture
def target():
    """A server that must get no requests; yields its address and those that it got."""
    requests = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(self.path)
            self.send_error(404)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/voice.wav", requests
    server.shutdown()


def file(path, **more):
    return {"path": path, "meta": {"_type": "gradio.FileData"}} | more


def outcome(client, data):
    """Return what /predict answers: the refusal of the request, or the stream of its events."""
    joined = client.post("gradio_api/call/predict", json={"data": data})
    if joined.status_code != 200:
        return joined.text
    return client.get(f"gradio_api/call/predict/{joined.json()['event_id']}").text


def uploaded(client, path):
    with path.open("rb") as content:
        answer = client.post("gradio_api/upload", files={"files": (path.name, content)})
    return answer.json()[0]


def test_health(http_client):
    answer = http_client.get("health")
    assert answer.json() == {"ready": True, "model": artifacts.version_of(artifacts.FOLDER)}


@pytest.mark.parametrize(
    "path",
    [
        "docs",
        "openapi.json",
        "monitoring",
        "gradio_api/api/predict",
        "gradio_api/component_server",
        "gradio_api/openapi.json",
        "gradio_api/deep_link",
        "gradio_api/process_recording",
        "gradio_api/proxy=http://127.0.0.1/",
        "gradio_api/dev/reload",
        "gradio_api/vibe-code",
        "gradio_api/runs",
        "gradio_api/user",
        "nonsense",
    ],
)
def test_other_routes_are_closed(http_client, path):
    for answer in (http_client.get(path), http_client.post(path, json={"data": []})):
        assert (answer.status_code, answer.text) == (404, words.NO_SUCH_PAGE)


def test_the_queue_cannot_be_skipped(http_client):
    answer = http_client.post("gradio_api/run/predict", json={"data": [None, False]})
    assert answer.status_code == 404 and "join the queue" in answer.text


FILES = [
    "/etc/passwd",
    ROOT / "app.py",
    ROOT / "artifacts" / "classifier.npz",
    ROOT / "artifacts" / ".." / "ser" / "page" / "theme.py",
    "../../etc/passwd",
    "app.py",
    "//etc/passwd",
    "/proc/self/environ",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("path", FILES)
def test_files_of_the_server_are_not_served(http_client, path):
    for route in ("gradio_api/file=", "file=", "static/", "assets/"):
        answer = http_client.get(f"{route}{path}")
        assert answer.status_code in (403, 404)
        assert "root:" not in answer.text and "import" not in answer.text


@pytest.mark.parametrize("path", FILES)
def test_files_of_the_server_are_not_analysed(http_client, path):
    answer = outcome(http_client, [file(str(path)), False])
    assert ONLY_UPLOADS in json.loads(answer.split("data: ")[-1])["error"]
    assert "probabilities" not in answer and "Traceback" not in answer


def test_addresses_are_not_fetched(http_client, target, speech):
    address, requests = target
    for recording in (file(address), file(None, url=address), file("", url=address), address):
        answer = outcome(http_client, [recording, False])
        assert ONLY_UPLOADS in json.loads(answer.split("data: ")[-1])["error"]
    # A URL along with an uploaded recording is ignored.
    path = uploaded(http_client, speech)
    assert "probabilities" in outcome(http_client, [file(path, url=address), False])
    assert http_client.get(f"gradio_api/file={address}").status_code == 404
    assert requests == []


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"data": []}',
        b'{"data": [{"path": 7}]}',
        b'{"data": "x"}',
        b'{"data": ["data:audio/wav;base64,UklGRg=="]}',
        b'{"data": [null], "fn_index": 999, "session_hash": {}}',
        b"x" * (1 << 21),
    ],
    ids=range(10),
)
def test_requests_that_are_none(http_client, body):
    for route in ("gradio_api/call/predict", "gradio_api/queue/join"):
        answer = http_client.post(route, content=body, headers={"content-type": "application/json"})
        assert "Traceback" not in answer.text and "site-packages" not in answer.text
        assert answer.status_code in (200, 400, 413, 422, 500)
    assert http_client.get("health").json()["ready"]


def test_headers(http_client):
    page, api = http_client.get(""), http_client.get("gradio_api/info")
    for answer in (page, api, http_client.get("nonsense")):
        assert "connect-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "referrer-policy" in answer.headers
    assert api.headers["cache-control"] == "no-store"
    assert '"share"' not in page.text


def test_bad_recordings_are_explained_by_the_api_and_the_next_is_answered(app, speech, tmp_path):
    client = Client(app.url, verbose=False)
    for path, said in bad_recordings(tmp_path).items():
        with pytest.raises(AppError, match=said):
            client.predict(handle_file(path), api_name="/predict")
    assert client.predict(handle_file(speech), api_name="/predict")["label"] in LABELS


def test_bad_recordings_are_explained_by_the_page_and_the_next_is_answered(
    app, new_page, speech, tmp_path
):
    page = new_page()
    visit(page, app.url)
    for path, said in bad_recordings(tmp_path).items():
        upload(page, path)
        expect(page.locator("#answer .sorry")).to_contain_text(said)
    upload(page, speech)
    expect(page.locator("#answer .verdict")).to_contain_text("%")


def test_the_position_in_the_queue_is_shown(app, new_page, speech, tmp_path):
    waveform, rate = soundfile.read(speech)
    long = tmp_path / "long.wav"
    soundfile.write(long, np.resize(waveform, 30 * rate), rate)
    client, page = Client(app.url, verbose=False), new_page()
    visit(page, app.url)
    in_progress = "getComputedStyle(document.documentElement).getPropertyValue('--in-progress')"
    # Two are answered at a time; the page comes when others wait already.
    jobs = [client.submit(handle_file(long), api_name="/predict") for _ in range(12)]
    while sum(job.status().code is Status.IN_QUEUE for job in jobs) < 4:
        assert not all(job.done() for job in jobs)
        page.wait_for_timeout(50)
    upload(page, speech)
    page.wait_for_function(f"/number [2-9] in line/.test({in_progress})")
    expect(page.locator("#answer .verdict")).to_contain_text("%")
    assert "in line" not in page.evaluate(in_progress)
    assert all(job.result()["label"] in LABELS for job in jobs)


def test_recordings_go_with_their_session(app, http_client, speech, tmp_path):
    """A recording that two sessions sent is kept for the one that stays."""
    private, shared = tmp_path / "private.wav", tmp_path / "shared.wav"
    private.write_bytes(speech.read_bytes() + b"\0")
    shared.write_bytes(speech.read_bytes() + b"\0\0")
    leaving, staying = (Client(app.url, verbose=False) for _ in range(2))
    for client, path in ((leaving, private), (leaving, shared), (staying, shared)):
        client.predict(handle_file(path), True, api_name="/predict")
    folder = app.recordings

    def kept():
        return {path.name for path in folder.rglob("*.wav")} & {private.name, shared.name}

    assert kept() == {private.name, shared.name}
    leaving.close()
    recordings_gone(lambda: kept() == {shared.name})
    staying.close()
    recordings_gone(lambda: not kept())


def recordings_gone(condition):
    waiting = threading.Event()
    for _ in range(4 * TIMEOUT):
        if condition():
            return
        waiting.wait(0.25)
    raise AssertionError("the recordings of a session that ended are still there")


def test_nothing_of_a_recording_is_in_the_log(app, tmp_path):
    client = Client(app.url, verbose=False)
    path = tmp_path / "a-very-private-name.wav"
    path.write_bytes(b"no sound" * 99)
    with pytest.raises(AppError, match="a-very-private-name"):
        client.predict(handle_file(path), api_name="/predict")
    log = app.log.read_text()
    assert "private" not in log and "ser-recordings" not in log


def test_no_other_machine_was_asked_for_anything(app, http_client):
    assert http_client.get("").status_code == 200
    assert "refused to reach" not in app.log.read_text()


def test_only_uploads_are_registered(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "recordings"))
    (tmp_path / "recordings").mkdir()
    outside = tmp_path / "outside.txt"
    outside.touch()
    uploads.register("one", [outside, tmp_path / "recordings" / ".." / "outside.txt"])
    uploads.delete_session("one")
    uploads.delete_session("unknown")
    assert outside.exists()
