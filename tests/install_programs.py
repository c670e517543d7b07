"""Install the programs that the tests need and pip does not install, where they are missing.

PYTHONPATH=. python tests/install_programs.py
"""

import os
import shlex
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

from ser.bench.browser import HOW_TO_GET, VARIABLE, find_chromium, starts
from ser.errors import SerError

PLAYWRIGHT = [sys.executable, "-m", "playwright", "install", "--no-shell"]


def apt() -> bool:
    """Return whether apt-get is available and may install packages."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(package: str) -> list[str]:
    """Return the command that installs a Debian package."""
    return ["sh", "-c", f"apt-get update -qq && apt-get install -y -qq {package}"]


def installers() -> list[list[str]]:
    """Return the commands that may install a browser, in the order in which to try them.

    Playwright's own comes last: it is a large download. Only apt can add the libraries it needs.
    """
    if apt():
        return [apt_install("chromium"), [*PLAYWRIGHT, "--with-deps", "chromium"]]
    return [[*PLAYWRIGHT, "chromium"]]


def run(command: list[str]) -> str:
    """Run an installer; return why it failed in one line, or nothing."""
    print(f"Installing: {shlex.join(command)}", flush=True)
    done = subprocess.run(
        command,
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode == 0:
        return ""
    # apt's errors begin with "E:", Playwright's, which a traceback follows, with "Error:".
    errors = [line for line in done.stderr.splitlines() if line.startswith(("E:", "Error:"))]
    return errors[0].strip() if errors else f"exit status {done.returncode}"


def ensure_chromium(playwright) -> str:
    """Return the path of a Chromium or Chrome, after installing one where there is none.

    Raises:
        SerError: there is none and none can be installed.
    """
    try:
        return find_chromium(playwright)
    except SerError:
        if os.environ.get(VARIABLE):  # chosen by the user, so no other one will do
            raise
    failures = []
    for command in installers():
        failures.append(run(command) or "the installed browser does not start")
        starts.cache_clear()
        try:
            return find_chromium(playwright)
        except SerError:
            continue
    raise SerError(
        f"There is no Chromium or Chrome and installing failed ({'; '.join(failures)}). "
        + HOW_TO_GET
    )


def ensure_curl() -> None:
    """Install curl where it is missing: the page shows a program that uses it, and a test runs it.

    Raises:
        SerError: it is missing and cannot be installed.
    """
    if not shutil.which("curl") and apt():
        run(apt_install("curl"))
    if not shutil.which("curl"):
        raise SerError("There is no curl. Install it (on Debian: apt install curl).")


def main() -> int:
    """Install what is missing; return 1, with one line that says what to do, where that fails."""
    try:
        with sync_playwright() as playwright:
            ensure_chromium(playwright)
        ensure_curl()
    except SerError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
