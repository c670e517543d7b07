"""The page serves those who use a keyboard, a screen reader or other eyes; on every tab."""

import pytest
from driver import figure, serious_violations, upload, visit
from playwright.sync_api import expect

from ser.page.text import ENGLISH as words

DESKTOP = {"width": 1280, "height": 800}
PROJECTOR = {"width": 1920, "height": 1080}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_violation_on_any_tab(app, new_page, speech, theme):
    page = new_page(viewport=DESKTOP, color_scheme=theme)
    visit(page, f"{app.url}?__theme={theme}")
    upload(page, speech)
    expect(page.locator("#answer .verdict")).to_be_visible()
    page.get_by_role("button", name=words.DETAILS).click()
    expect(page.get_by_role("button", name=words.SAVE_RESULT)).to_be_visible()
    for tab in page.locator("#tabs").get_by_role("tab").all():
        tab.click()
        assert not serious_violations(page), tab.inner_text()


def test_presenting_is_large_and_escape_ends_it(app, new_page):
    page = new_page(viewport=PROJECTOR)
    visit(page, app.url)
    before = page.locator("#answer").bounding_box()
    page.get_by_role("button", name=words.PRESENT).press("Enter")
    expect(page.locator("#foot")).to_be_hidden()
    expect(page.get_by_role("button", name=words.PRESENT)).to_have_attribute("aria-pressed", "true")
    page.wait_for_function(
        "before => document.querySelector('#answer').getBoundingClientRect().width > 1.2 * before",
        arg=before["width"],
    )
    size = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert size[0] <= size[1]
    bars = page.locator("#bars").bounding_box()
    assert bars["y"] + bars["height"] <= PROJECTOR["height"]
    page.locator("#examples button").first.click()
    expect(page.locator("#answer .verdict")).to_be_visible()
    assert sum(figure(page, "bars")[1]["x"]) == pytest.approx(1, abs=0.01)
    page.keyboard.press("Escape")
    expect(page.locator("#foot")).to_be_visible()
    page.keyboard.press("Alt+KeyP")
    expect(page.locator("#foot")).to_be_hidden()


def test_russian_has_the_same_typeface(app, new_page):
    page = new_page(viewport=DESKTOP)
    visit(page, app.url)
    devtools = page.context.new_cdp_session(page)
    for selector in ("#head h1", "#head p"):
        page.evaluate(
            "selector => document.querySelector(selector).textContent = 'Ёж съел щи: звучит'",
            selector,
        )
        page.evaluate("document.fonts.ready")
        devtools.send("DOM.enable")
        devtools.send("CSS.enable")
        root = devtools.send("DOM.getDocument")["root"]["nodeId"]
        node = devtools.send("DOM.querySelector", {"nodeId": root, "selector": selector})
        fonts = devtools.send("CSS.getPlatformFontsForNode", {"nodeId": node["nodeId"]})["fonts"]
        assert {font["isCustomFont"] for font in fonts} == {True}
        assert {font["familyName"] for font in fonts} == {"IBM Plex Sans"}
