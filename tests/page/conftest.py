"""Fixtures of the page's tests: the served app and a browser with a fake microphone."""

from urllib.parse import urlsplit

import numpy as np
import pytest
import soundfile
from driver import ALLOWED, TIMEOUT, launch, microphone, serve
from playwright.sync_api import expect, sync_playwright
from voices import conversation as in_turns

from ser.audio.clip import SAMPLING_RATE
from ser.labels import LABELS
from ser.models.speaker import UNKNOWN_SPEAKER

SPEED = 0.75  # of the recordings: this voice is not in the training data, and is mistaken at first


@pytest.fixture(scope="session")
def other_speech(clips):
    """Path of a recording that sounds unlike `speech`."""
    return clips[0]


@pytest.fixture(scope="session")
def acted(ravdess, clips, tmp_path_factory):
    """Two recordings of each emotion by one person, by repetition and emotion.

    Without RAVDESS they are synthesised speech without emotions.
    """
    folder, recordings = tmp_path_factory.mktemp("acted"), {}
    for repetition in (1, 2):
        for number, emotion in enumerate(LABELS, 1):
            name = f"03-01-{number:02}-01-01-{repetition:02}-02"
            source = clips[(number + repetition) % len(clips)]
            if ravdess:
                source = ravdess / "Actor_02" / f"{name}.flac"
            samples, rate = soundfile.read(source)
            path = recordings[repetition, emotion] = folder / f"{name}.wav"
            soundfile.write(path, _without_silence(samples, rate), int(rate * SPEED))
    return recordings


@pytest.fixture(scope="session")
def conversation(ravdess, clips, unfamiliar, tmp_path_factory):
    """Three people, or synthesised voices, who speak in turn, thrice each."""
    others = [clips[1:4], [unfamiliar] * 3]
    if ravdess:
        folders = [ravdess / actor for actor in ("Actor_03", "Actor_20")]
        others = [sorted(folder.glob("*.flac"))[:3] for folder in folders]
    waveform, _ = in_turns(clips[-3:], *others)
    path = tmp_path_factory.mktemp("conversation") / "our talk.wav"
    soundfile.write(path, waveform, SAMPLING_RATE)
    return path


def _without_silence(samples, rate):
    """Return a recording with no more than a third of a second before and after the voice."""
    loud = np.flatnonzero(np.abs(samples) > np.abs(samples).max() / 30)
    return samples[max(0, loud[0] - rate // 3) : loud[-1] + rate // 3]


@pytest.fixture(scope="session")
def speaker(recognizer, acted):
    """The person who recorded, with the first recording of each emotion labelled."""
    known = UNKNOWN_SPEAKER
    for emotion in LABELS:
        known = recognizer.teach(acted[1, emotion], emotion, known)
    return known


@pytest.fixture(scope="session")
def app():
    """The page, served with the real artifacts."""
    with serve() as served:
        yield served


@pytest.fixture(scope="session")
def playwright():
    """Playwright, one for all browsers."""
    expect.set_options(timeout=TIMEOUT * 1000)
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright, speech):
    """Chromium whose microphone plays `speech` once."""
    with launch(playwright, *ALLOWED, microphone(speech, once=True)) as started:
        yield started


@pytest.fixture
def requests():
    """The addresses that the test's pages asked for; none may lie outside this machine."""
    asked = []
    yield asked
    outside = {url for url in asked if urlsplit(url).hostname not in ("127.0.0.1", None)}
    assert not outside


@pytest.fixture
def new_page(browser, requests):
    """Open further visitors, each with its own session."""
    contexts = []

    def open_page(opener=browser, **options):
        contexts.append(opener.new_context(**options))
        page = contexts[-1].new_page()
        page.on("request", lambda request: requests.append(request.url))
        return page

    yield open_page
    for context in contexts:
        context.close()
