"""The programming interface: two endpoints, a stable shape, errors that say what to do."""

import shutil
import subprocess
import sys

import httpx
import pytest
from driver import ROOT, TIMEOUT
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from ser.labels import LABELS


@pytest.fixture(scope="module")
def client(app):
    return Client(app.url, verbose=False)


def test_only_two_endpoints_are_public(client):
    api = client.view_api(return_format="dict", print_info=False)
    assert sorted(api["named_endpoints"]) == ["/predict", "/timeline"]
    assert api["unnamed_endpoints"] == {}
    parameters = api["named_endpoints"]["/predict"]["parameters"]
    assert [parameter["parameter_name"] for parameter in parameters] == [
        "recording",
        "same_speaker",
    ]
    assert parameters[1]["parameter_default"] is False


def test_shape(client, speech):
    answer = client.predict(handle_file(speech), api_name="/predict")
    assert list(answer) == [
        "label",
        "probabilities",
        "duration",
        "map",
        "neighbours",
        "notes",
        "clips_before",
        "verdict",
        "familiarity",
    ]
    assert list(answer["probabilities"]) == list(LABELS)
    assert sum(answer["probabilities"].values()) == pytest.approx(1)
    assert answer["label"] == max(answer["probabilities"], key=answer["probabilities"].get)
    assert 1 < answer["duration"] < 10
    assert [type(value) for value in answer["map"]] == [float, float]
    assert len(answer["neighbours"]) == 5
    assert set(answer["neighbours"][0]) == {"name", "emotion", "actor"}
    assert isinstance(answer["notes"], list)
    assert answer["clips_before"] == 0


def test_recordings_of_the_same_speaker(app, speech, other_speech, tmp_path):
    client, other_client = (Client(app.url, verbose=False) for _ in range(2))
    bad = tmp_path / "text.wav"
    bad.write_text("this is no sound\n" * 40)

    def answer(path, same_speaker, client=client):
        return client.predict(handle_file(path), same_speaker, api_name="/predict")

    unadapted = answer(speech, False)
    assert answer(other_speech, True)["clips_before"] == 0
    with pytest.raises(AppError):
        answer(bad, True)
    assert answer(speech, False) == unadapted
    adapted = answer(speech, True)
    assert adapted["clips_before"] == 1
    assert adapted["probabilities"] != unadapted["probabilities"]
    assert answer(speech, True, other_client) == unadapted


def test_errors_say_what_to_do_and_the_next_request_works(client, speech, tmp_path):
    bad = tmp_path / "text.wav"
    bad.write_text("this is no sound\n" * 40)
    with pytest.raises(AppError, match="cannot be read as audio.* Use wav"):
        client.predict(handle_file(bad), api_name="/predict")
    with pytest.raises(AppError, match="no recording"):
        client.predict(None, api_name="/predict")
    assert client.predict(handle_file(speech), api_name="/predict")["label"] in LABELS


@pytest.mark.parametrize("api_name", ["/predict", "/timeline"])
def test_what_is_no_upload_is_rejected_with_advice(client, api_name, speech):
    for recording in (
        str(speech),
        "voice.wav",
        "https://example.org/voice.wav",
        handle_file("https://example.org/voice.wav"),
        "data:audio/wav;base64,UklGRg==",
    ):
        with pytest.raises(AppError, match="handle_file"):
            client.predict(recording, api_name=api_name)


def test_files_of_the_server_cannot_be_analysed(app, speech):
    payload = {"path": str(speech), "meta": {"_type": "gradio.FileData"}}
    call = f"{app.url}gradio_api/call/predict"
    event = httpx.post(call, json={"data": [payload]}).json()["event_id"]
    assert "event: error" in httpx.get(f"{call}/{event}", timeout=TIMEOUT).text


def test_recordings_are_kept_in_their_own_folder(app, client, speech):
    client.predict(handle_file(speech), api_name="/predict")
    recordings = list(app.recordings.rglob("*.wav"))
    assert recordings
    assert all("ser-recordings" in str(path.parent.parent) for path in recordings)
    assert len([path for path in recordings if path.name == speech.name]) == 1


def test_missing_artifacts_end_the_start_with_a_message(tmp_path):
    shutil.copy(ROOT / "app.py", tmp_path)
    shutil.copytree(ROOT / "ser", tmp_path / "ser", ignore=shutil.ignore_patterns("__pycache__"))
    ended = subprocess.run(
        [sys.executable, "app.py"], cwd=tmp_path, capture_output=True, text=True, timeout=TIMEOUT
    )
    assert ended.returncode == 1
    assert "python -m ser" in ended.stderr
    assert "Traceback" not in ended.stderr
