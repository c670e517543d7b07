"""README is short, in a fixed order and the same in both languages, and its Python example runs."""

import re
import shutil

import pytest
from documentation import ROOT

from ser.labels import LABELS

ENGLISH = (ROOT / "README.md").read_text().split("---\n", 2)[2]
RUSSIAN = (ROOT / "README.ru.md").read_text()
README = {"README.md": ENGLISH, "README.ru.md": RUSSIAN}
MAX_WORDS = 1100  # tables included
SECTIONS = (
    "Start, What it does, How accurate it is, What it cannot know, Recordings stay private, "
    "Command line, Python, API, Your own recordings, Licence"
)


def code(page):
    """Return a page's code blocks without comments, which are in the page's language."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return [re.sub(r" *#.*", "", block) for block in blocks]


@pytest.mark.parametrize("page", README)
def test_it_is_short(page):
    assert len(README[page].split()) <= MAX_WORDS


def test_order():
    assert re.findall(r"^## (.*)$", ENGLISH, re.MULTILINE) == SECTIONS.split(", ")
    assert ENGLISH.index("docs/screenshot.png") < ENGLISH.index("make app")


def test_both_languages_have_the_same_parts():
    for part in (r"^(##) ", r"\]\(([^)]+)\)", r"<!-- table: (\w+)"):
        english, russian = (re.findall(part, page, re.MULTILINE) for page in README.values())
        assert [each for each in english if "README" not in each] == [
            each for each in russian if "README" not in each
        ]
    assert code(ENGLISH) == code(RUSSIAN)


def test_the_python_example(speech, tmp_path, monkeypatch, capsys):
    example = next(block for block in code(ENGLISH) if "from ser import" in block)
    assert len(example.split("\n\n")) == 2 and len(re.findall(r"^\w", example, re.M)) == 4
    shutil.copy(speech, tmp_path / "voice.wav")
    monkeypatch.chdir(tmp_path)
    exec(example, {})
    assert capsys.readouterr().out.split()[0] in LABELS
