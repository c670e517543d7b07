"""The Live tab: what it shows of a voice, when it stops, and that it keeps nothing."""

from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
import soundfile
from driver import ALLOWED, REFUSED, launch, microphone, photograph, visit_live
from playwright.sync_api import expect

from ser.audio.decoding import open_recording
from ser.bench.page import NOTE_CHUNKS
from ser.labels import CONFIDENT, LABELS, UNCERTAIN
from ser.page.session import SessionSpeaker, session_state
from ser.page.tabs import live
from ser.page.tabs.live import STREAM_EVERY, TIME_LIMIT, TRAIL, WINDOW, Window
from ser.page.text import ENGLISH as words

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
BLOCKS = ("#live-sound", "#live-moment", "#live-place")
ON = "#live-moment [data-state=on]"


@pytest.fixture
def chunks(tmp_path, speech):
    """Return a function that writes a recording as gradio does with a stream."""

    def write(path):
        with open_recording(path) as sound:
            samples, rate = np.concatenate(list(sound.blocks)), sound.sampling_rate
        step = int(STREAM_EVERY * rate)
        for start in range(0, len(samples) - step + 1, step):
            chunk = tmp_path / f"{path.stem}-{start}" / "audio.wav"
            chunk.parent.mkdir()
            soundfile.write(chunk, samples[start : start + step], rate)
            yield chunk

    return write


@pytest.fixture
def analyse_chunk(recognizer):
    """The function behind the stream."""
    with gr.Blocks(analytics_enabled=False) as page:
        live.build(words, recognizer, session_state())
    return next(event.fn for event in page.fns.values() if event.name == "analyse_chunk")


def test_the_window_is_the_latest_three_seconds():
    window = Window()
    for number in range(20):
        window = window.append(100, np.full(50, number, np.float32))
    assert len(window.samples) == WINDOW * 100
    assert np.unique(window.samples).tolist() == list(range(14, 20))
    assert np.unique(window.append(200, np.zeros(50, np.float32)).samples) == [0]


def test_a_voice_is_answered_as_the_same_recording_would_be(
    analyse_chunk, recognizer, chunks, speech
):
    window, speaker, answered = Window(), SessionSpeaker(), {}
    for chunk in chunks(speech):
        update, window, answered = analyse_chunk(str(chunk), window, speaker, answered)
        assert not chunk.parent.exists()
    analysis = recognizer.analyse((window.sampling_rate, window.samples))
    assert update["probabilities"] == list(analysis.probabilities.values())
    assert LABELS[update["likeliest"]] == analysis.label
    assert all(0 < fraction < 1 for fraction in update["position"])
    # A correction is of what was answered.
    features = answered[update["chunk"]]
    assert (features.rows == analysis.features.rows).all() and len(answered) <= live.RECENT


def test_the_answer_is_adapted_to_the_speaker(
    analyse_chunk, recognizer, chunks, speech, other_speech
):
    enrolled = SessionSpeaker(after=recognizer.analyse(other_speech).speaker)
    chunk = list(chunks(speech))[2]
    copy = chunk.read_bytes()
    unadapted = analyse_chunk(str(chunk), Window(), SessionSpeaker(), {})[0]
    chunk.parent.mkdir()
    chunk.write_bytes(copy)
    adapted = analyse_chunk(str(chunk), Window(), enrolled, {})[0]
    assert adapted["probabilities"] != unadapted["probabilities"]


@pytest.mark.parametrize("level", [0, 1e-3, 0.1], ids=["silence", "a quiet room", "a loud fan"])
def test_without_a_voice_it_goes_on(analyse_chunk, chunks, tmp_path, level):
    sound = tmp_path / "sound.wav"
    soundfile.write(sound, np.random.default_rng(0).normal(0, level, 48_000), 48_000)
    window = Window()
    for chunk in chunks(sound):
        update, window, _ = analyse_chunk(str(chunk), window, SessionSpeaker(), {})
        assert update == {"chunk": chunk.parent.name, "sentence": words.IN_PROGRESS}


def test_a_missing_or_damaged_chunk_is_skipped(analyse_chunk, chunks, speech, tmp_path):
    _, window, answered = analyse_chunk(str(next(chunks(speech))), Window(), SessionSpeaker(), {})
    broken = tmp_path / "broken" / "audio.wav"
    broken.parent.mkdir()
    broken.write_bytes(b"no sound")
    for chunk in (tmp_path / "gone" / "audio.wav", broken):
        update, *after = analyse_chunk(str(chunk), window, SessionSpeaker(), answered)
        assert (
            after[0] is window and after[1] is answered and update["sentence"] == words.IN_PROGRESS
        )


def test_a_bug_is_logged_and_live_goes_on(recognizer, chunks, speech, caplog):
    def fail(recording, speaker):
        raise ZeroDivisionError

    with gr.Blocks(analytics_enabled=False) as page:
        live.build(
            words,
            SimpleNamespace(
                embedding_map=recognizer.embedding_map, emotions=recognizer.emotions, analyse=fail
            ),
            session_state(),
        )
    broken = next(event.fn for event in page.fns.values() if event.name == "analyse_chunk")
    update, *_ = broken(str(next(chunks(speech))), Window(), SessionSpeaker(), {})
    assert update["sentence"] == words.IN_PROGRESS
    assert caplog.records[0].exc_info[0] is ZeroDivisionError


@pytest.mark.parametrize(
    ("verdict", "highest", "text"),
    [
        (CONFIDENT, {"angry": 0.9}, "Sounds angry"),
        (UNCERTAIN, {"angry": 0.4, "sad": 0.39}, "Hard to say: angry or sad"),
    ],
)
def test_sentence(verdict, highest, text):
    probabilities = dict.fromkeys(LABELS, 0.01) | highest
    analysis = SimpleNamespace(verdict=verdict, probabilities=probabilities)
    sentence, emotions = words.live_sentence(analysis)
    assert sentence.format(*emotions) == text


