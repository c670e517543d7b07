"""A Space gets what the one command of docs/hosting.md uploads: what the page needs, no more."""

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest
import yaml
from driver import ROOT, TIMEOUT, serve
from gradio_client import Client, handle_file
from huggingface_hub.utils import filter_repo_objects

from ser import artifacts
from ser.labels import LABELS

HOSTING = (ROOT / "docs" / "hosting.md").read_text()
CARD = yaml.safe_load((ROOT / "README.md").read_text().split("---")[1])
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
# What app.py imports, what it starts as programs, and what `python -m ser download` imports.
PROGRAMS = (
    *("app.py", "ser/audio/sandbox_worker.py"),
    *("ser/__main__.py", "ser/training/data/download.py"),
)
IMPORTS_IN_FUNCTIONS = "ser/commands.py"  # each command imports what it needs
NOT_READ = {
    "embeddings.npz",
    "other_corpora.npz",
    "comparison.svg",
}  # artifacts that training and evaluation read


def options(name):
    command = shlex.split(re.search(r"^hf upload (?:.*\\\n)*.*$", HOSTING, re.MULTILINE).group())
    return [value for option, value in zip(command, command[1:], strict=False) if option == name]


def modules(path):
    """Return the modules of this project that a file imports, and the packages they lie in."""
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    files = [ROOT.joinpath(*name.split(".")) for name in imported if re.match(r"ser\b", name)]
    files = [file if file.is_dir() else file.with_suffix(".py") for file in files]
    return {file / "__init__.py" if file.is_dir() else file for file in files if file.exists()}


def needed():
    """Return the Python files that PROGRAMS import, and what these import, and so on."""
    visited, pending = set(), {ROOT / program for program in PROGRAMS}
    while pending:
        path = pending.pop()
        visited.add(path)
        folders = path.relative_to(ROOT).parents[:-1]
        new = {ROOT / folder / "__init__.py" for folder in folders}
        if path != ROOT / IMPORTS_IN_FUNCTIONS:
            new |= modules(path)
        pending |= {file for file in new - visited if file.exists()}
    return {str(path.relative_to(ROOT)) for path in visited}


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


def uploaded(space):
    return {str(path.relative_to(space)) for path in space.rglob("*") if path.is_file()}


def test_front_matter():
    assert {CARD["colorFrom"], CARD["colorTo"]} <= COLOURS
    assert CARD["sdk"] == "gradio" and CARD["app_file"] == "app.py"
    assert CARD["python_version"] == "3.12"
    assert 0 < len(CARD["short_description"]) <= 60
    assert len(CARD["emoji"].rstrip("\ufe0f")) == 1
    assert CARD["license"] == "cc-by-nc-sa-4.0"
    assert f"gradio=={CARD['sdk_version']}\n" in (ROOT / "requirements.txt").read_text()


def test_the_modules_that_the_page_needs_are_uploaded_and_no_others(space):
    assert {name for name in uploaded(space) if name.endswith(".py")} == needed()


def test_the_artifacts_that_the_page_needs_are_uploaded_and_no_others(space):
    listed = artifacts.read_json(artifacts.FOLDER / artifacts.MANIFEST)["files"]
    folder = space / "artifacts"
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert names == (set(listed) | {artifacts.MANIFEST, "encoder/README.md"}) - NOT_READ
    assert set(artifacts.NEEDED) <= names


def test_nothing_else_is_uploaded(space):
    other = {
        name
        for name in uploaded(space)
        if not name.endswith(".py") and not name.startswith(("artifacts/", "ser/page/static/"))
    }
    assert other == {"requirements.txt", "README.md", "LICENSE", "NOTICE"}
    assert sum((space / name).stat().st_size for name in uploaded(space)) < 75e6
    assert max((space / name).stat().st_size for name in uploaded(space)) < 50e6


def test_a_space_answers(space, speech):
    python = str(ROOT / os.environ.get("SER_REHEARSAL", sys.executable))
    settings = {"SPACE_ID": "somebody/speech-emotion", "GRADIO_SERVER_NAME": "0.0.0.0"}
    with serve(space / "app.py", python, **settings) as app:
        client = Client(app.url, verbose=False)
        answer = client.predict(handle_file(speech), api_name="/predict")
        assert answer["label"] in LABELS
        assert "Traceback" not in app.log.read_text()


def test_a_space_can_download_examples(space, tmp_path):
    occupied = tmp_path / "ravdess"
    occupied.mkdir()
    (occupied / "voice.wav").touch()
    done = subprocess.run(
        [sys.executable, "-m", "ser", "download", str(occupied)],
        cwd=space,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    assert done.returncode == 1
    assert "is not empty and holds 0 of" in done.stderr
