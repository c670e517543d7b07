"""The page where it is hosted: as a user without a home, read-only, behind a proxy."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from driver import ROOT, TIMEOUT
from gradio_client import Client, handle_file

from ser import proxies
from ser.bench import browser
from ser.labels import LABELS

NOBODY = "54321"  # a user id that does not exist
# Reads what root reads, as the interpreter may lie in root's home, but writes nothing.
READS = "-all,+dac_read_search"
AS_NOBODY = (
    f"setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups "
    f"--inh-caps={READS} --ambient-caps={READS} --bounding-set={READS}"
).split()
PROXIES = ("http_proxy", "https_proxy", "all_proxy")
DEAD = "socks5://127.0.0.1:9"  # a closed port


@pytest.fixture(scope="module")
def nobody():
    """A command that starts a Python as an unknown user, and that user's folder for its files."""
    works = shutil.which("setpriv") and os.getuid() == 0
    if not works or subprocess.run([*AS_NOBODY, "true"], capture_output=True).returncode:
        pytest.skip("needs root and util-linux's setpriv to become another user")
    # Other users may not enter the folder for temporary files of pytest.
    folder = ROOT / ".cache" / "nobody"
    folder.mkdir(parents=True, exist_ok=True)
    os.chown(folder, int(NOBODY), int(NOBODY))
    return [*AS_NOBODY, sys.executable], folder


def test_the_command_line_needs_no_home(nobody, speech):
    python, folder = nobody
    done = subprocess.run(
        [*python, "-m", "ser", "predict", str(speech)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert any(label in done.stdout for label in LABELS)
    assert (folder / f"ser-cache-{NOBODY}").stat().st_mode & 0o077 == 0


def test_the_page_needs_no_home_and_no_proxy_to_itself(nobody, speech, tmp_path):
    python, folder = nobody
    # Only the page has these settings, not the test's client.
    settings = [f"{name}={DEAD}" for proxy in PROXIES for name in (proxy, proxy.upper())]
    places = [f"PATH={os.environ['PATH']}", f"TMPDIR={folder}", f"GRADIO_TEMP_DIR={folder}"]
    starter = tmp_path / "python"
    starter.write_text(
        "#!/bin/sh\n"
        f"exec {' '.join(python[:-1])} env -i {' '.join(settings + places)} "
        f'GRADIO_SERVER_PORT=$GRADIO_SERVER_PORT {python[-1]} "$@"\n'
    )
    starter.chmod(0o755)
    with browser.serve(ROOT / "app.py", str(starter)) as app:
        client = Client(app.url, verbose=False)
        answer = client.predict(handle_file(speech), api_name="/predict")
        said = app.log.read_text()
    assert answer["label"] in LABELS
    assert "Traceback" not in said
    assert (folder / f"ser-recordings-{NOBODY}").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", [*PROXIES, *map(str.upper, PROXIES)])
def test_proxies_are_bypassed_only_within_the_context(name, monkeypatch):
    httpx = pytest.importorskip("httpx")
    monkeypatch.setenv(name, DEAD)
    monkeypatch.setenv("no_proxy", "example.org")
    with proxies.bypassed():
        httpx.Client().close()
    assert (os.environ["no_proxy"], os.environ[name]) == ("example.org", DEAD)
    monkeypatch.delenv("no_proxy")
    with proxies.bypassed():
        httpx.Client().close()
    assert "no_proxy" not in os.environ


def test_a_download_uses_the_proxies(monkeypatch, tmp_path):
    """What SER_DOWNLOAD=1 starts when the page is built, and whatever loads a checkpoint."""
    code = """
import os
import app
from ser import page, recognizer
from types import SimpleNamespace
no_proxy = {}
recognizer.Recognizer.load = lambda folder: (
    no_proxy.update(load=os.environ.get("no_proxy")) or SimpleNamespace(version="0")
)
launch = lambda **_: no_proxy.update(launch=os.environ.get("no_proxy"))
demo = SimpleNamespace(launch=launch, block_thread=lambda: None)
page.build = lambda _: no_proxy.update(build=os.environ.get("no_proxy")) or demo
app.serve()
assert no_proxy == {"load": None, "build": None, "launch": "*"}, no_proxy
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if key.lower() != "no_proxy"},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    assert done.returncode == 0, done.stderr


def test_no_folder_for_uploads_is_explained(speech):
    settings = {"GRADIO_TEMP_DIR": str(speech / "uploads")}
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith(f"Error: No folder can be made in {speech / 'uploads'}")


def example(language):
    """Return the first example of docs/api.md in a language."""
    page = (ROOT / "docs" / "api.md").read_text()
    return re.search(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL).group(1)


def test_the_python_example(app, speech, tmp_path, monkeypatch, capsys):
    shutil.copy(speech, tmp_path / "voice.wav")
    monkeypatch.chdir(tmp_path)
    exec(example("python").replace("http://127.0.0.1:7860", app.url), {})
    assert any(label in capsys.readouterr().out for label in LABELS)


def test_the_curl_example(app, speech, tmp_path):
    if not shutil.which("curl"):
        pytest.skip("needs curl")
    shutil.copy(speech, tmp_path / "voice.wav")
    script = example("bash").replace("http://127.0.0.1:7860", app.url.rstrip("/"))
    with proxies.bypassed():
        done = subprocess.run(
            ["bash", "-euc", script], cwd=tmp_path, capture_output=True, text=True, timeout=TIMEOUT
        )
    assert "event: complete" in done.stdout, done.stderr
    assert any(f'"label": "{label}"' in done.stdout for label in LABELS)
