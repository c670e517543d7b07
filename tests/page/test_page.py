"""The page as a visitor uses it, in a real browser."""

import pytest
from driver import FAKE_DEVICE, REFUSED, figure, launch, photograph, upload, visit
from gradio_client import Client, handle_file
from playwright.sync_api import expect

from ser.labels import LABELS
from ser.page.text import ENGLISH as words

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
ANSWER = (
    "#recording",
    "#examples",
    "#answer",
    "#recordings-used",
    "#outline",
    "#bars",
    "#map",
    "#neighbours",
)
BLOCKS = (*ANSWER, "#details", "#foot")


def expect_answer(page):
    """Wait for an answer and check that every part of it is there."""
    expect(page.locator("#answer .verdict")).to_contain_text("%")
    probabilities, texts = figure(page, "bars")[1]["x"], figure(page, "bars")[3]["text"]
    assert len(probabilities) == len(texts) == len(LABELS)
    assert sum(probabilities) == pytest.approx(1, abs=0.01)
    assert all("%" in text for text in texts)
    names = [words.EMOTIONS[label] for label in LABELS]
    likeliest = names[probabilities.index(max(probabilities))]
    assert likeliest in page.locator("#answer .verdict strong").first.inner_text()
    voice = figure(page, "map")[-1]
    assert voice["name"] == "voice" and len(voice["x"]) == 1
    expect(page.locator("#neighbours li")).to_have_count(5)
    assert "actor" in page.locator("#neighbours li").first.inner_text()
    return voice


def test_upload(app, new_page, speech, requests):
    page = new_page(viewport=DESKTOP)
    visit(page, app.url)
    assert [trace["name"] for trace in figure(page, "map")] == list(LABELS)
    assert sum(len(trace["x"]) for trace in figure(page, "map")) == 1440
    upload(page, speech)
    expect_answer(page)
    assert sum("queue/join" in url for url in requests) == 1
    page.locator("#recording").get_by_label("Clear").click()
    expect(page.locator("#answer")).to_contain_text(words.WAITING)
    expect(page.locator("#neighbours")).to_contain_text(words.NO_NEIGHBOURS)
    assert [trace["name"] for trace in figure(page, "map")] == list(LABELS)


def test_another_recording_has_another_position(app, new_page, speech, other_speech):
    page = new_page(viewport=DESKTOP)
    visit(page, app.url)
    upload(page, speech)
    first = expect_answer(page)
    upload(page, other_speech)
    second = expect_answer(page)
    assert (first["x"], first["y"]) != (second["x"], second["y"])


