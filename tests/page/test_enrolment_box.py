"""The second box: a neutral sentence of one's own, and what it changes."""

from bad import silence
from driver import figure, upload, visit
from playwright.sync_api import expect

from ser.page.text import ENGLISH as words

DESKTOP = {"width": 1280, "height": 800}


def say(page, path):
    """Give the second box a recording as a person does."""
    box = page.locator("#neutral")
    box.get_by_label("Upload file").first.click()
    page.set_input_files("#neutral input[type=file]", path)


def test_a_neutral_sentence_changes_the_answer(app, new_page, speech, other_speech, tmp_path):
    page = new_page(viewport=DESKTOP)
    visit(page, app.url)
    upload(page, speech)
    expect(page.locator("#answer .verdict")).to_contain_text("%")
    expect(page.locator("#known")).to_contain_text(words.known(1))
    stranger = figure(page, "bars")[1]["x"]
    expect(page.locator("#neutral")).to_be_hidden()
    page.get_by_role("button", name=words.ENROL).click()

    say(page, silence(tmp_path / "silent.wav", 2))
    expect(page.locator("#enrolled .sorry")).to_contain_text("silent")
    assert figure(page, "bars")[1]["x"] == stranger

    page.locator("#neutral").get_by_label("Clear").click()
    say(page, other_speech)
    expect(page.locator("#enrolled")).to_contain_text(words.enrolled(1))
    page.wait_for_function(
        """before => {
            const { _fullData } = document.querySelector("#bars .js-plotly-plot");
            return [..._fullData[1].x].some((share, row) => share !== before[row]);
        }""",
        arg=stranger,
    )
    assert abs(sum(figure(page, "bars")[1]["x"]) - 1) < 1e-3
    # The box is free for a further sentence, which is counted.
    expect(page.locator("#neutral").get_by_text("Drop Audio Here")).to_be_visible()
    say(page, other_speech)
    expect(page.locator("#enrolled")).to_contain_text(words.enrolled(2))

    page.locator("#known button").click()
    expect(page.locator("#known p")).to_have_count(0)


def test_one_visitors_sentence_is_nobody_elses(app, new_page, speech, other_speech):
    first, second = new_page(viewport=DESKTOP), new_page(viewport=DESKTOP)
    for page in (first, second):
        visit(page, app.url)
    first.get_by_role("button", name=words.ENROL).click()
    say(first, other_speech)
    expect(first.locator("#enrolled")).to_contain_text(words.enrolled(1))
    for page in (first, second):
        upload(page, speech)
        expect(page.locator("#answer .verdict")).to_contain_text("%")
    expect(second.locator("#known")).to_contain_text(words.known(1))
    assert figure(first, "bars")[1]["x"] != figure(second, "bars")[1]["x"]
