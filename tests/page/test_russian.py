"""The page in a Russian browser, and the switch between its languages."""

import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from bad import silence
from driver import TIMEOUT, visit
from playwright.sync_api import expect

from ser.page.text import ENGLISH, RUSSIAN

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
# Names, formats and quotations; everything else of three letters or more is English left over.
LATIN = re.compile(r"[A-Za-z]{3,}")
ALLOWED = set(
    "RAVDESS CREMA nEMO Alt Esc API JSON PNG CSV English Livingstone Russo Cao Christop doi zenodo "
    "CASIA AESDD Vryzas "
    "ODbL MIT Python python pip install gradio client curl https localhost ser download NaN CPU "
    "NVIDIA GPU Apple wav flac mp3 CUDA".split()
)


def visible_text(page) -> str:
    """Return what stands on the page; programs and the names of microphones left out."""
    return page.evaluate(
        """() => {
            const copy = document.querySelector(".gradio-container").cloneNode(true);
            const omitted = "code, style, script, svg title, select, .hidden, .nav-holder";
            copy.querySelectorAll(omitted).forEach(element => element.remove());
            return copy.textContent;
        }"""
    )


def english(text: str) -> set[str]:
    return set(LATIN.findall(re.sub(r"«[^»]*»", "", text))) - ALLOWED


@pytest.mark.parametrize(
    ("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"]
)
def test_everything_is_russian(app, new_page, speech, size, theme):
    page = new_page(viewport=size, color_scheme=theme, locale="ru-RU")
    visit(page, f"{app.url}?__theme={theme}")
    assert urlsplit(page.url).path == "/ru" and parse_qs(urlsplit(page.url).query) == {
        "__theme": [theme]
    }
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page).to_have_title(RUSSIAN.TITLE)
    page.get_by_label(RUSSIAN.CONTROLS["Upload file"]).first.click()
    page.set_input_files("#recording input[type=file]", speech)
    expect(page.locator("#answer .verdict")).to_have_text(
        re.compile("(Голос звучит|Трудно сказать: голос звучит) .* >?\\d+\N{NO-BREAK SPACE}%")
    )
    expect(page.locator("#recordings-used")).to_contain_text(RUSSIAN.recordings_used(1))
    expect(page.locator("#neighbours")).to_contain_text("актёр")
    names = page.locator("#bars .ytick").all_text_contents()
    assert names == list(RUSSIAN.EMOTIONS.values())
    assert not english(visible_text(page))
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]


def test_every_tab_is_russian(app, new_page):
    page = new_page(viewport=DESKTOP, locale="ru-RU")
    visit(page, app.url)
    for name in (RUSSIAN.ACT, RUSSIAN.LIVE, RUSSIAN.LONG, RUSSIAN.EXPLORE, RUSSIAN.QUALITY):
        page.get_by_role("tab", name=name).click()
        if name == RUSSIAN.EXPLORE:
            expect(page.locator("#explore-legend")).to_contain_text(RUSSIAN.map_of(1440, 1440))
    assert not english(visible_text(page))


def test_errors_are_in_russian(app, new_page, tmp_path):
    page = new_page(viewport=DESKTOP, locale="ru-RU")
    visit(page, app.url)
    page.get_by_label(RUSSIAN.CONTROLS["Upload file"]).first.click()
    page.set_input_files("#recording input[type=file]", silence(tmp_path / "silent.wav", 2))
    expect(page.locator("#answer .sorry")).to_contain_text("Запись (2,0 с) — тишина.")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_switch(app, new_page, size):
    page = new_page(viewport=size, locale="ru-RU")
    visit(page, f"{app.url}?__theme=dark")
    page.get_by_role("link", name=ENGLISH.LANGUAGE).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#head h1")).to_have_text(ENGLISH.TITLE)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_label("Upload file").first).to_be_visible()
    assert parse_qs(urlsplit(page.url).query) == {"lang": ["en"], "__theme": ["dark"]}
    page.get_by_role("link", name=RUSSIAN.LANGUAGE).click()
    expect(page.locator("#head h1")).to_have_text(RUSSIAN.TITLE)
    assert urlsplit(page.url).path == "/ru"


def test_the_language_is_declared_to_the_browser(app):
    with httpx.Client(base_url=app.url, timeout=TIMEOUT) as client:
        russian = {"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.8"}
        redirect = client.get("/?__theme=dark", headers=russian)
        assert (redirect.status_code, redirect.headers["Location"]) == (302, "ru?__theme=dark")
        for path, language, title in (
            ("/?lang=en", "en", ENGLISH.TITLE),
            ("/ru", "ru", RUSSIAN.TITLE),
        ):
            answer = client.get(path, headers=russian)
            assert f'lang="{language}"' in answer.text and f'content="{title}"' in answer.text
            assert "navigator, 'language'" in answer.text.split("<meta")[0]
            assert answer.headers["Vary"] == "Accept-Language"
        assert client.get("/").status_code == 200
        assert client.get("/nonsense", headers=russian).text == RUSSIAN.NO_SUCH_PAGE
