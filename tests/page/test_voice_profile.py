"""No other file is taken for a voice profile, and each is explained."""

from types import SimpleNamespace

import pytest
from acting import DESKTOP, choose_profile, restore
from driver import choose_tab, visit
from playwright.sync_api import expect

from ser import profile as profiles
from ser.errors import SerError
from ser.page.text import ENGLISH, RUSSIAN

OTHER_MODEL = "0123456789ab"


def go_profile(page, url, texts):
    visit(page, url)
    choose_tab(page, texts.ACT)
    expect(page.locator("#act-profile")).to_be_visible()


@pytest.fixture(scope="module")
def content(speaker, recognizer):
    return profiles.to_bytes(speaker, recognizer)


@pytest.mark.parametrize("texts", [ENGLISH, RUSSIAN], ids=["en", "ru"])
def test_no_other_file_is_taken_for_a_profile(
    app,
    new_page,
    content,
    speaker,
    recognizer,
    tmp_path,
    texts,
):
    # Other tests send this server requests that no page sends.
    earlier = len(app.log.read_text())
    page = new_page(viewport=DESKTOP)
    go_profile(page, app.url + ("ru?lang=en" if texts is RUSSIAN else ""), texts)
    good = tmp_path / "good.npz"
    good.write_bytes(content)
    choose_profile(page, "#act", good, texts)
    line = page.locator("#act-voice")
    expect(line).to_contain_text(texts.knows_voice(speaker.n_clips))

    other = SimpleNamespace(
        version=OTHER_MODEL, adaptation=recognizer.adaptation, classifier=recognizer.classifier
    )
    assert other.version != recognizer.version
    middle = len(content) // 2
    refused = {
        "damaged.npz": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
        "cut off.npz": content[:-1],
        "empty.npz": b"",
        "<b>markup.npz": b"not a profile",
        "large.npz": bytes(4 * 2**20),
        "other.npz": profiles.to_bytes(speaker, other),
    }
    for name, altered in refused.items():
        path = tmp_path / name
        path.write_bytes(altered)
        with pytest.raises(SerError) as raised:
            profiles.load(path, recognizer)
        choose_profile(page, "#act", path, texts)
        message = texts.explained(raised.value)
        assert name in message
        expect(page.locator("#act .profile-message .sorry")).to_have_text(message)
        # What was known stays.
        expect(line).to_contain_text(texts.knows_voice(speaker.n_clips))
    restore(page, "#act", good, texts)
    log = app.log.read_text()[earlier:]
    assert "Traceback" not in log, log
