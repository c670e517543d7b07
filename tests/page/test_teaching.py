"""One person teaches the page her voice, leaves with a profile, and returns with it."""

import gc
import shutil
import time
import weakref
from types import SimpleNamespace

import pytest
from acting import DESKTOP, asks_for, click, go_act, keep, restore
from driver import ALLOWED, TIMEOUT, choose_tab, figure, launch, microphone, upload, visit
from playwright.sync_api import expect

from ser import profile as profiles
from ser.labels import LABELS
from ser.page import LAUNCH, build
from ser.page.server import guard
from ser.page.session import SessionSpeaker
from ser.page.text import ENGLISH as words

ACTED = ("calm", "angry", "fearful", "disgust")
DURATION = 4000  # ms of a recording, longer than all that are played


@pytest.fixture
def served(recognizer, tmp_path, monkeypatch):
    """The page in this process, so that its memory can be looked at; nobody else visits it."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    page = build(recognizer)
    options = {"prevent_thread_lock": True, "quiet": True, **LAUNCH}
    page.launch(app_kwargs=guard.options(recognizer.version), **options)
    yield SimpleNamespace(url=page.local_url, folder=folder, holder=page.state_holder)
    page.close()


def act_round(page, played, recordings):
    """Act by the microphone and with the keyboard alone; return how often it was understood."""
    right = 0
    recorder, answer = page.locator("#act-recording"), page.locator("#act-answer")
    for emotion in LABELS:
        asks_for(page, emotion)
        if emotion not in ACTED:
            click(page, words.ACT_SKIP)
            continue
        # Chromium reads the file anew each time that a page opens the microphone.
        shutil.copy(recordings[emotion], played)
        button = recorder.get_by_role("button", name="Record", exact=True)
        # The focus is on the action that is next.
        expect(button).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_timeout(DURATION)
        recorder.get_by_role("button", name="Stop", exact=True).press("Enter")
        answered = answer.locator(".verdict strong").inner_text()
        right += answered == words.SOUNDS[emotion]
        expect(answer.get_by_role("button", name=words.ACT_NEXT)).to_be_focused()
        page.keyboard.press("Enter")
    expect(page.locator("#act-prompt .score")).to_have_text(words.act_score(right, len(ACTED)))
    return right


def probabilities(page, path):
    choose_tab(page, words.ANALYSE)
    upload(page, path)
    expect(page.locator("#answer .verdict")).to_contain_text("%")
    return figure(page, "bars")[1]["x"]


def left_behind(served):
    """Return the files of recordings, and what sessions have set of their states."""
    sessions = list(served.holder.session_data.values())
    states = [value for session in sessions for _, value, _ in session.state_components]
    return [path for path in served.folder.rglob("*") if path.is_file()], states


def test_a_voice_is_taught_kept_and_restored(
    served, playwright, new_page, acted, recognizer, ravdess, tmp_path
):
    played, kept, question = tmp_path / "played.wav", tmp_path / "kept.npz", acted[2, "happy"]
    rounds = [{emotion: acted[number, emotion] for emotion in ACTED} for number in (1, 2)]
    shutil.copy(question, played)
    with launch(playwright, *ALLOWED, microphone(played, once=True)) as browser:
        other = new_page(browser, viewport=DESKTOP)
        visit(other, served.url)
        unknown = probabilities(other, question)
        expected = recognizer.analyse(question).probabilities
        assert unknown == pytest.approx(list(expected.values()), abs=1e-3)

        first = new_page(browser, viewport=DESKTOP)
        go_act(first, served.url)
        before = act_round(first, played, rounds[0])
        expect(first.locator("#act-voice")).to_contain_text(words.knows_voice(4))
        click(first, words.ACT_ANOTHER)
        after = act_round(first, played, rounds[1])
        expect(first.locator("#act-prompt")).to_contain_text(words.act_first_score(before, 4))
        expect(first.locator("#act-answer table")).to_have_count(2)
        expect(first.locator("#act-voice")).to_contain_text(words.knows_voice(8))
        if ravdess:  # Synthesised voices have no emotions to learn.
            assert after > before

        # Every tab answers by what was learned, and the profile holds it.
        keep(first, "#act-voice", kept)
        speaker = profiles.load(kept, recognizer)
        assert [clip.emotion for clip in speaker.labelled] == [*ACTED, *ACTED]
        known = probabilities(first, question)
        expected = recognizer.analyse(question, speaker).probabilities
        assert known == pytest.approx(list(expected.values()), abs=1e-3)
        assert known != pytest.approx(unknown, abs=1e-3)
        lines = {words.ANALYSE: "#recordings-used", words.LIVE: "#live-voice"}
        for tab, line in lines.items():
            choose_tab(first, tab)
            expect(first.locator(line)).to_contain_text(words.knows_voice(9))
        first.close()

        second = new_page(browser, viewport=DESKTOP)
        visit(second, served.url)
        restore(second, "#enrol", kept)
        expect(second.locator("#recordings-used")).to_contain_text(words.knows_voice(8))
        assert probabilities(second, question) == pytest.approx(known, abs=1e-6)

        # One click forgets it in all tabs, and it can be restored again.
        choose_tab(second, words.LONG)
        expect(second.locator("#long-voice")).to_contain_text(words.knows_voice(8))
        second.locator("#long-voice").get_by_role("button", name=words.FORGET).click()
        expect(second.locator("#long-voice p")).to_have_count(0)
        choose_tab(second, words.ANALYSE)
        expect(second.locator("#recordings-used p")).to_have_count(0)
        expect(second.locator("#correction label")).to_have_count(0)
        expect(second.locator("#enrol .profile-message p")).to_be_hidden()
        choose_tab(second, words.ACT)
        restore(second, "#act", kept)
        expect(second.locator("#act-voice")).to_contain_text(words.knows_voice(8))

        # The other visitor's answers are as they were.
        other.locator("#recordings-used").get_by_role("button", name=words.START_OVER).click()
        expect(other.locator("#recordings-used p")).to_have_count(0)
        assert probabilities(other, question) == pytest.approx(unknown, abs=1e-6)

        files, states = left_behind(served)
        # No profile is a file of the server.
        assert files and kept.read_bytes() not in [path.read_bytes() for path in files]
        speakers = [weakref.ref(state) for state in states if isinstance(state, SessionSpeaker)]
        assert speakers
        del states
        second.close()
        other.close()
        deadline = time.monotonic() + TIMEOUT
        while any(left_behind(served)) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert left_behind(served) == ([], [])
        gc.collect()
        assert not [speaker for speaker in speakers if speaker()]
