"""The limits, files and commands that docs/trust.md names are those of the code."""

import re

from page_tables import DOCS

from ser.audio import decoding, sandbox
from ser.page.server import uploads

ROOT, PAGE = DOCS.parent, DOCS / "trust.md"


def test_limits():
    text = " ".join(PAGE.read_text().split())
    for limit in (
        f"{sandbox.MAX_BYTES // 2**20} MB",
        f"{decoding.MAX_CHANNELS} channels",
        f"{sandbox.TIMEOUT:.0f} s",
        f"{(uploads.FREQUENCY + uploads.AGE) // 60} minutes",
    ):
        assert limit in text


def test_files_and_commands_that_are_named_exist():
    page, makefile = PAGE.read_text(), (ROOT / "Makefile").read_text()
    for name in re.findall(r"\]\((\.\./[^)]+)\)", page):
        assert (DOCS / name).exists(), name
    for target in re.findall(r"`make (\w+)`", page):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_lock_pins_what_is_required():
    lock = (ROOT / "requirements.lock").read_text()
    required = (ROOT / "requirements.txt").read_text()
    for pin in re.findall(r"^[\w-]+==[\w.]+", required, re.MULTILINE):
        assert pin.startswith("torch==") or re.search(rf"^{re.escape(pin)}\s", lock, re.MULTILINE)
    assert "://" not in lock
    assert lock.count("==") <= lock.count("--hash=sha256:")
