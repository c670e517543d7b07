"""A voice profile is kept in one tab and restored in another; no other file is read as one."""

from types import SimpleNamespace

import pytest
from acting import DESKTOP
from driver import choose_tab, figure, upload, visit
from playwright.sync_api import expect

from ser import profile as profiles
from ser.errors import SerError
from ser.page.text import ENGLISH, RUSSIAN
from ser.page.text import ENGLISH as words

OTHER_MODEL = "0123456789ab"


def go_profile(page, url, texts=words):
    visit(page, url)
    choose_tab(page, texts.ACT)
    expect(page.locator("#profile")).to_be_visible()


def choose(page, path, texts=words):
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=texts.PROFILE_RESTORE).click()
    chooser.value.set_files(path)


def keep(page, path):
    choose_tab(page, words.ACT)
    with page.expect_download() as download:
        page.get_by_role("button", name=words.PROFILE_KEEP).click()
    assert download.value.suggested_filename == words.PROFILE_FILE_NAME
    download.value.save_as(path)
    return path


def probabilities(page, path):
    choose_tab(page, words.ANALYSE)
    upload(page, path)
    expect(page.locator("#answer .verdict")).to_contain_text("%")
    return figure(page, "bars")[1]["x"]


def correct(page, emotion, recordings):
    page.get_by_label(words.IT_WAS).select_option(emotion)
    expect(page.locator("#recordings-used")).to_contain_text(words.knows_voice(recordings))


@pytest.fixture(scope="module")
def content(speaker, recognizer):
    return profiles.to_bytes(speaker, recognizer)


def test_kept_in_one_tab_and_restored_in_another(app, new_page, acted, recognizer, tmp_path):
    first, other = new_page(viewport=DESKTOP), new_page(viewport=DESKTOP)
    go_profile(first, app.url)
    expect(first.get_by_role("button", name=words.PROFILE_KEEP)).to_be_hidden()
    for number, emotion in enumerate(("happy", "sad"), 1):
        probabilities(first, acted[1, emotion])
        correct(first, emotion, number)
    path = keep(first, tmp_path / "profile.npz")
    taught = profiles.load(path, recognizer)
    assert [clip.emotion for clip in taught.labelled] == ["happy", "sad"]
    assert (taught.n_clips, taught.n_unlabelled) == (2, 0)
    before = probabilities(first, acted[2, "happy"])
    first.close()

    second = new_page(viewport=DESKTOP)
    go_profile(second, app.url)
    choose(second, path)
    expect(second.locator("#profile-message")).to_have_text(words.PROFILE_RESTORED)
    expect(second.locator("#act-voice")).to_contain_text(words.knows_voice(2))
    assert probabilities(second, acted[2, "happy"]) == pytest.approx(before, abs=1e-6)
    expected = recognizer.analyse(acted[2, "happy"], taught)
    assert before == pytest.approx(list(expected.probabilities.values()), abs=1e-3)

    # Another visitor is as unknown as ever.
    visit(other, app.url)
    unadapted = list(recognizer.analyse(acted[2, "happy"]).probabilities.values())
    assert probabilities(other, acted[2, "happy"]) == pytest.approx(unadapted, abs=1e-3)
    assert before != pytest.approx(unadapted, abs=1e-3)
    expect(other.locator("#recordings-used")).to_contain_text(words.recordings_used(1))

    # No profile is a file of the server.
    assert not list(app.recordings.rglob("*.npz"))
    content = path.read_bytes()
    files = [file for file in app.recordings.rglob("*") if file.is_file()]
    assert files and content not in [file.read_bytes() for file in files]

    # What was restored is forgotten with the rest, and can be restored again.
    choose_tab(second, words.ACT)
    second.locator("#act-voice").get_by_role("button", name=words.FORGET).click()
    expect(second.get_by_role("button", name=words.PROFILE_KEEP)).to_be_hidden()
    expect(second.locator("#profile-message p")).to_be_hidden()
    choose(second, path)
    expect(second.locator("#act-voice")).to_contain_text(words.knows_voice(2))
    expect(second.locator("#profile-message p")).to_be_visible()


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
    choose(page, good, texts)
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
        choose(page, path, texts)
        message = texts.explained(raised.value)
        assert name in message
        expect(page.locator("#profile-message .sorry")).to_have_text(message)
        # What was known stays.
        expect(line).to_contain_text(texts.knows_voice(speaker.n_clips))
    choose(page, good, texts)
    expect(page.locator("#profile-message")).to_have_text(texts.PROFILE_RESTORED)
    log = app.log.read_text()[earlier:]
    assert "Traceback" not in log, log
