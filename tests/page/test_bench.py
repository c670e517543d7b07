"""What `python -m ser bench --page` measures, on a page that has other things to do as well."""

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
    """Chromium whose microphone hears the bench's voice."""
    path = tmp_path_factory.mktemp("voice") / "voice.wav"
    path.write_bytes(speech())
    with launch(playwright, *ALLOWED, microphone(path)) as started:
        yield started


def test_every_round_is_answered(app, voice):
    (seconds,) = time_answers(voice, app.url, rounds=1)
    assert seconds > 0.02  # more than a frame: it did wait for the analysis


@pytest.mark.long
def test_a_lag_counts_the_chunk_it_waited_for(app, voice):
    lags = time_live(voice, app.url, visitors=2, seconds=3)
    assert len(lags) > 2 and min(lags) > 0.4


def test_table(capsys):
    table(
        {
            "seconds": {"answer": 0.4, "live": 0.9, "crowd": 1.0},
            "updates": {"live": 2.0, "crowd": 1.9},
            "machine": {"cores": 2},
        }
    )
    lines = capsys.readouterr().out.splitlines()
    assert [line.endswith("kept") for line in lines[:3]] == [True, False, True]
    assert "On 2 cores" in lines[3]


def test_what_is_missing_is_said(monkeypatch, tmp_path, capsys):
    own = SimpleNamespace(executable_path=str(tmp_path / "chromium"))
    without = nullcontext(SimpleNamespace(chromium=own))
    monkeypatch.setattr("playwright.sync_api.sync_playwright", lambda: without)
    monkeypatch.setattr(browser, "NAMES", ())
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    assert main(["bench", "--page"]) == 1
    assert "apt install chromium" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    assert main(["bench", "--page"]) == 1
    assert "pip install -r tests/requirements.txt" in capsys.readouterr().err
