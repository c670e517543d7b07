"""The speaker belongs to one session and is deleted with it."""

import time

import gradio as gr
import httpx
import numpy as np
import pytest
from driver import TIMEOUT
from gradio_client import Client

from ser.models.classifier import Features
from ser.models.speaker import UNKNOWN_SPEAKER
from ser.page.session import SessionSpeaker, delete_on_unload, session_state

ONCE = UNKNOWN_SPEAKER.update(np.ones(2), np.ones(8) / 8)
TWICE = ONCE.update(np.ones(2), np.ones(8) / 8)


def test_without_the_latest_recording():
    speaker = SessionSpeaker(ONCE, TWICE, 5)
    assert speaker.without(5) is ONCE and speaker.without(6) is TWICE
    assert SessionSpeaker().without(0) is UNKNOWN_SPEAKER


def test_a_neutral_sentence_counts_with_and_without_the_latest_recording():
    neutral = UNKNOWN_SPEAKER.update_neutral(np.ones(2))
    speaker = SessionSpeaker(ONCE, TWICE, 5).enrol(neutral)
    before, after = speaker.without(5), speaker.without(6)
    assert (before.n_unlabelled, before.n_neutral) == (1, 1)
    assert (after.n_unlabelled, after.n_neutral) == (2, 1)


def test_a_neutral_sentence_keeps_the_label_of_the_latest_recording():
    features = Features(np.ones((1, 2)), np.ones((1, 8)), np.ones((1, 1)))
    speaker = SessionSpeaker(ONCE, TWICE, 5, features).correct("sad")
    assert speaker.after.n_clips == 2 and speaker.label == "sad"
    enrolled = speaker.enrol(UNKNOWN_SPEAKER.update_neutral(np.ones(2)))
    assert enrolled.label == "sad" and enrolled.after.n_clips == 3
    assert [clip.emotion for clip in enrolled.after.labelled] == ["sad"]
    recorrected = enrolled.correct("happy").after
    assert [clip.emotion for clip in recorrected.labelled] == ["happy"]
    assert (recorrected.n_unlabelled, recorrected.n_neutral) == (1, 1)


@pytest.fixture
def page():
    """A page that only stores a speaker."""
    with gr.Blocks(analytics_enabled=False) as page:
        speaker = SessionSpeaker(UNKNOWN_SPEAKER, ONCE)
        gr.on([], lambda: speaker, None, session_state(), api_name="speak")
        delete_on_unload(page)
    page.launch(prevent_thread_lock=True, quiet=True)
    yield page
    page.close()


def test_a_closed_session_is_deleted(page):
    leaving, staying = (Client(page.local_url, verbose=False) for _ in range(2))
    for client in (leaving, staying):
        client.predict(api_name="/speak")
    states = {
        client: page.state_holder.session_data[client.session_hash].state_data
        for client in (leaving, staying)
    }
    assert states[leaving] and states[staying]
    # A tab keeps this connection for as long as it is open.
    tab = f"{page.local_url}gradio_api/heartbeat/{leaving.session_hash}"
    with httpx.stream("GET", tab) as response:
        next(response.iter_lines())
    deadline = time.monotonic() + TIMEOUT
    while states[leaving] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not states[leaving] and states[staying]
