"""The file of figures: a section for each benchmark, each of a model."""

import json
from types import SimpleNamespace

import pytest
from page_tables import measured

from ser import artifacts, commands
from ser.__main__ import main
from ser.bench import figures, page, speed, start_up
from ser.errors import SerError

MODEL = artifacts.version_of(artifacts.FOLDER)


@pytest.mark.parametrize("section", [*commands.QUICK_SECTIONS, "load"])
def test_the_documents_tell_figures_of_the_bundled_model(section):
    assert measured(section)["model"] == MODEL


@pytest.fixture
def calls(monkeypatch):
    """The sections that are measured, by name, in order; none of them takes any time."""
    called = []
    for name, module in (("analysis", speed), ("start", start_up), ("page", page)):

        def measure(name=name):
            called.append(name)
            if name == "page" and called.count("page") == 1:
                raise SerError("There is no browser.")
            return {"seconds": len(called)}

        monkeypatch.setattr(module, "measure", measure)
        monkeypatch.setattr(module, "table", lambda measured: None)
    return called


def test_a_benchmark_that_ended_early_goes_on(calls, tmp_path, monkeypatch):
    path = tmp_path / "bench.json"
    path.write_text(json.dumps({"load": {"people": 20}}))
    arguments = ["bench", "--json", str(path)]
    assert main(arguments) == 1
    assert list(json.loads(path.read_text())) == ["load", "analysis", "start"]
    assert main(arguments) == 0
    assert calls == ["analysis", "start", "page", "page"]
    assert main(arguments) == 0 and len(calls) == 4
    written = json.loads(path.read_text())
    assert written["load"] == {"people": 20}
    assert written["page"]["seconds"] == 4 and written["page"]["model"] == MODEL
    assert written["start"]["machine"]["cores"] > 0
    # What is named is measured anew, and so is what is of another model.
    assert main(["bench", "start", "--json", str(path)]) == 0 and calls[4:] == ["start"]
    monkeypatch.setattr(figures, "artifacts", SimpleNamespace(**vars(artifacts)))
    monkeypatch.setattr(figures.artifacts, "version_of", lambda folder: "another")
    assert main(arguments) == 0 and calls[5:] == ["analysis", "start", "page"]


def test_an_archive_needs_recordings(capsys):
    assert main(["bench", "archive"]) == 1
    assert "--data" in capsys.readouterr().err
