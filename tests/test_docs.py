"""The documents: figures are those measured, links lead somewhere, examples and commands work."""

import re
from pathlib import Path

import pytest
from blocks import names
from documentation import PAGES, ROOT, TABLES, made_anew
from page_tables import measured

import ser.__main__
import ser.evaluation.__main__
import ser.training.__main__
from ser.batch import scoring
from ser.bench import speed
from ser.charts import bench

DOCS = ROOT / "docs"
PROGRAMS = {
    "ser": ser.__main__,
    "ser.training": ser.training.__main__,
    "ser.evaluation": ser.evaluation.__main__,
}
MAX_FILES = 3  # to touch for a common change


def named(page):
    return str(page.relative_to(ROOT))


def commands():
    """Return the commands that the documents name, as pairs of a module and a command."""
    text = " ".join(" ".join(page.read_text().split()) for page in PAGES)
    return sorted(set(re.findall(r"python -m (ser[.a-z]*) ([a-z][a-z-]*)", text)))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_generated_blocks_are_as_make_docs_writes_them(page):
    assert page.read_text() == made_anew(page)


def test_every_measurement_is_shown():
    shown = [name for page in PAGES for name in names(page.read_text())]
    assert set(TABLES) <= set(shown)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "SECURITY.md"], ids=named)
def test_linked_files_exist(page):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=named)
def test_a_page_opens_with_what_it_is_about_and_readme_links_to_it(page):
    title, opening, *_ = page.read_text().split("\n\n")
    assert re.fullmatch("# .*", title)
    assert opening[0].isupper() and opening.endswith(".")
    assert f"](docs/{page.name})" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize(("module", "command"), commands())
def test_commands_that_are_named_exist(module, command):
    with pytest.raises(SystemExit) as ended:
        PROGRAMS[module].main([command, "--help"])
    assert ended.value.code == 0


def changes():
    return re.findall(r"^- ([^:]+): (.*)$", (DOCS / "changing.md").read_text(), re.MULTILINE)


def test_every_common_change_is_described():
    assert [change for change, _ in changes()] == [
        *("The trim level", "A corpus", "The classifier", "A chart", "A page text"),
        *("An audio format", "A 3-D map", "A ninth emotion"),
    ]


@pytest.mark.parametrize("line", [pytest.param(line, id=change) for change, line in changes()])
def test_a_common_change_touches_few_files_that_exist(line):
    files = re.findall(r"`([^`]+)`", line)
    assert 1 <= len(files) <= MAX_FILES
    for file in files:
        assert list(ROOT.glob(file)), file


def test_picture_of_the_speed():
    figures = measured("analysis")
    bars = bench.figure(figures, speed.NAMES).data[0]
    assert [1000 * figures["medians"][name] for name in speed.NAMES] == list(reversed(bars.x))


@pytest.mark.parametrize("turns", [False, True], ids=["recordings", "turns"])
def test_the_examples_of_a_scored_collection(turns, clips, tmp_path, monkeypatch):
    pytest.importorskip("pandas", reason="comes with gradio")
    examples = re.findall(r"^```python\n(.*?)^```", (DOCS / "scale.md").read_text(), re.M | re.S)
    monkeypatch.chdir(tmp_path)
    collection = tmp_path / "collection"
    collection.mkdir()
    (collection / "broken.wav").write_text("not audio")
    for clip in clips[:2]:
        (collection / clip.name).symlink_to(clip)
    scoring.score(str(collection), Path("DIR"), turns=turns)
    # As a run that is going on, or was killed, leaves it.
    Path("DIR/.part-00001.parquet.unfinished").write_bytes(b"PAR1")
    namespace = {}
    exec(examples[turns], namespace)
    assert len(set(namespace["turns" if turns else "scores"]["uri"])) == 3
