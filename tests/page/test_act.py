"""The Act it tab and the correction under an answer, as a visitor uses them in a browser."""

import pytest
from acting import DESKTOP, PHONE, act, asks_for, click, go_act, record
from bad import silence
from driver import figure, photograph, upload, visit
from playwright.sync_api import expect

from ser.labels import LABELS
from ser.page.text import ENGLISH, RUSSIAN
from ser.page.text import ENGLISH as words

PROJECTOR = {"width": 1920, "height": 1080}


def n_right(heard):
    return sum(word == words.SOUNDS[emotion] for emotion, word in heard.items())


def test_skip_repeat_remove_and_finish(app, new_page, acted, tmp_path):
    page = new_page(viewport=PHONE)
    go_act(page, app.url)
    rows = page.locator("#act-round li")
    click(page, words.ACT_SKIP)
    expect(rows.nth(0)).to_contain_text(words.ACT_SKIPPED)
    asks_for(page, "calm")
    record(page, acted[1, "calm"])
    expect(page.locator("#act-answer .heard")).to_be_visible()
    expect(page.locator("#act-recording")).to_be_hidden()
    once = rows.nth(1).locator("small").inner_text()
    click(page, words.ACT_AGAIN)
    expect(rows.nth(1)).to_have_class("open")
    expect(page.locator("#act-recording")).to_be_visible()
    record(page, acted[1, "angry"])
    expect(page.locator("#act-answer .heard")).to_be_visible()
    assert rows.nth(1).locator("small").inner_text() != once
    click(page, words.ACT_NEXT)
    asks_for(page, "happy")
    click(page, words.act_remove(words.EMOTIONS["calm"]))
    expect(rows.nth(1)).to_have_class("open")

    # What has no voice is refused and does not count.
    record(page, silence(tmp_path / "silent.wav", 2))
    expect(page.locator("#act-answer .sorry")).to_be_visible()
    expect(page.locator("#act-round .predicted svg")).to_have_count(0)
    asks_for(page, "happy")

    page.locator("#act-round").get_by_role("button", name=words.EMOTIONS["neutral"]).click()
    asks_for(page, "neutral")
    right = n_right({"neutral": act(page, acted[1, "neutral"])})
    click(page, words.ACT_FINISH)
    expect(page.locator("#act-prompt .score")).to_have_text(words.act_score(right, 1))
    expect(page.locator("#act-voice")).to_contain_text(words.knows_voice(1))
    click(page, words.act_remove(words.EMOTIONS["neutral"]))
    expect(page.locator("#act-voice p")).to_have_count(0)
    asks_for(page, "neutral")
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]


def test_a_correction_teaches_the_recording_and_can_be_changed(app, new_page, acted, recognizer):
    page = new_page(viewport=DESKTOP)
    visit(page, app.url)
    expect(page.locator("#correction label")).to_have_count(0)
    upload(page, acted[1, "happy"])
    expect(page.locator("#answer .verdict")).to_contain_text("%")
    answered = figure(page, "bars")[1]["x"]
    menu = page.get_by_label(words.IT_WAS)
    assert menu.locator("option:enabled").all_inner_texts() == list(words.EMOTIONS.values())
    menu.select_option("sad")
    line = page.locator("#recordings-used")
    expect(line).to_contain_text(words.knows_voice(1))
    with page.expect_response("**/queue/join*"):
        menu.select_option("happy")
    # The answer is what it was before it learned.
    assert figure(page, "bars")[1]["x"] == answered
    upload(page, acted[2, "happy"])
    expect(page.locator("#answer .verdict")).to_contain_text("%")
    expect(line).to_contain_text(words.knows_voice(2))
    taught = recognizer.teach(acted[1, "happy"], "happy")
    expected = recognizer.analyse(acted[2, "happy"], taught).probabilities
    assert figure(page, "bars")[1]["x"] == pytest.approx(list(expected.values()), abs=1e-3)
    page.locator("#recording").get_by_label("Clear").click()
    expect(page.locator("#correction label")).to_have_count(0)
    page.locator("#examples button").first.click()
    expect(page.locator("#answer .verdict")).to_contain_text("%")
    expect(page.locator("#correction label")).to_have_count(0)


@pytest.mark.parametrize(
    ("size", "texts"),
    [
        (DESKTOP, ENGLISH),
        (PHONE, RUSSIAN),
        pytest.param(DESKTOP, RUSSIAN, marks=pytest.mark.long),
        pytest.param(PHONE, ENGLISH, marks=pytest.mark.long),
    ],
    ids=["1280x800-en", "390x844-ru", "1280x800-ru", "390x844-en"],
)
def test_looks(app, new_page, acted, size, texts):
    page = new_page(viewport=size)
    path = "" if texts is ENGLISH else "ru"
    go_act(page, f"{app.url}{path}?lang=en", texts)
    before = page.locator("#act-round").bounding_box()
    for emotion in LABELS[:2]:
        asks_for(page, emotion, texts)
        act(page, acted[1, emotion], texts)
    if size is DESKTOP:  # nothing moved
        assert page.locator("#act-round").bounding_box() == before
    click(page, texts.ACT_FINISH)
    expect(page.locator("#act-prompt .score")).to_be_visible()
    assert not photograph(page, f"act-{size['width']}x{size['height']}-{path or 'en'}", check=True)
    # Nothing is wider than the page, and no cell of the list overlaps the next.
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    overflowing = page.locator("#act-round li > *").evaluate_all(
        "all => all.filter(cell => cell.scrollWidth > cell.clientWidth + 1).length"
    )
    assert overflowing == 0


def test_presenting_fits_the_projector(app, new_page, acted):
    page = new_page(viewport=PROJECTOR)
    go_act(page, app.url)
    page.get_by_role("button", name=words.PRESENT).press("Enter")
    expect(page.locator("#foot")).to_be_hidden()
    for _ in range(2):
        for block in ("#act-prompt", "#act-round"):
            box = page.locator(block).bounding_box()
            assert box["y"] + box["height"] <= PROJECTOR["height"]
            assert box["x"] + box["width"] <= PROJECTOR["width"]
        record(page, acted[1, "neutral"])
        expect(page.locator("#act-answer .heard")).to_be_visible()
        click(page, words.ACT_FINISH)
        expect(page.locator("#act-prompt .score")).to_be_visible()
        click(page, words.ACT_ANOTHER)
        asks_for(page, "neutral")
