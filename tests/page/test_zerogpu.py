"""A GPU is used on a ZeroGPU Space, and nothing changes elsewhere."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from driver import ROOT

from ser.page.server import zerogpu


@pytest.fixture
def spaces(monkeypatch):
    """The package `spaces`, as far as it matters."""
    package = SimpleNamespace(GPU=lambda function: lambda *args: ("on GPU", function(*args)))
    monkeypatch.setattr(zerogpu, "spaces", package)


def test_used_on_a_zerogpu_space(spaces, monkeypatch):
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    assert zerogpu.on_gpu(len)("four") == ("on GPU", 4)


def test_nothing_changes_on_another_space(spaces, monkeypatch):
    monkeypatch.delenv("SPACES_ZERO_GPU", raising=False)
    assert zerogpu.on_gpu(len) is len


def test_nothing_changes_without_the_package(monkeypatch):
    monkeypatch.setattr(zerogpu, "spaces", None)
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    assert zerogpu.on_gpu(len) is len


def test_spaces_is_imported_before_torch(tmp_path):
    (tmp_path / "spaces.py").write_text("import sys\nassert 'torch' not in sys.modules\n")
    code = """
import app, sys
from ser.errors import SerError
try:
    app.serve()
except SerError as error:
    assert "nowhere" in str(error) and {"spaces", "torch"} <= sys.modules.keys()
"""
    settings = {"PYTHONPATH": str(tmp_path), "SER_ARTIFACTS": str(tmp_path / "nowhere")}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ | settings, check=True)
