"""Load the page with concurrent visitors, who send good and bad recordings for minutes.

Of every second one the page knows the voice, by as many labelled recordings as it keeps.

The page is served on a free port of this machine, and no request goes to any other.
"""

import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import soundfile
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from tqdm import tqdm

from ser import profile as profiles
from ser.bench.browser import serve
from ser.bench.memory import MemoryMonitor
from ser.errors import SerError
from ser.labels import LABELS
from ser.models.speaker import MAX_LABELLED, UNKNOWN_SPEAKER
from ser.recognizer import Recognizer

MAX_VISITORS, MAX_MINUTES = 100, 60.0
EXAMPLES = Path(__file__).parents[1] / "page" / "static" / "examples"
BAD_FRACTION = 0.25  # of the recordings
PAUSE = (0.5, 2.0)  # s between the answer and the next recording of a visitor
CONCURRENT = 60  # requests at the same moment, more than the queue holds
ANSWER_TIMEOUT = 300.0  # s
SESSION_END = 20.0  # s in which the page notices that a session has ended


def measure(visitors: int = 20, minutes: float = 10.0) -> dict:
    """Let visitors send recordings one after the other, then send many requests at once.

    Returns:
        `answers`, `explained` (bad recordings), `wrong` (answers that belong to another recording
        or session), `failed` (anything else), `p50_s` and `p95_s` with the time in the queue,
        `memory_mb` and its `memory_growth` over the second half, `concurrent` (answered,
        rejected, longest queue), and `left_files` once all sessions have ended.

    Raises:
        SerError: too many visitors or minutes, or the page does not start.
    """
    if not (0 < visitors <= MAX_VISITORS and 0 < minutes <= MAX_MINUTES):
        raise SerError(
            f"{visitors} people for {minutes} minutes were asked for. 1 to {MAX_VISITORS} people "
            f"and up to {MAX_MINUTES:.0f} minutes are possible."
        )
    with tempfile.TemporaryDirectory() as folder, serve() as page:
        good = sorted(EXAMPLES.glob("*.flac"))
        bad, profile = _bad_recordings(Path(folder), good[0]), _voice_profile(Path(folder), good)
        client = _client(page)
        expected = {path: _predict(client, path) for path in good}
        client.close()
        end = time.monotonic() + 60 * minutes
        with MemoryMonitor(page.process) as memory, ThreadPoolExecutor(visitors) as pool:
            sessions = [
                pool.submit(_visitor, seed, page, expected, bad, profile, end)
                for seed in range(visitors)
            ]
            for _ in tqdm(range(int(60 * minutes)), desc="Under load", unit="s"):
                time.sleep(1)
            outcomes = [outcome for session in sessions for outcome in session.result()]
        counts = Counter(outcome for outcome, _ in outcomes)
        seconds = [elapsed for _, elapsed in outcomes]
        return {
            "people": visitors,
            "minutes": minutes,
            "answers": counts["answered"],
            "explained": counts["explained"],
            "wrong": counts["wrong"],
            "failed": counts["failed"],
            "p50_s": round(statistics.median(seconds), 2),
            "p95_s": round(statistics.quantiles(seconds, n=20)[-1], 2),
            "memory_mb": round(max(memory.samples) / 2**20),
            "memory_growth": round(memory.growth(), 3),
            "concurrent": _send_concurrently(page, good[0], expected[good[0]]),
            "left_files": _count_left_files(page.recordings),
        }


def table(measured: dict) -> None:
    """Print what was measured."""
    concurrent = measured["concurrent"]
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
        "concurrent requests, answered, rejected": f"{CONCURRENT}, {concurrent['answered']}, "
        f"{concurrent['rejected']}",
        "recordings left when all had gone": measured["left_files"],
    }
    for name, value in rows.items():
        print(f"{name:<44}{value}")


