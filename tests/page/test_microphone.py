"""A microphone with two channels, of which one is inverted or holds only noise."""

import numpy as np
import pytest
import soundfile
from driver import ALLOWED, launch, microphone, visit
from playwright.sync_api import expect

from ser.page.text import ENGLISH as words


@pytest.mark.parametrize("kind", ["inverted", "hiss"])
def test_the_voice_is_answered(app, new_page, playwright, recognizer, speech, kind, tmp_path):
    voice, rate = soundfile.read(speech)
    hiss = 0.1 * np.random.default_rng(0).uniform(-1, 1, len(voice))
    path = tmp_path / "stereo.wav"
    soundfile.write(path, np.stack([voice, -voice if kind == "inverted" else hiss], axis=1), rate)
    with launch(playwright, *ALLOWED, microphone(path, once=True)) as browser:
        page = new_page(browser)
        visit(page, app.url)
        page.locator("#recording").get_by_role("button", name="Record", exact=True).click()
        page.wait_for_timeout(4500)
        page.get_by_role("button", name="Stop", exact=True).click()
        likeliest = words.SOUNDS[recognizer.analyse(speech).label]
        expect(page.locator("#answer .verdict strong").first).to_have_text(likeliest)