@pytest.fixture(scope="module")
def talker(playwright, speech):
    """Chromium whose microphone plays `speech` repeatedly."""
    with launch(playwright, *ALLOWED, microphone(speech)) as started:
        yield started


def go_live(page, url):
    visit_live(page, url)
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_selector("#live.moving")


def test_bars_and_dot_move_with_the_voice(app, talker, new_page, requests):
    page = new_page(talker, viewport=DESKTOP)
    page.add_init_script(NOTE_CHUNKS)
    go_live(page, app.url)
    state = page.locator("#live-moment [role=status]")
    expect(state).to_have_text(words.LIVE_STATES["on"])
    expect(page.locator("#live-moment .left")).to_contain_text("left")
    answers = set()
    for _ in range(6):
        moment = page.locator("#live-moment [data-chunk]")
        expect(moment).not_to_have_attribute("data-chunk", moment.get_attribute("data-chunk"))
        answers.add(page.locator("#live-moment .bars").inner_html())
    assert len(answers) > 1
    lengths = page.evaluate("Object.values(window.chunks).map(({seconds}) => seconds)")
    assert lengths and lengths == pytest.approx([STREAM_EVERY] * len(lengths))
    bars = page.locator("#live-moment .bar").evaluate_all(
        "all => all.map(bar => Number(bar.style.transform.slice(7, -1)))"
    )
    assert sum(bars) == pytest.approx(1, abs=1e-6)
    likeliest = page.locator("#live-moment .likeliest").inner_text()
    assert words.EMOTIONS[LABELS[bars.index(max(bars))]] in likeliest and "%" in likeliest
    lines = page.locator("#live-trail line")
    expect(lines).to_have_count(TRAIL)
    fading = lines.evaluate_all("all => all.map(line => Number(line.style.opacity))")
    assert fading == sorted(fading, reverse=True) and fading[0] > 2 * fading[-1]
    expect(page.locator("#live-trail .now")).to_have_count(1)
    # The map is drawn once, whatever moves over it.
    assert not [url for url in requests if "plot" in url and "queue" in url]

    page.get_by_role("button", name="Stop", exact=True).click()
    expect(state).to_have_text(words.LIVE_STATES["stopped"])
    expect(page.locator("#live-moment .left")).to_have_text("")
    expect(page.locator("#live-moment .bar").first).to_be_attached()

    # The last answer can be corrected, and corrected again.
    menu, line = page.locator("#live-correction select"), page.locator("#live-voice")
    menu.select_option("sad")
    expect(line).to_contain_text(words.knows_voice(1))
    with page.expect_response("**/queue/join*"):
        menu.select_option("happy")
    expect(line).to_contain_text(words.knows_voice(1))
    line.get_by_role("button", name=words.FORGET).click()
    expect(menu).to_have_count(0)


def test_the_dot_lies_where_plotly_would_draw_it(app, talker, new_page):
    page = new_page(talker, viewport=DESKTOP)
    go_live(page, app.url)
    area, trail = page.evaluate("""() => {
        const box = selector => {
            const {left, top, right, bottom} =
                document.querySelector(selector).getBoundingClientRect();
            return [left, top, right, bottom];
        };
        return [box("#live-place .plot-container .bglayer, #live-place .nsewdrag"),
                box("#live-trail .trail")];
    }""")
    assert trail == pytest.approx(area, abs=1.5)


def test_it_stops_after_two_minutes(app, talker, new_page):
    page = new_page(talker, viewport=DESKTOP)
    page.clock.install()
    go_live(page, app.url)
    page.clock.fast_forward(TIME_LIMIT * 1000)
    expect(page.locator("#live-moment [role=status]")).to_have_text(words.LIVE_STATES["limit"])
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_visible()


def test_it_stops_when_it_is_hidden(app, talker, new_page):
    page = new_page(talker, viewport=DESKTOP)
    go_live(page, app.url)
    state = page.locator("#live-moment [role=status]")
    page.evaluate("""() => {
        Object.defineProperty(document, "hidden", {value: true, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
        delete document.hidden;
    }""")
    expect(state).to_have_text(words.LIVE_STATES["hidden"])
    page.get_by_role("button", name="Record", exact=True).click()
    expect(state).to_have_text(words.LIVE_STATES["on"])
    page.get_by_role("tab", name=words.ANALYSE).click()
    expect(state).to_have_text(words.LIVE_STATES["hidden"])


@pytest.mark.parametrize(
    ("arguments", "reason"), [(REFUSED, "refused"), ((), "absent")], ids=["refused", "absent"]
)
def test_missing_microphone_is_explained(app, new_page, playwright, arguments, reason):
    with launch(playwright, *arguments) as browser:
        page = new_page(browser, viewport=DESKTOP)
        visit_live(page, app.url)
        page.locator("#live-sound").get_by_role("button", name="Record", exact=True).click()
        explanation = page.locator("#live-microphone").get_by_text(words.MICROPHONE[reason])
        expect(explanation).to_be_visible()
        expect(page.locator("#live-moment [role=status]")).to_have_text(words.LIVE_STATES["off"])


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280x800", "390x844"])
def test_looks(app, talker, new_page, size):
    page = new_page(talker, viewport=size)
    visit_live(page, app.url)
    before = [page.locator(block).bounding_box() for block in BLOCKS]
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_selector("#live.moving")
    photograph(page, f"live-{size['width']}x{size['height']}")
    assert [page.locator(block).bounding_box() for block in BLOCKS] == before
    width, height = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert width <= size["width"]
    assert size is PHONE or height <= size["height"]
