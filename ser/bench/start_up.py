"""Measure the time of a new process to its first answer, and its resident memory then."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from transformers import Wav2Vec2FeatureExtractor

from ser import artifacts
from ser.bench.systems import NAMES, base_classifier, speech_like, wav

STARTS = 3

# Not the peak that the system records: on Linux that includes the parent process.
_MEMORY = "import psutil; print(psutil.Process().memory_info().rss)"
_ANALYSIS = f"""
import sys
from ser.recognizer import Recognizer
Recognizer.load(device="cpu").analyse(sys.argv[1])
{_MEMORY}
"""
_PAGE = f"""
import sys
from ser.page import build
from ser.recognizer import Recognizer
recognizer = Recognizer.load(device="cpu")
build(recognizer)
recognizer.analyse(sys.argv[1])
{_MEMORY}
"""
_PIPELINE = f"""
import sys
import soundfile
from transformers import pipeline
waveform, rate = soundfile.read(sys.argv[1], dtype="float32")
pipeline("audio-classification", sys.argv[2])({{"raw": waveform, "sampling_rate": rate}})
{_MEMORY}
"""


def measure() -> dict:
    """Start each system STARTS times, in turn.

    Returns:
        `seconds` to the first answer (medians) and `resident_mb` (maxima), both of our `analysis`,
        the whole `page` and `pipeline_base`.
    """
    with tempfile.TemporaryDirectory() as folder:
        recording, checkpoint = Path(folder) / "voice.wav", Path(folder) / "base"
        recording.write_bytes(wav(speech_like()))
        base_classifier().save_pretrained(checkpoint)
        Wav2Vec2FeatureExtractor().save_pretrained(checkpoint)
        programs = {"analysis": _ANALYSIS, "page": _PAGE, "pipeline_base": _PIPELINE}
        seconds, resident = ({name: [] for name in programs} for _ in range(2))
        for _ in range(STARTS):
            for name, code in programs.items():
                start = time.perf_counter()
                done = subprocess.run(
                    [sys.executable, "-c", code, str(recording), str(checkpoint)],
                    cwd=artifacts.FOLDER.parent,
                    stdout=subprocess.PIPE,
                    check=True,
                    process_group=0,  # Ctrl-C is for the parent process.
                )
                seconds[name].append(time.perf_counter() - start)
                resident[name].append(json.loads(done.stdout))
    return {
        "seconds": {name: statistics.median(values) for name, values in seconds.items()},
        "resident_mb": {name: max(values) / 2**20 for name, values in resident.items()},
    }


def table(measured: dict, line: Callable[[str], None] = print) -> None:
    """Print what was measured as docs/speed.md shows it."""
    names = {
        "analysis": "our analysis alone",
        "page": "the page",
        "pipeline_base": NAMES["pipeline_base"],
    }
    line("| a new process, to its first answer | s | MB resident |")
    line("|---|---|---|")
    for key, name in names.items():
        seconds, memory = measured["seconds"][key], measured["resident_mb"][key]
        line(f"| {name} | {seconds:.1f} | {memory:.0f} |")
