"""The picture of a round that a visitor may keep, drawn in the browser."""

import numpy as np
import pytest
from acting import DESKTOP, PHONE, act, click, go_act
from driver import ROOT
from PIL import Image
from playwright.sync_api import expect

from ser.charts.style import MARKERS
from ser.labels import LABELS
from ser.page.text import ENGLISH, RUSSIAN
from ser.page.text import ENGLISH as words

SIZE = (1200, 630)  # px
MAP = 528  # px, where it begins
NEAR = 8  # of 255, within which a pixel has a colour


def count(pixels, colour):
    """Return how many pixels have an emotion's colour."""
    wanted = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    return int((np.abs(pixels - wanted) <= NEAR).all(axis=-1).sum())


def save(page, path, texts=words):
    with page.expect_download() as download:
        click(page, texts.CARD_SAVE)
    assert download.value.suggested_filename == f"{texts.CARD_FILE_NAME}.png"
    download.value.save_as(path)
    with Image.open(path) as image:
        assert (image.format, image.size) == ("PNG", SIZE)
        return np.asarray(image.convert("RGB")).astype(int)


def test_a_round_as_a_picture(app, new_page, acted, recognizer, tmp_path, requests):
    page = new_page(viewport=DESKTOP)
    go_act(page, app.url)
    answers = {emotion: recognizer.analyse(acted[1, emotion]).label for emotion in LABELS}
    right = [emotion for emotion in LABELS if answers[emotion] == emotion]
    wrong = [emotion for emotion in LABELS if answers[emotion] != emotion]
    chosen = [*right[:2], *wrong[:2]]
    assert len(chosen) == 4
    for emotion in chosen:
        page.locator("#act-round").get_by_role("button", name=words.EMOTIONS[emotion]).click()
        act(page, acted[1, emotion])
    click(page, words.ACT_FINISH)
    expect(page.locator("#act-prompt .score")).to_have_text(words.act_score(2, 4))
    before = len(requests)
    pixels = save(page, tmp_path / "card.png")
    # No request but for the picture itself, which lies in the browser.
    assert all(url.startswith("blob:") for url in requests[before:])
    expect(page.locator("#act-prompt .score")).to_be_visible()

    text, drawn = pixels[:, :MAP], pixels[:, MAP:]
    for emotion in LABELS:
        counts = [count(part, MARKERS[emotion].colour) for part in (text, drawn)]
        if emotion in chosen:  # in the list, and larger on the map
            assert counts[1] > counts[0] > 100, emotion
        else:
            assert max(counts) < 20, emotion
    # The faint map is there, and the text.
    assert np.ptp(drawn, axis=(0, 1)).min() > 100
    assert (text.max(axis=-1) < 60).sum() > 2000


def test_the_picture_is_of_the_last_round_and_names_the_first(app, new_page, acted, tmp_path):
    page = new_page(viewport=DESKTOP)
    go_act(page, app.url)
    for name in ("first", "second"):
        act(page, acted[1, "neutral"])
        click(page, words.ACT_FINISH)
        expect(page.locator("#act-prompt .score")).to_be_visible()
        save(page, tmp_path / f"{name}.png")
        if name == "first":
            click(page, words.ACT_ANOTHER)
    first, second = (np.asarray(Image.open(tmp_path / f"{n}.png")) for n in ("first", "second"))
    lines = slice(225, 255)  # px, where the second one names the score of the first round
    assert np.ptp(first[lines, :MAP]) < 20 < np.ptp(second[lines, :MAP])


@pytest.mark.parametrize("texts", [ENGLISH, RUSSIAN], ids=["en", "ru"])
def test_looks(app, new_page, acted, texts):
    page = new_page(viewport=PHONE)
    path = "" if texts is ENGLISH else "ru"
    go_act(page, f"{app.url}{path}?lang=en", texts)
    for emotion in LABELS:
        act(page, acted[1, emotion], texts)
    expect(page.locator("#act-prompt .score")).to_be_visible()
    folder = ROOT / "screenshots"
    folder.mkdir(exist_ok=True)
    pixels = save(page, folder / f"card-{path or 'en'}.png", texts)
    # Nothing is cut off at the edge.
    edges = (pixels[:4], pixels[-4:], pixels[:, :4], pixels[:, -4:])
    assert max(np.ptp(edge) for edge in edges) < 40
