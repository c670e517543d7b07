"""Enrolment: a neutral sentence in the second box, and how the answer changes."""

from bad import silence
from driver import figure, upload, visit
from playwright.sync_api import expect

from ser.page.text import ENGLISH as words

DESKTOP = {"width": 1280, "height": 800}


def enrol(page, path):
    """Upload a recording to the second box as a visitor does."""
    box = page.locator("#neutral")
    box.get_by_label("Upload file").first.click()
    page.set_input_files("#neutral input[type=file]", path)


def test_a_neutral_sentence_changes_the_answer(app, new_page, speech, other_speech, tmp_path):
    page = new_page(viewport=DESKTOP)
    visit(page, app.url)
    upload(page, speech)
    expect(page.locator("#answer .verdict")).to_contain_text("%")
    expect(page.locator("#recordings-used")).to_contain_text(words.recordings_used(1))
    before_enrolment = figure(page, "bars")[1]["x"]
    expect(page.locator("#neutral")).to_be_hidden()
    page.get_by_role("button", name=words.ENROL).click()

    enrol(page, silence(tmp_path / "silent.wav", 2))
    expect(page.locator("#enrolled .sorry")).to_contain_text("silent")
    assert figure(page, "bars")[1]["x"] == before_enrolment

    page.locator("#neutral").get_by_label("Clear").click()
    enrol(page, other_speech)
    expect(page.locator("#enrolled")).to_contain_text(words.enrolled(1))
    page.wait_for_function(
        """before => {
            const { _fullData } = document.querySelector("#bars .js-plotly-plot");
            return [..._fullData[1].x].some((probability, row) => probability !== before[row]);
        }""",
        arg=before_enrolment,
    )
    assert abs(sum(figure(page, "bars")[1]["x"]) - 1) < 1e-3
    # The box is free for a further sentence, which is counted.
    expect(page.locator("#neutral").get_by_text("Drop Audio Here")).to_be_visible()
    enrol(page, other_speech)
    expect(page.locator("#enrolled")).to_contain_text(words.enrolled(2))

    page.locator("#recordings-used button").click()
    expect(page.locator("#recordings-used p")).to_have_count(0)


def test_enrolment_is_limited_to_the_session(app, new_page, speech, other_speech):
    first, second = new_page(viewport=DESKTOP), new_page(viewport=DESKTOP)
    for page in (first, second):
        visit(page, app.url)
    first.get_by_role("button", name=words.ENROL).click()
    enrol(first, other_speech)
    expect(first.locator("#enrolled")).to_contain_text(words.enrolled(1))
    for page in (first, second):
        upload(page, speech)
        expect(page.locator("#answer .verdict")).to_contain_text("%")
    expect(second.locator("#recordings-used")).to_contain_text(words.recordings_used(1))
    assert figure(first, "bars")[1]["x"] != figure(second, "bars")[1]["x"]
