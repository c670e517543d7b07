"""What the tests of the Act it tab do in the browser, as a visitor does."""

from driver import TIMEOUT, choose_tab
from playwright.sync_api import expect

from ser.page.text import ENGLISH as words

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


def go_act(page, url, texts=words):
    page.set_default_timeout(TIMEOUT * 1000)
    page.goto(url)
    choose_tab(page, texts.ACT)
    expect(page.locator("#act-prompt .prompt")).to_be_visible()


def record(page, path, texts=words):
    """Choose a file as a person does, in place of a recording by the microphone."""
    page.locator("#act-recording").get_by_label(texts.CONTROLS["Upload file"]).first.click()
    page.set_input_files("#act-recording input[type=file]", path)


def click(page, name):
    page.locator("#act").get_by_role("button", name=name, exact=True).click()


def act(page, path, texts=words):
    """Record, wait for the answer and go on; return what was heard."""
    record(page, path, texts)
    heard = page.locator("#act-answer .verdict strong").inner_text()
    click(page, texts.ACT_NEXT)
    expect(page.locator("#act-answer .heard")).to_have_count(0)
    return heard


def asks_for(page, emotion, texts=words):
    expect(page.locator("#act-prompt .emotion")).to_have_text(texts.SOUNDS[emotion])


def keep(page, line, path):
    """Keep the profile by the button in a line that says what is known of the voice."""
    with page.expect_download() as download:
        page.locator(line).get_by_role("button", name=words.PROFILE_KEEP, exact=True).click()
    assert download.value.suggested_filename == words.PROFILE_FILE_NAME
    download.value.save_as(path)


def restore(page, where, path, texts=words):
    """Choose a profile by the button within a part of the page, and wait until it is loaded."""
    choose_profile(page, where, path, texts)
    expect(page.locator(f"{where} .block.profile-message")).to_have_text(texts.PROFILE_RESTORED)


def choose_profile(page, where, path, texts=words):
    button = page.locator(where).get_by_role("button", name=texts.PROFILE_RESTORE)
    if where == "#enrol" and not button.is_visible():
        page.locator("#enrol > button").click()
    with page.expect_file_chooser() as chooser:
        button.click()
    chooser.value.set_files(path)
