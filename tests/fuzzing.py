"""Damaged recordings of every kind: cut off, spliced, overwritten, or with wrong lengths.

`make fuzz` decodes many thousands and writes their outcomes to a file; the tests decode a few. Each
is decoded right after a recording of another voice, none of whose samples may be in it.
"""

import argparse
import io
import json
import time
from collections import Counter
from pathlib import Path

import numpy as np
from containers import KINDS, RATE, write
from copied import foreign
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tqdm import tqdm
from voices import speech_like

from ser.audio import loading, sandbox
from ser.bench.figures import record
from ser.errors import SerError

SECONDS = 1.0  # of the recordings; faults at the beginning of a file matter most
FAULTS = ("flip", "write", "placeholder", "cut", "drop", "repeat", "splice", "length")
LENGTHS = (0, 1, 44, 2**15, 2**31 - 1, 2**32 - 1)  # written into length fields
PLACEHOLDERS = [bytes([value]) * size for value in (0, 0x7F, 0x80, 0xFF) for size in (1, 2, 4, 8)]
HEADER = 512  # bytes, damaged more often than those that follow


def corpus() -> dict[str, bytes]:
    """Return a recording of each supported kind."""
    waveform = speech_like(SECONDS, rate=RATE)
    return {name: write(kind, waveform) for name, kind in KINDS.items()}


def other_recording() -> tuple[bytes, np.ndarray]:
    """Return a recording of another voice, and its decoded samples."""
    content = write(KINDS["wav, 16 bit"], speech_like(3.0, seed=7, rate=RATE))
    return content, decoded(content)


def decoded(content: bytes) -> np.ndarray:
    """Return the mono samples of a file, as the decoding process returns them."""
    with sandbox.open_recording(io.BytesIO(content)) as sound:
        return np.concatenate(list(sound.blocks))


@st.composite
def broken(draw, recordings: dict[str, bytes]) -> tuple[str, bytes]:
    """Draw the kind and the content of a recording with one to eight faults."""
    kind = draw(st.sampled_from(sorted(recordings)))
    content = bytearray(recordings[kind])
    for _ in range(draw(st.integers(1, 8))):
        end = draw(st.sampled_from([HEADER, len(content)]))
        position = draw(st.integers(0, max(0, min(end, len(content)) - 1)))
        fault = draw(st.sampled_from(FAULTS))
        if fault == "flip" and content:
            content[position] ^= 1 << draw(st.integers(0, 7))
        elif fault == "write":
            written = draw(st.binary(min_size=1, max_size=8))
            content[position : position + len(written)] = written
        elif fault == "placeholder":
            written = draw(st.sampled_from(PLACEHOLDERS))
            content[position : position + len(written)] = written
        elif fault == "cut":
            del content[position:]
        elif fault == "drop":
            del content[position : position + draw(st.integers(1, 64))]
        elif fault == "repeat":
            count = draw(st.integers(1, 4096))
            content[position:position] = content[position : position + count]
        elif fault == "length":
            length = KINDS[kind].length
            if length and length.after in content:
                wrong = draw(st.sampled_from(LENGTHS))
                content[:] = length.replaced(bytes(content), lambda _, wrong=wrong: wrong)
        elif fault == "splice":
            source = recordings[draw(st.sampled_from(sorted(recordings)))]
            content[position:] = source[draw(st.integers(0, len(source))) :]
    return kind, bytes(content)


def outcome(content: bytes) -> str:
    """Return the outcome of a recording: "answered" or "explained".

    Raises:
        Exception: any error but a SerError, which is a bug.
    """
    try:
        clip = loading.load(io.BytesIO(content))
    except SerError as error:
        assert str(error)
        return "explained"
    assert np.isfinite(clip.waveform).all()
    assert 0 < clip.duration <= 300.1
    return "answered"


def run(files: int) -> dict:
    """Decode `files` damaged recordings; return the counts and the longest wait."""
    counts, seconds, recordings, lost = Counter(), [], corpus(), Counter()
    sandbox.log.addFilter(lambda record: lost.update([record.getMessage()]))
    earlier, samples = other_recording()
    for content in recordings.values():
        outcome(content)  # The first use of a library takes longer.
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
        def decode_broken(recording):
            kind, content = recording
            start = time.monotonic()
            try:
                result = outcome(content)
            except Exception as error:
                print(f"{kind}: {error!r}")
                result = "neither"
            seconds.append(time.monotonic() - start)
            counts[result] += 1
            counts[kind] += 1
            if result == "answered":
                decoded(earlier)
                counts["foreign"] += foreign(decoded(content), samples)
            progress.update()

        decode_broken()
    for reason, times in lost.items():
        print(f"{times} decoders lost: {reason}")
    return {
        "files": len(seconds),
        "answered": counts["answered"],
        "explained": counts["explained"],
        "neither": counts["neither"],
        "foreign_samples": counts["foreign"],
        "kinds": {kind: counts[kind] for kind in sorted(recordings)},
        "decoders_lost": sum(lost.values()),
        "longest_s": round(max(seconds), 2),
        "over_5_s": sum(second > 5 for second in seconds),
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
