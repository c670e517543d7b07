"""The examples of docs/ run as they stand there."""

import re
from pathlib import Path

import pytest

from ser.batch import scoring

DOCS = Path(__file__).parents[1] / "docs"
EXAMPLES = [
    pytest.param(code, id=f"{path.name}-{number}")
    for path in sorted(DOCS.glob("*.md"))
    for number, code in enumerate(
        re.findall(r"^```python\n(.*?)^```", path.read_text(), re.M | re.S)
    )
]


def test_there_are_some():
    assert EXAMPLES


@pytest.mark.parametrize("code", EXAMPLES)
def test_examples_run(code, clips, tmp_path, monkeypatch):
    pytest.importorskip("pandas", reason="comes with gradio")
    monkeypatch.chdir(tmp_path)
    collection = tmp_path / "collection"
    collection.mkdir()
    (collection / "broken.wav").write_text("not audio")
    for clip in clips[:2]:
        (collection / clip.name).symlink_to(clip)
    scoring.score(str(collection), Path("DIR"))
    # As a run that is going on, or was killed, leaves it.
    Path("DIR/.part-00001.parquet.unfinished").write_bytes(b"PAR1")
    found = {}
    exec(code, found)
    assert len(found["scores"]) == 3
