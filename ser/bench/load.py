"""How the page bears many people at once: good and bad recordings, for minutes, from this machine.

The page is started as anyone starts it, on a free port of this machine, and nobody else is asked.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import soundfile
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from tqdm import tqdm

from ser import artifacts
from ser.bench.browser import serve
from ser.bench.memory import Memory
from ser.errors import SerError

MOST_PEOPLE, MOST_MINUTES = 100, 60.0
VOICES = Path(__file__).parents[1] / "page" / "static" / "examples"
BAD_SHARE = 0.25  # of the recordings
PAUSE = (0.5, 2.0)  # s between the answer and the next recording of one person
CROWD = 60  # requests at the same moment, more than may wait
ANSWER_TIMEOUT = 300.0  # s
PARTING = 20.0  # s in which the page notices that a session has ended


def measure(people: int = 20, minutes: float = 10.0) -> dict:
    """Let people send recordings one after the other, then a crowd at once.

    Returns:
        `answers`, `explained` (bad recordings), `wrong` (answers that belong to another recording
        or session), `failed` (anything else), `p50_s` and `p95_s` with the time in line,
        `memory_mb` and its `memory_growth` over the second half, `crowd` (answered, told to come
        back, longest line seen), `left_files` once all have gone, and the `machine`.

    Raises:
        SerError: too many people or minutes, or the page does not start.
    """
    if not (0 < people <= MOST_PEOPLE and 0 < minutes <= MOST_MINUTES):
        raise SerError(
            f"{people} people for {minutes} minutes were asked for. 1 to {MOST_PEOPLE} people and "
            f"up to {MOST_MINUTES:.0f} minutes are possible."
        )
    with tempfile.TemporaryDirectory() as folder:
        good = sorted(VOICES.glob("*.flac"))
        bad = _bad_recordings(Path(folder), good[0])
        with serve() as page:
            client = _client(page)
            expected = {path: _ask(client, path) for path in good}
            client.close()
            until = time.monotonic() + 60 * minutes
            with Memory(page.process) as memory, ThreadPoolExecutor(people) as crowd:
                everyone = [
                    crowd.submit(_person, number, page, expected, bad, until)
                    for number in range(people)
                ]
                for _ in tqdm(range(int(60 * minutes)), desc="Under load", unit="s"):
                    time.sleep(1)
                outcomes = [outcome for person in everyone for outcome in person.result()]
            counts = Counter(what for what, _ in outcomes)
            seconds = [elapsed for _, elapsed in outcomes]
            measured = {
                "people": people,
                "minutes": minutes,
                "answers": counts["answered"],
                "explained": counts["explained"],
                "wrong": counts["wrong"],
                "failed": counts["failed"],
                "p50_s": round(statistics.median(seconds), 2),
                "p95_s": round(statistics.quantiles(seconds, n=20)[-1], 2),
                "memory_mb": round(max(memory.samples) / 2**20),
                "memory_growth": round(memory.growth(), 3),
                "crowd": _crowd(page, good[0], expected[good[0]]),
                "left_files": _left(page.recordings),
                "machine": machine(),
            }
    return measured


def table(measured: dict) -> None:
    """Print what was measured."""
    crowd = measured["crowd"]
    rows = {
        "people at once": measured["people"],
        "minutes": measured["minutes"],
        "recordings answered": measured["answers"],
        "bad recordings explained": measured["explained"],
        "another's answers": measured["wrong"],
        "failures": measured["failed"],
        "median time to an answer": f"{measured['p50_s']} s",
        "95 of 100 answered within": f"{measured['p95_s']} s",
        "memory": f"{measured['memory_mb']} MB",
        "its growth, second half": f"{measured['memory_growth']:.1%}",
        "crowd: asked, answered, told to come back": f"{CROWD}, {crowd['answered']}, "
        f"{crowd['told_to_come_back']}",
        "recordings left when all had gone": measured["left_files"],
    }
    for name, value in rows.items():
        print(f"{name:<44}{value}")


def machine() -> dict:
    """Say how large this machine is, and how busy: cores, GB of memory, processes that compute."""
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "busy": round(psutil.getloadavg()[0], 1),
    }


def record(path: Path, name: str, figures: dict) -> None:
    """Put figures into a JSON file under a name; the others in it stay."""
    known = artifacts.read_json(path) if path.exists() else {}
    artifacts.write_json(path, known | {name: figures})


def _person(
    number: int, page: SimpleNamespace, expected: dict[Path, dict], bad: list[Path], until: float
) -> list[tuple[str, float]]:
    """Send recordings until it is time to go; return what came of each, and after how long.

    People of odd numbers let the page remember their voice.
    """
    chance, client, same, known = random.Random(number), _client(page), number % 2 == 1, 0
    outcomes = []
    while time.monotonic() < until:
        path = chance.choice(bad if chance.random() < BAD_SHARE else list(expected))
        began = time.monotonic()
        try:
            answer = _ask(client, path, same)
        except AppError:
            outcome = "explained" if path in bad else "failed"
        except Exception as error:
            outcome = "failed"
            print(f"failed: {error!r}", file=sys.stderr)
        else:
            own = (
                answer["clips_before"] == known
                if same
                else path in expected and _same(answer, expected[path])
            )
            outcome = "answered" if own else "wrong"
            known += same
        outcomes.append((outcome, time.monotonic() - began))
        time.sleep(chance.uniform(*PAUSE))
    client.close()
    return outcomes


def _crowd(page: SimpleNamespace, path: Path, expected: dict) -> dict:
    """Ask more at once than may wait, then once more; return how it went."""
    client, answered, refused, longest = _client(page), 0, 0, 0
    jobs = [client.submit(handle_file(path), False, api_name="/predict") for _ in range(CROWD)]
    for job in jobs:
        while not job.done():
            longest = max(longest, job.status().rank or 0)
            time.sleep(0.1)
        try:
            answered += _same(job.result(), expected)
        except Exception as error:
            if "full" not in str(error).lower():
                raise
            refused += 1
    recovered = _same(_ask(client, path), expected)
    client.close()
    return {
        "answered": answered,
        "told_to_come_back": refused,
        "longest_line": longest,
        "recovered": recovered,
    }


def _client(page: SimpleNamespace) -> Client:
    return Client(page.url, verbose=False, max_workers=CROWD)


def _ask(client: Client, path: Path, same_speaker: bool = False) -> dict:
    job = client.submit(handle_file(path), same_speaker, api_name="/predict")
    return job.result(ANSWER_TIMEOUT)


def _left(folder: Path) -> int:
    """Count the recordings that are still there when every session has ended."""
    time.sleep(PARTING)
    return sum(path.suffix in (".wav", ".flac") for path in folder.rglob("*"))


def _same(answer: dict, expected: dict) -> bool:
    """Return whether two answers are of the same recording."""
    pairs = zip(answer["probabilities"].values(), expected["probabilities"].values(), strict=True)
    return all(abs(one - other) < 1e-4 for one, other in pairs)


def _bad_recordings(folder: Path, voice: Path) -> list[Path]:
    """Write some to a folder."""
    content = voice.read_bytes()
    bad = {
        "empty.wav": b"",
        "text.wav": b"this is no sound\n" * 100,
        "cut.flac": content[: len(content) // 2],
    }
    for name, broken in bad.items():
        (folder / name).write_bytes(broken)
    for name, channels in {"silent.wav": 1, "many.wav": 200}.items():
        soundfile.write(folder / name, np.zeros((48_000, channels), np.int16), 48_000)
    return [folder / name for name in (*bad, "silent.wav", "many.wav")]