def test_the_map_is_drawn_once_and_an_answer_is_small(
    app, new_page, speech, other_speech, tmp_path
):
    bad = tmp_path / "text.wav"
    bad.write_text("this is no sound\n" * 40)
    page = new_page(viewport=DESKTOP)
    streams = []  # of events
    page.on(
        "requestfinished", lambda request: "queue/data" in request.url and streams.append(request)
    )
    visit(page, app.url)
    page.evaluate("document.querySelector('#map .js-plotly-plot').dataset.first = 'yes'")

    def on_map(expected):
        assert [trace["name"] for trace in figure(page, "map")] == [*LABELS, *expected]
        points = 1440 + (5 + 1 if expected else 0)
        expect(page.locator("#map .point")).to_have_count(points)
        expect(page.locator("#map .textpoint")).to_have_count(len(expected) // 3)
        expect(page.locator("#map .js-plotly-plot[data-first=yes]")).to_have_count(1)

    for path in (speech, other_speech, speech):
        upload(page, path)
        position = expect_answer(page)
        on_map(["edges", "neighbours", "voice"])
        expect(page.locator("#map .textpoint")).to_have_text(words.YOUR_VOICE)
    page.evaluate("document.body.classList.toggle('dark')")
    page.set_viewport_size(PHONE)
    page.wait_for_timeout(1000)  # for the map's new width
    on_map(["edges", "neighbours", "voice"])
    assert figure(page, "map")[-1] == position
    upload(page, bad)
    expect(page.locator("#answer .sorry")).to_be_visible()
    on_map([])
    upload(page, speech)
    expect_answer(page)
    on_map(["edges", "neighbours", "voice"])
    # An answer brings the list of recent recordings, too, which grows.
    largest = max(stream.sizes()["responseBodySize"] for stream in streams)
    assert 1000 < largest < 10 * 2**10 + len(page.locator("#recent").inner_html())


def test_microphone_and_trim(app, new_page, requests):
    page = new_page(viewport=DESKTOP)
    visit(page, app.url)
    page.locator("#recording").get_by_role("button", name="Record", exact=True).click()
    page.wait_for_timeout(4000)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect_answer(page)
    before = page.locator("#answer .for-screen-readers").inner_text()
    assert sum("queue/join" in url for url in requests) == 1
    page.get_by_label("Trim audio to selection").click()
    page.get_by_role("button", name="Trim", exact=True).click()
    expect(page.locator("#answer .for-screen-readers")).not_to_have_text(before)
    expect_answer(page)
    expect(page.locator("#recordings-used")).to_contain_text(words.recordings_used(1))
    assert sum("queue/join" in url for url in requests) == 2


def test_every_recording_updates_the_speaker(app, new_page, unfamiliar, speech, tmp_path):
    bad = tmp_path / "text.wav"
    bad.write_text("this is no sound\n" * 40)
    page, other = new_page(viewport=DESKTOP), new_page(viewport=DESKTOP)
    visit(page, app.url)
    recordings_used = page.locator("#recordings-used p")
    expect(recordings_used).to_have_count(0)
    upload(page, unfamiliar)  # a familiar voice is hardly adapted to
    expect(recordings_used).to_contain_text(words.recordings_used(1))
    first = expect_answer(page)
    upload(page, bad)
    expect(page.locator("#answer .sorry")).to_be_visible()
    expect(recordings_used).to_contain_text(words.recordings_used(1))
    upload(page, speech)
    expect(recordings_used).to_contain_text(words.recordings_used(2))
    upload(page, unfamiliar)
    expect(recordings_used).to_contain_text(words.recordings_used(3))
    assert expect_answer(page) != first

    visit(other, app.url)
    upload(other, unfamiliar)
    expect(other.locator("#recordings-used p")).to_contain_text(words.recordings_used(1))
    assert expect_answer(other) == first

    page.get_by_role("button", name=words.START_OVER).click()
    expect(recordings_used).to_have_count(0)
    expect(page.locator("#answer .verdict")).to_be_visible()
    upload(page, unfamiliar)
    expect(recordings_used).to_contain_text(words.recordings_used(1))
    assert expect_answer(page) == first


def test_a_recording_chosen_during_an_answer_is_a_new_one(
    app, new_page, speech, other_speech, requests
):
    """Gradio merges what happens in the box meanwhile: the server gets no event for clearing it."""
    page = new_page(viewport=DESKTOP)
    visit(page, app.url)
    held = []
    page.route("**/queue/data*", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/queue/data*"):
        upload(page, speech)
    clear = page.locator("#recording").get_by_label("Clear")
    clear.click()
    expect(clear).to_have_count(0)
    page.set_input_files("#recording input[type=file]", other_speech)
    # Shown only when the upload is finished and the box holds the new recording.
    expect(clear).to_be_visible()
    held[0].continue_()
    expect(page.locator("#recordings-used")).to_contain_text(words.recordings_used(2))
    expect_answer(page)
    assert sum("queue/join" in url for url in requests) == 2


def test_bad_file_is_explained_and_the_next_one_answers(app, new_page, speech, tmp_path):
    bad = tmp_path / "text.wav"
    bad.write_text("this is no sound\n" * 40)
    page = new_page(viewport=DESKTOP)
    visit(page, app.url)
    upload(page, bad)
    expect(page.locator("#answer .sorry")).to_contain_text("text.wav cannot be read as audio")
    assert len(figure(page, "map")) == len(LABELS)
    upload(page, speech)
    expect_answer(page)


def test_too_large_file_is_refused_and_the_next_one_answers(app, new_page, speech, tmp_path):
    large = tmp_path / "large.wav"
    with large.open("wb") as file:
        file.truncate(101 * 2**20)
    page = new_page(viewport=DESKTOP)
    visit(page, app.url)
    upload(page, large)
    expect(page.locator("#answer .rejected")).to_have_text(words.TOO_LARGE.format(large.name))
    upload(page, speech)
    expect_answer(page)


def test_two_sessions_see_their_own_result(app, new_page, speech, other_speech):
    client = Client(app.url, verbose=False)
    pages = {new_page(viewport=DESKTOP): speech, new_page(viewport=DESKTOP): other_speech}
    for page in pages:
        visit(page, app.url)
    for page, path in pages.items():
        upload(page, path)
    for page, path in pages.items():
        expect_answer(page)
        expected = client.predict(handle_file(path), api_name="/predict")["probabilities"]
        assert figure(page, "bars")[1]["x"] == pytest.approx(list(expected.values()), abs=1e-3)


@pytest.mark.parametrize(
    ("arguments", "reason"), [(REFUSED, "refused"), ((), "absent")], ids=["refused", "absent"]
)
def test_missing_microphone_is_explained(app, new_page, playwright, speech, arguments, reason):
    with launch(playwright, *arguments) as browser:
        page = new_page(browser, viewport=DESKTOP)
        visit(page, app.url)
        page.locator("#recording").get_by_role("button", name="Record", exact=True).click()
        expect(page.get_by_text(words.MICROPHONE[reason])).to_be_visible()
        upload(page, speech)
        expect_answer(page)
        expect(page.get_by_text(words.MICROPHONE[reason])).to_be_hidden()


def test_page_without_https_says_that_there_is_no_microphone(app, new_page, playwright):
    with launch(playwright, *FAKE_DEVICE) as browser:
        page = new_page(browser, viewport=DESKTOP)
        # What a browser does on a page that is neither https nor localhost.
        page.add_init_script("delete Navigator.prototype.mediaDevices")
        visit(page, app.url)
        expect(page.get_by_text(words.MICROPHONE["insecure"])).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280x800", "390x844"])
def test_looks(app, new_page, speech, size):
    page = new_page(viewport=size)
    visit(page, app.url)
    name = f"{size['width']}x{size['height']}"
    photograph(page, f"before-{name}")
    before = [page.locator(block).bounding_box() for block in BLOCKS]
    upload(page, speech)
    expect_answer(page)
    photograph(page, f"after-{name}")
    assert [page.locator(block).bounding_box() for block in BLOCKS] == before
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    if size is DESKTOP:
        answer = [page.locator(block).bounding_box() for block in ANSWER]
        assert max(box["y"] + box["height"] for box in answer) <= size["height"]


def test_notices(app, new_page):
    page = new_page(viewport=PHONE)
    visit(page, app.url)
    foot = page.locator("#foot")
    for text in (words.PRIVACY, words.NOTICE, "not trained on", "Answered by"):
        expect(foot).to_contain_text(text)


def test_keyboard_and_names(app, new_page):
    page = new_page(viewport=DESKTOP)
    visit(page, app.url)
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Record":
            break
    else:
        pytest.fail("the Record button cannot be reached by Tab")
    nameless = page.locator("main button:visible").evaluate_all(
        "all => all.filter(e => !(e.innerText.trim() || e.ariaLabel)).map(e => e.outerHTML)"
    )
    assert not nameless
    expect(page.locator("#answer").get_by_role("status")).to_contain_text(words.WAITING)