def _visitor(
    seed: int,
    page: SimpleNamespace,
    expected: dict[Path, dict],
    bad: list[Path],
    profile: Path,
    end: float,
) -> list[tuple[str, float]]:
    """Send random recordings until `end`; return the outcome and the seconds of each.

    With an odd seed, all are sent as one speaker's, of whom a voice profile is known.
    """
    rng, client, same_speaker, n_clips = random.Random(seed), _client(page), seed % 2 == 1, 0
    outcomes = []
    while time.monotonic() < end:
        path = rng.choice(bad if rng.random() < BAD_FRACTION else list(expected))
        start = time.monotonic()
        try:
            answer = _predict(client, path, same_speaker, profile=None if n_clips else profile)
        except AppError:
            outcome = "explained" if path in bad else "failed"
        except Exception as error:
            outcome = "failed"
            print(f"failed: {error!r}", file=sys.stderr)
        else:
            if same_speaker:
                correct = answer["clips_before"] == (n_clips or MAX_LABELLED)
            else:
                correct = path in expected and _equal(answer, expected[path])
            outcome = "answered" if correct else "wrong"
            n_clips = answer["clips_before"] + 1
        outcomes.append((outcome, time.monotonic() - start))
        time.sleep(rng.uniform(*PAUSE))
    client.close()
    return outcomes


def _send_concurrently(page: SimpleNamespace, path: Path, expected: dict) -> dict:
    """Send more requests at once than the queue holds, then one more; return the counts."""
    client, answered, rejected, longest_queue = _client(page), 0, 0, 0
    jobs = [client.submit(handle_file(path), False, api_name="/predict") for _ in range(CONCURRENT)]
    for job in jobs:
        while not job.done():
            longest_queue = max(longest_queue, job.status().rank or 0)
            time.sleep(0.1)
        try:
            answered += _equal(job.result(), expected)
        except Exception as error:
            if "full" not in str(error).lower():
                raise
            rejected += 1
    recovered = _equal(_predict(client, path), expected)
    client.close()
    return {
        "answered": answered,
        "rejected": rejected,
        "longest_line": longest_queue,
        "recovered": recovered,
    }


def _client(page: SimpleNamespace) -> Client:
    return Client(page.url, verbose=False, max_workers=CONCURRENT)


def _predict(
    client: Client, path: Path, same_speaker: bool = False, profile: Path | None = None
) -> dict:
    files = {"profile": handle_file(profile)} if same_speaker and profile else {}
    job = client.submit(handle_file(path), same_speaker, api_name="/predict", **files)
    return job.result(ANSWER_TIMEOUT)


def _count_left_files(folder: Path) -> int:
    """Return how many recordings remain when every session has ended."""
    time.sleep(SESSION_END)
    return sum(path.suffix in (".wav", ".flac", ".npz") for path in folder.rglob("*"))


def _equal(answer: dict, expected: dict) -> bool:
    """Return whether two answers have equal probabilities."""
    pairs = zip(answer["probabilities"].values(), expected["probabilities"].values(), strict=True)
    return all(abs(first - second) < 1e-4 for first, second in pairs)


def _voice_profile(folder: Path, recordings: list[Path]) -> Path:
    """Write the largest voice profile to a folder."""
    recognizer, speaker = Recognizer.load(device="cpu"), UNKNOWN_SPEAKER
    for path, label in zip(cycle(recordings), LABELS * (MAX_LABELLED // len(LABELS))):
        speaker = recognizer.teach(path, label, speaker)
    path = folder / "profile.npz"
    path.write_bytes(profiles.to_bytes(speaker, recognizer))
    return path


def _bad_recordings(folder: Path, voice: Path) -> list[Path]:
    """Write files to a folder that cannot be analysed."""
    content = voice.read_bytes()
    contents = {
        "empty.wav": b"",
        "text.wav": b"this is no sound\n" * 100,
        "cut.flac": content[: len(content) // 50],
    }
    for name, bad_content in contents.items():
        (folder / name).write_bytes(bad_content)
    for name, channels in {"silent.wav": 1, "many.wav": 200}.items():
        soundfile.write(folder / name, np.zeros((48_000, channels), np.int16), 48_000)
    return [folder / name for name in (*contents, "silent.wav", "many.wav")]
