"""A Space gets what README's one command uploads, and that is enough to answer."""

import os
import re
import shlex
import shutil
import sys

import pytest
import yaml
from driver import ROOT, serve
from gradio_client import Client, handle_file
from huggingface_hub.utils import filter_repo_objects

from ser.labels import LABELS

README = (ROOT / "README.md").read_text()
CARD = yaml.safe_load(README.split("---")[1])
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


def options(name):
    command = shlex.split(re.search(r"^hf upload (?:.*\\\n)*.*$", README, re.MULTILINE).group())
    return [value for option, value in zip(command, command[1:], strict=False) if option == name]


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    """A clean folder with what the command uploads of this one."""
    folder = tmp_path_factory.mktemp("space")
    files = [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*")
        if path.is_file() and not path.relative_to(ROOT).parts[0].startswith(".")
    ]
    for name in filter_repo_objects(
        files, allow_patterns=options("--include"), ignore_patterns=options("--exclude")
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def test_front_matter():
    assert {CARD["colorFrom"], CARD["colorTo"]} <= COLOURS
    assert CARD["sdk"] == "gradio" and CARD["app_file"] == "app.py"
    assert CARD["python_version"] == "3.12"
    assert 0 < len(CARD["short_description"]) <= 60
    assert len(CARD["emoji"].rstrip("\ufe0f")) == 1
    assert CARD["license"] == "cc-by-nc-sa-4.0"
    assert f"gradio=={CARD['sdk_version']}\n" in (ROOT / "requirements.txt").read_text()


def test_only_what_the_page_needs_is_uploaded(space):
    top = {path.name for path in space.iterdir()}
    needed = {"app.py", "ser", "artifacts", "requirements.txt", "README.md", "LICENSE", "NOTICE"}
    assert top == needed
    kept = [path for path in space.rglob("*") if path.is_file()]
    assert not [path for path in kept if "__pycache__" in path.parts]
    assert sum(path.stat().st_size for path in kept) < 100e6
    assert max(path.stat().st_size for path in kept) < 50e6


def test_a_space_answers(space, speech):
    python = str(ROOT / os.environ.get("SER_REHEARSAL", sys.executable))
    settings = {"SPACE_ID": "somebody/speech-emotion", "GRADIO_SERVER_NAME": "0.0.0.0"}
    with serve(space / "app.py", python, **settings) as app:
        client = Client(app.url, verbose=False)
        answer = client.predict(handle_file(speech), api_name="/predict")
        assert answer["label"] in LABELS
        assert "Traceback" not in app.log.read_text()
