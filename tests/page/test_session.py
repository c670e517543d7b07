"""What is remembered of a voice belongs to one session and ends with it."""

import time

import gradio as gr
import httpx
import numpy as np
import pytest
from driver import TIMEOUT
from gradio_client import Client

from ser.models.speaker import UNKNOWN_SPEAKER
from ser.page.session import Voice, forget_on_leaving, remembered

ONCE = UNKNOWN_SPEAKER.update(np.ones(2), np.ones(8) / 8)
TWICE = ONCE.update(np.ones(2), np.ones(8) / 8)


def test_what_was_known_without_a_recording():
    voice = Voice(ONCE, TWICE, 5)
    assert voice.knew(5) is ONCE and voice.knew(6) is TWICE
    assert Voice().knew(0) is UNKNOWN_SPEAKER


def test_a_neutral_sentence_counts_with_and_without_the_latest_recording():
    voice = Voice(ONCE, TWICE, 5).enrolled(UNKNOWN_SPEAKER.update_neutral(np.ones(2)))
    assert (voice.knew(5).n_unlabelled, voice.knew(5).n_neutral) == (1, 1)
    assert (voice.knew(6).n_unlabelled, voice.knew(6).n_neutral) == (2, 1)


@pytest.fixture
def page():
    """A page that does nothing but remember."""
    with gr.Blocks(analytics_enabled=False) as page:
        gr.on([], lambda: Voice(UNKNOWN_SPEAKER, ONCE), None, remembered(), api_name="speak")
        forget_on_leaving(page)
    page.launch(prevent_thread_lock=True, quiet=True)
    yield page
    page.close()


def test_who_leaves_is_forgotten(page):
    leaving, staying = (Client(page.local_url, verbose=False) for _ in range(2))
    for client in (leaving, staying):
        client.predict(api_name="/speak")
    memory = {
        client: page.state_holder.session_data[client.session_hash].state_data
        for client in (leaving, staying)
    }
    assert memory[leaving] and memory[staying]
    # A tab keeps this connection for as long as it is open.
    tab = f"{page.local_url}gradio_api/heartbeat/{leaving.session_hash}"
    with httpx.stream("GET", tab) as response:
        next(response.iter_lines())
    deadline = time.monotonic() + TIMEOUT
    while memory[leaving] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not memory[leaving] and memory[staying]
