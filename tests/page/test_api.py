"""The programming interface: two endpoints, a stable shape, errors that say what to do."""

import json
import shutil
import subprocess
import sys

import httpx
import pytest
from driver import ROOT, TIMEOUT
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from ser import profile
from ser.labels import LABELS
from ser.page.server import guard


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
        "profile",
    ]
    assert parameters[1]["parameter_default"] is False
    assert parameters[2]["parameter_has_default"] and parameters[2]["parameter_default"] is None
    assert guard.PARAMETERS["/gradio_api/call/predict"] == tuple(
        parameter["parameter_name"] for parameter in parameters
    )


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


@pytest.fixture(scope="module")
def voice_profile(recognizer, clips, tmp_path_factory):
    """A profile of a speaker, in a file."""
    path = tmp_path_factory.mktemp("profile") / "profile.npz"
    speaker = recognizer.teach(clips[1], "sad", recognizer.teach(clips[2], "angry"))
    path.write_bytes(profile.to_bytes(speaker, recognizer))
    return path


def test_a_voice_profile(app, recognizer, speech, other_speech, voice_profile):
    client = Client(app.url, verbose=False)

    def answer(path, same_speaker=False, **options):
        return client.predict(handle_file(path), same_speaker, **options, api_name="/predict")

    unadapted, with_profile = answer(speech), {"profile": handle_file(voice_profile)}
    expected = recognizer.analyse(speech, profile.load(voice_profile, recognizer)).to_json()
    personal = answer(speech, **with_profile)
    assert list(personal) == list(unadapted)
    assert personal["clips_before"] == 2
    assert personal["probabilities"] == pytest.approx(expected["probabilities"], abs=1e-4)
    assert personal["probabilities"] != unadapted["probabilities"]
    # It is for this answer only,
    assert answer(speech) == unadapted
    assert answer(speech, True)["clips_before"] == 0
    # unless the session goes on from it.
    assert answer(other_speech, True, **with_profile)["clips_before"] == 2
    assert answer(speech, True)["clips_before"] == 3
    assert answer(speech, True, **with_profile) == personal


def test_profiles_that_cannot_be_used_are_explained(client, speech, voice_profile, tmp_path):
    damaged = tmp_path / "damaged.npz"
    damaged.write_bytes(voice_profile.read_bytes()[:-1])
    for path in (damaged, speech):
        with pytest.raises(AppError, match=f"{path.name} is no voice profile"):
            client.predict(handle_file(speech), False, handle_file(path), api_name="/predict")
    for path in (str(voice_profile), "https://example.org/profile.npz"):
        with pytest.raises(AppError, match="handle_file"):
            client.predict(handle_file(speech), False, path, api_name="/predict")
    assert client.predict(handle_file(speech), api_name="/predict")["clips_before"] == 0


def test_requests_of_every_length_are_answered(app, speech, voice_profile):
    """Programs that were written before there were profiles send fewer values."""

    def uploaded(path):
        with path.open("rb") as file:
            [name] = httpx.post(f"{app.url}gradio_api/upload", files={"files": file}).json()
        return {"path": name, "meta": {"_type": "gradio.FileData"}}

    recording, known = uploaded(speech), uploaded(voice_profile)
    call, answers = f"{app.url}gradio_api/call/predict", []
    for data in ([recording], [recording, False], [recording, False, known]):
        event = httpx.post(call, json={"data": data}).json()["event_id"]
        text = httpx.get(f"{call}/{event}", timeout=TIMEOUT).text
        assert "event: complete" in text
        answers.append(json.loads(text.split("data: ", 1)[1])[0])
    assert [answer["clips_before"] for answer in answers] == [0, 0, 2]
    assert answers[0] == answers[1] and list(answers[2]) == list(answers[0])


def test_profiles_are_kept_as_recordings_are(app, speech, voice_profile):
    client = Client(app.url, verbose=False)
    client.predict(handle_file(speech), False, handle_file(voice_profile), api_name="/predict")
    content = voice_profile.read_bytes()
    files = [path for path in app.recordings.glob("ser-recordings*/**/*") if path.is_file()]
    kept = [path for path in files if path.read_bytes() == content]
    assert kept and all(path.name == voice_profile.name for path in kept)
    assert all(path.suffix for path in files)  # no temporary files of gradio's


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
