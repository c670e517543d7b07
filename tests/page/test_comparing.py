"""A visitor sees earlier answers again and compares two recordings."""

import pytest
from driver import choose_tab, figure, serious_violations, upload, visit
from playwright.sync_api import expect

from ser.labels import LABELS
from ser.page.text import ENGLISH as words

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


def answers(page, paths):
    """Upload recordings; return the probabilities and the position that each was answered with."""
    found = []
    for number, path in enumerate(paths, 1):
        upload(page, path)
        expect(page.locator("#answer .verdict")).to_be_visible()
        if number > 1:
            expect(page.locator("#recent li")).to_have_count(number)
        place = figure(page, "map")[-1]
        found.append((figure(page, "bars")[1]["x"], (place["x"][0], place["y"][0])))
    return found


def test_three_recordings(app, new_page, speech, other_speech, unfamiliar, requests):
    page, other = new_page(viewport=DESKTOP), new_page(viewport=DESKTOP)
    visit(page, app.url)
    first, second, third = answers(page, [speech, other_speech, unfamiliar])
    expect(page.locator("#correction select")).to_be_visible()

    # The first one again, and back to the latest.
    page.locator("#recent button[name='1']").press("Enter")
    expect(page.locator("#answer .again")).to_have_text(words.recording_name(1))
    assert figure(page, "bars")[1]["x"] == pytest.approx(first[0])
    expect(page.locator("#correction select")).to_have_count(0)
    expect(page.locator("#recent [aria-current=true]")).to_have_attribute("name", "1")
    page.locator("#recent button[name='3']").click()
    expect(page.locator("#answer .again")).to_have_count(0)
    assert figure(page, "bars")[1]["x"] == pytest.approx(third[0])
    expect(page.locator("#correction select")).to_be_visible()
    expect(page.locator("#recordings-used")).to_contain_text(words.recordings_used(3))

    # Two marked with the keyboard, a third in place of the earliest.
    boxes = page.locator("#recent input")
    expect(page.locator("#comparison")).to_have_count(0)
    for number in (3, 1, 2):
        page.get_by_label(words.mark(number)).press("Space")
        if number == 1:
            expect(page.locator("#compared .verdict")).to_contain_text("3")
    expect(page.locator("#compared .verdict")).not_to_contain_text("3")
    assert boxes.evaluate_all("all => all.filter(e => e.checked).map(e => e.value)") == ["2", "1"]
    expect(page.locator("#compared-spectrograms .hm image")).to_have_count(2)
    bars = {trace["name"]: trace["x"] for trace in figure(page, "compared-bars")}
    assert bars["1"] == pytest.approx(first[0]) and bars["2"] == pytest.approx(second[0])
    places = figure(page, "compared-map")[-1]
    for place, (_, (x, y)) in zip(
        zip(places["x"], places["y"], strict=True), (first, second), strict=True
    ):
        assert place == pytest.approx((x, y), abs=1e-3)
    assert not serious_violations(page)
    page.get_by_role("button", name=words.CLOSE_COMPARISON, exact=True).click()
    expect(page.locator("#compared")).to_have_count(0)
    assert boxes.evaluate_all("all => all.some(e => e.checked)") is False

    # Another visitor sees nothing of it, nor does the same one after a reload.
    visit(other, app.url)
    assert len(answers(other, [speech])) == 1
    for visitor in (other, page):
        if visitor is page:
            visit(page, app.url)
        expect(visitor.locator("#recent li")).to_have_count(0)


def test_on_a_phone_recordings_stay_in_a_line_and_are_forgotten(
    app, new_page, speech, other_speech
):
    page = new_page(viewport=PHONE)
    visit(page, app.url)
    answers(page, [speech, other_speech])
    for number in (1, 2):
        page.get_by_label(words.mark(number)).check()
    expect(page.locator("#compared-map .js-plotly-plot .point").first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.locator("#recent").bounding_box()["height"] < 120
    assert len(figure(page, "compared-bars")[1]["x"]) == len(LABELS)
    choose_tab(page, words.LIVE)
    choose_tab(page, words.ANALYSE)
    page.get_by_role("button", name=words.START_OVER).click()
    expect(page.locator("#recent li")).to_have_count(0)
    expect(page.locator("#compared")).to_have_count(0)
