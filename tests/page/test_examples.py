"""Examples: which are offered, and that no other file can be requested."""

import sys

import gradio as gr
import pytest
import soundfile

from ser.page.session import SessionSpeaker, session_state
from ser.page.tabs import analyse, examples
from ser.page.text import ENGLISH as words


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """RAVDESS is not at hand."""
    monkeypatch.setenv("SER_RAVDESS", str(tmp_path / "ravdess"))
    return tmp_path / "ravdess"


@pytest.fixture
def actors(nowhere, speech):
    waveform, rate = soundfile.read(speech)
    for file in examples.ACTORS.values():
        path = nowhere / f"{file}.wav"
        path.parent.mkdir(exist_ok=True)
        soundfile.write(path, waveform, rate)
    return nowhere


def test_synthetic_voices_are_called_so(recognizer):
    row = examples._row(words)
    assert all(f'name="{name}"' in row for name in words.EXAMPLE_VOICES["synthetic"])
    assert words.ABOUT_EXAMPLES["synthetic"] in row and words.EXAMPLES["synthetic"] in row
    for name in words.EXAMPLE_VOICES["synthetic"]:
        assert recognizer.analyse(examples.path(name)).clip.duration > 1


def test_synthetic_voices_are_small():
    assert sum(path.stat().st_size for path in examples.FOLDER.iterdir()) < 300_000


def test_actors_where_their_recordings_are(actors):
    row = examples._row(words)
    assert words.EXAMPLES["actor"] in row and words.EXAMPLES["synthetic"] not in row
    assert examples.path("angry").is_relative_to(actors)


def test_some_of_the_actors_are_not_enough(actors):
    next(actors.rglob("*.wav")).unlink()
    assert examples.choices()[0] == "synthetic"


@pytest.mark.parametrize("name", ["../page.css", "/etc/hostname", "", "angry"])
def test_no_other_file_can_be_requested(name):
    with pytest.raises(KeyError):
        examples.path(name)


def test_a_download_is_started_only_on_request(nowhere, monkeypatch):
    started = []
    monkeypatch.setattr(examples.subprocess, "Popen", lambda command, **_: started.append(command))
    examples.download()
    assert not started
    monkeypatch.setenv("SER_DOWNLOAD", "1")
    examples.download()
    assert started == [[sys.executable, "-m", "ser", "download", str(nowhere)]]
    nowhere.mkdir()
    examples.download()
    assert len(started) == 1


def test_an_example_does_not_update_the_speaker(recognizer, speech):
    with gr.Blocks(analytics_enabled=False) as page:
        analyse.build(words, recognizer, session_state())
    answer = next(event.fn for event in page.fns.values() if event.name == "answer")
    speaker = answer(str(speech), 0, SessionSpeaker()).speaker
    outputs = answer(str(examples.path("slow")), 0, speaker, is_example=True)
    assert outputs.speaker is speaker and "%" in outputs.answer
