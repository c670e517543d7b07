"""What `python -m ser bench page` measures, on a page that is busy with other requests too."""

import sys
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from driver import ALLOWED, launch, microphone

from ser.__main__ import main
from ser.bench import browser
from ser.bench.page import speech, table, time_answers, time_live


@pytest.fixture(scope="module")
def voice(playwright, tmp_path_factory):
    """Chromium whose microphone plays the benchmark's voice."""
    path = tmp_path_factory.mktemp("voice") / "voice.wav"
    path.write_bytes(speech())
    with launch(playwright, *ALLOWED, microphone(path)) as started:
        yield started


def test_every_round_is_answered(app, voice):
    (seconds,) = time_answers(voice, app.url, rounds=1)
    assert seconds > 0.02  # more than a frame: it includes the analysis


@pytest.mark.long
def test_a_lag_includes_the_chunk(app, voice):
    lags = time_live(voice, app.url, visitors=2, seconds=3)
    assert len(lags) > 2 and min(lags) > 0.4


def test_table(capsys):
    table(
        {
            "seconds": {"answer": 0.4, "live": 0.9, "concurrent": 1.0},
            "updates": {"live": 2.0, "concurrent": 1.9},
        }
    )
    lines = capsys.readouterr().out.splitlines()
    assert [line.endswith("kept") for line in lines[:3]] == [True, False, True]
    assert "2.0 times a second, 1.9 with" in lines[3]


def test_missing_programs_are_named(monkeypatch, tmp_path, capsys):
    chromium = SimpleNamespace(executable_path=str(tmp_path / "chromium"))
    playwright = nullcontext(SimpleNamespace(chromium=chromium))
    monkeypatch.setattr("playwright.sync_api.sync_playwright", lambda: playwright)
    monkeypatch.setattr(browser, "NAMES", ())
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    assert main(["bench", "page"]) == 1
    assert "apt install chromium" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    assert main(["bench", "page"]) == 1
    assert "pip install -r tests/requirements.txt" in capsys.readouterr().err
