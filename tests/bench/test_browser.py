"""A browser is found where it is installed, or installed, or the error says how to get one."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import install_programs
import pytest

from ser.bench import browser
from ser.errors import SerError

WORKS = "#!/bin/sh\necho Chromium 150\n"
SNAP_IS_MISSING = "#!/bin/sh\necho requires the chromium snap >&2\nexit 1\n"


def program(path: Path, text: str = WORKS) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def bin_folder(tmp_path, monkeypatch):
    """The only folder on the PATH, and no application elsewhere; sh is in it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "sh").symlink_to("/bin/sh")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    names = [name for name in browser.NAMES if not name.startswith("/")]
    monkeypatch.setattr(browser, "NAMES", names)
    browser.starts.cache_clear()
    yield folder
    browser.starts.cache_clear()


@pytest.fixture
def playwright(tmp_path):
    """Playwright, whose own browser is not downloaded yet."""
    path = tmp_path / "ms-playwright" / "chrome"
    return SimpleNamespace(chromium=SimpleNamespace(executable_path=str(path)))


@pytest.mark.parametrize(
    "name", ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
)
def test_found_on_the_path(bin_folder, playwright, name):
    path = program(bin_folder / name)
    assert browser.find_chromium(playwright) == path


def test_applications_of_macos_are_found(bin_folder, playwright, tmp_path, monkeypatch):
    application = program(tmp_path / "Google Chrome.app/Contents/MacOS/Google Chrome")
    monkeypatch.setattr(browser, "NAMES", [*browser.NAMES, application])
    assert browser.find_chromium(playwright) == application


def test_macos_paths_are_searched():
    applications = [name for name in browser.NAMES if name.startswith("/Applications/")]
    assert [Path(name).name for name in applications] == ["Chromium", "Google Chrome"]


def test_installed_browsers_precede_playwrights_own(bin_folder, playwright):
    downloaded = program(Path(playwright.chromium.executable_path))
    assert browser.find_chromium(playwright) == downloaded
    assert browser.find_chromium(playwright) != program(bin_folder / "google-chrome")
    assert browser.find_chromium(playwright) == str(bin_folder / "google-chrome")


def test_a_browser_that_does_not_start_is_skipped(bin_folder, playwright):
    program(bin_folder / "chromium-browser", SNAP_IS_MISSING)
    with pytest.raises(SerError):
        browser.find_chromium(playwright)
    path = program(bin_folder / "google-chrome")
    assert browser.find_chromium(playwright) == path


def test_the_variable_comes_first(bin_folder, playwright, tmp_path, monkeypatch):
    program(bin_folder / "chromium")
    chosen = program(tmp_path / "mine")
    monkeypatch.setenv(browser.VARIABLE, chosen)
    assert browser.find_chromium(playwright) == chosen
    monkeypatch.setenv(browser.VARIABLE, str(tmp_path / "gone"))
    with pytest.raises(SerError, match=r"BROWSER_PATH names .*/gone, which does not start"):
        browser.find_chromium(playwright)


def test_launch_starts_the_one_found(bin_folder, playwright):
    path = program(bin_folder / "chrome")
    playwright.chromium.launch = lambda **options: options
    options = browser.launch(playwright, "--flag")
    assert options["executable_path"] == path and options["args"][-1] == "--flag"


@pytest.fixture
def install(bin_folder, playwright, monkeypatch):
    """Run the script with other installers, which by default do nothing."""

    def main(*installers: str) -> int:
        commands = [["sh", "-c", installer] for installer in installers]
        monkeypatch.setattr(install_programs, "installers", lambda: commands)
        return install_programs.main()

    class Started:
        __enter__ = staticmethod(lambda: playwright)
        __exit__ = staticmethod(lambda *_: None)

    monkeypatch.setattr(install_programs, "sync_playwright", Started)
    monkeypatch.setattr(install_programs, "apt", lambda: False)
    program(bin_folder / "curl")
    return main


def copy_to(path: Path | str) -> str:
    return f"echo '#!/bin/sh' > '{path}'; /bin/chmod 755 '{path}'"


def test_nothing_is_installed_where_there_is_a_browser(install, bin_folder, capsys):
    program(bin_folder / "chromium")
    assert install("exit 1") == 0
    assert capsys.readouterr() == ("", "")


def test_apt_is_enough(install, bin_folder, playwright):
    assert install(copy_to(bin_folder / "chromium"), "exit 1") == 0
    assert browser.find_chromium(playwright) == str(bin_folder / "chromium")


def test_playwright_downloads_where_apt_fails(install, playwright, capsys):
    downloaded = Path(playwright.chromium.executable_path)
    downloaded.parent.mkdir()
    assert install("echo 'E: Unable to locate package' >&2; exit 100", copy_to(downloaded)) == 0
    assert browser.find_chromium(playwright) == str(downloaded)
    assert capsys.readouterr().err == ""


def test_a_snap_that_apt_installs_is_not_enough(install, bin_folder, playwright):
    downloaded = Path(playwright.chromium.executable_path)
    downloaded.parent.mkdir()
    stub = bin_folder / "chromium-browser"
    assert install(f"{copy_to(stub)}; echo 'exit 1' >> {stub}", copy_to(downloaded)) == 0
    assert browser.find_chromium(playwright) == str(downloaded)


def test_one_line_says_how_to_get_one(install, capsys):
    apt = "echo W: no signature >&2; echo 'E: Unable to locate package chromium' >&2; exit 100"
    download = "printf 'Error: getaddrinfo ENOTFOUND\\n  at lookup\\n' >&2; exit 1"
    assert install(apt, download) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "E: Unable to locate package chromium; Error: getaddrinfo ENOTFOUND" in line
    assert "apt install chromium" in line and "playwright install" in line


def test_a_browser_named_by_the_variable_is_not_replaced(install, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(browser.VARIABLE, str(tmp_path / "gone"))
    assert install(f"touch {tmp_path / 'installed'}") == 1
    assert browser.VARIABLE in capsys.readouterr().err
    assert not (tmp_path / "installed").exists()


def test_missing_curl_is_an_error(install, bin_folder, capsys):
    program(bin_folder / "chromium")
    (bin_folder / "curl").unlink()
    assert install() == 1
    assert (
        capsys.readouterr().err == "There is no curl. Install it (on Debian: apt install curl).\n"
    )


@pytest.mark.parametrize(
    ("user", "has_apt", "last_words"),
    [
        (0, True, ["-qq chromium", "--no-shell --with-deps chromium"]),
        (0, False, ["--no-shell chromium"]),
        (1000, True, ["--no-shell chromium"]),
    ],
)
def test_installers(bin_folder, monkeypatch, user, has_apt, last_words):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    if has_apt:
        program(bin_folder / "apt-get")
    commands = install_programs.installers()
    assert len(commands) == len(last_words)
    for command, words in zip(commands, last_words, strict=True):
        assert " ".join(command).endswith(words)
    assert commands[-1][:4] == [sys.executable, "-m", "playwright", "install"]


def test_make_installs_before_the_tests():
    rules = (browser.ROOT / "Makefile").read_text()
    for target in ("test", "test-long"):
        assert f"\n{target}: programs\n" in rules
    (command,) = [line for line in rules.splitlines() if line.endswith("tests/install_programs.py")]
    assert command.startswith("\t@PYTHONPATH=. ")


def test_ci_runs_the_readmes_command():
    lines = (browser.ROOT / ".ci/run").read_text().splitlines()
    assert [line for line in lines if not line.startswith(("#", "set ", "cd "))] == ["make test"]
    assert "```\nmake test\n```" in (browser.ROOT / "README.md").read_text()
