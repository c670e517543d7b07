"""Broken recordings for the audio door: real ones of every kind, cut, spliced and overwritten.

`make fuzz` sends many thousands through it and writes down what became of them; a few are among
the tests.
"""

import argparse
import io
import json
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tqdm import tqdm
from voices import encode, speech_like

from ser import audio, bounded
from ser.errors import SerError
from ser.page.load import machine, record

RATE = 48_000
SECONDS = 0.5  # of the recordings; what breaks decoders is at their beginning
CODECS = {"m4a": "aac", "aac": "aac", "webm": "libopus", "opus": "libopus"}
TELLING = [bytes([value]) * size for value in (0, 0x7F, 0x80, 0xFF) for size in (1, 2, 4, 8)]
HEADER = 512  # bytes, changed more often than what follows


def corpus() -> dict[str, bytes]:
    """Return a recording of each kind that the door takes, by suffix."""
    waveform = speech_like(SECONDS, rate=RATE)
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / f"voice.{suffix}" for suffix in ("wav", "flac", "ogg", "mp3")]
        for path in paths:
            soundfile.write(path, waveform, RATE)
        for suffix, codec in CODECS.items():
            paths.append(encode(waveform, RATE, Path(folder) / f"voice.{suffix}", codec))
        return {path.suffix[1:]: path.read_bytes() for path in paths}


@st.composite
def broken(draw, recordings: dict[str, bytes]) -> tuple[str, bytes]:
    """Draw the kind and the content of a recording with one to eight faults."""
    kind = draw(st.sampled_from(sorted(recordings)))
    content = bytearray(recordings[kind])
    for _ in range(draw(st.integers(1, 8))):
        end = draw(st.sampled_from([HEADER, len(content)]))
        place = draw(st.integers(0, max(0, min(end, len(content)) - 1)))
        fault = draw(st.sampled_from(["flip", "write", "tell", "cut", "drop", "repeat", "splice"]))
        if fault == "flip" and content:
            content[place] ^= 1 << draw(st.integers(0, 7))
        elif fault == "write":
            written = draw(st.binary(min_size=1, max_size=8))
            content[place : place + len(written)] = written
        elif fault == "tell":
            written = draw(st.sampled_from(TELLING))
            content[place : place + len(written)] = written
        elif fault == "cut":
            del content[place:]
        elif fault == "drop":
            del content[place : place + draw(st.integers(1, 64))]
        elif fault == "repeat":
            content[place:place] = content[place : place + draw(st.integers(1, 4096))]
        elif fault == "splice":
            other = recordings[draw(st.sampled_from(sorted(recordings)))]
            content[place:] = other[draw(st.integers(0, len(other))) :]
    return kind, bytes(content)


def hear(content: bytes) -> str:
    """Send a recording through the door; return what became of it.

    Raises:
        Exception: whatever is neither an answer nor an explanation.
    """
    try:
        clip = audio.load(io.BytesIO(content))
    except SerError as error:
        assert str(error)
        return "explained"
    assert np.isfinite(clip.waveform).all()
    assert 0 < clip.duration <= 300.1
    return "answered"


def run(files: int) -> dict:
    """Send `files` broken recordings through the door; return the counts and the longest wait."""
    counts, seconds, recordings, lost = Counter(), [], corpus(), Counter()
    bounded.log.addFilter(lambda record: lost.update([record.getMessage()]))
    for content in recordings.values():
        hear(content)  # Libraries load what they need when they first need it.
    with tqdm(total=files, unit="file", mininterval=10) as progress:

        @settings(
            max_examples=files,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(broken(recordings))
        def every(recording):
            kind, content = recording
            began = time.monotonic()
            outcome = hear(content)
            seconds.append(time.monotonic() - began)
            counts[outcome] += 1
            counts[kind] += 1
            progress.update()

        every()
    for reason, times in lost.items():
        print(f"{times} decoders lost: {reason}")
    return {
        "files": len(seconds),
        "answered": counts["answered"],
        "explained": counts["explained"],
        "kinds": {kind: counts[kind] for kind in sorted(recordings)},
        "decoders_lost": sum(lost.values()),
        "longest_s": round(max(seconds), 2),
        "over_5_s": sum(second > 5 for second in seconds),
        "machine": machine(),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--json", type=Path, help="write the figures to this file, as `fuzz`")
    options = parser.parse_args()
    figures = run(options.files)
    print(json.dumps(figures, indent=1))
    if options.json:
        record(options.json, "fuzz", figures)
