"""What each command of python -m ser does: one function a command, which returns the exit code.

Each imports what it needs when it runs: help and errors should not wait for torch.
"""

import argparse
import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ser import folders, proxies
from ser.errors import SerError

STANDARD_INPUT = "-"  # as the name of a file


def download(options: argparse.Namespace) -> int:
    """Fetch RAVDESS."""
    from ser.training.data.download import download

    print(download(options.folder))
    return 0


def train(options: argparse.Namespace) -> int:
    """Make the artifacts and print how good they are."""
    from ser import artifacts
    from ser.evaluation import evaluate
    from ser.models.encoder import BUNDLED
    from ser.training import train

    encoder = options.encoder or BUNDLED
    # Another encoder's artifacts never replace the bundled ones unasked.
    own = Path(f"artifacts-{Path(encoder).name}") if options.encoder else artifacts.FOLDER
    out = options.out or own
    folders.check(out)
    metrics = train.train(options.data, encoder, out, options.table, options.device)
    evaluate.table(metrics)
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """Repeat both protocols from the embeddings that training kept."""
    from ser.evaluation import evaluate
    from ser.training import train

    evaluate.table(train.reevaluate(options.artifacts, options.noise))
    return 0


def predict(options: argparse.Namespace) -> int:
    """Analyse files, one after the other; 1 if any failed.

    Every file has a result of its own, and so has a folder without recordings.
    """
    from ser.models.speaker import UNKNOWN_SPEAKER
    from ser.recognizer import Recognizer

    recognizer = Recognizer.load(options.artifacts, options.device)
    speaker = UNKNOWN_SPEAKER
    for name in options.neutral:
        speaker = recognizer.enrol(_opened(name), speaker)
    results, failed = [], 0
    for name, error in _recordings(options.files):
        try:
            if error:
                raise error
            analysis = recognizer.analyse(_opened(name), speaker)
        except SerError as error:
            result = {"file": str(name), "error": str(error)}
            failed += 1
        else:
            result = {"file": str(name)} | analysis.to_json()
            if options.same_speaker or options.neutral:
                speaker = analysis.speaker
        results.append(result)
        if not options.json:
            print(_line(result))
    if options.json:
        print(json.dumps(results, indent=1))
    return 1 if failed else 0


def score(options: argparse.Namespace) -> int:
    """Score a large collection; restarted, it goes on where it stopped."""
    with _extra("requirements-scale.txt"):
        from ser.batch import scoring

        scored, before = scoring.score(
            options.source, options.out, options.artifacts, options.device, options.ray
        )
    print(f"{scored} recordings scored, {before} were before: {options.out}")
    return 0


def bench(options: argparse.Namespace) -> int:
    """Time the analysis beside what else there is, or the page, it under load, or `score`."""
    if options.json:
        folders.check_file(options.json)
    # All that it asks is on this machine.
    with proxies.bypassed():
        return _bench(options)


def _bench(options: argparse.Namespace) -> int:
    if options.load:
        from ser.bench import load

        measured = load.measure(options.people, options.minutes)
        load.table(measured)
        if options.json:
            load.record(options.json, "load", measured)
        return 0
    if options.archive:
        with _extra("requirements-scale.txt"):
            from ser.bench import scale

        measured = scale.measure(options.archive, options.clips)
        scale.table(measured)
        if options.json:
            options.json.write_text(json.dumps(measured, indent=1) + "\n")
        return 0
    if options.page:
        pass
    else:
        from ser.bench import speed
    measured = speed.measure()
    speed.table(measured)
    if options.json:
        options.json.write_text(json.dumps(measured, indent=1) + "\n")
    return 0


@contextmanager
def _extra(requirements: str) -> Iterator[None]:
    """Say which requirements file brings a library that is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise SerError(
            f"This needs {error.name}, which is not installed. Install it with: "
            f"pip install -r {requirements}"
        ) from error


def _recordings(names: list[str | Path]) -> Iterator[tuple[str | Path, SerError | None]]:
    """Yield every recording to read, those in folders too; a folder without any with its error."""
    from ser.audio.formats import audio_files

    for name in names:
        # Unlike pathlib's, this takes names that are too long for a file.
        if name == STANDARD_INPUT or not os.path.isdir(name):  # noqa: PTH112
            yield name, None
            continue
        try:
            found = audio_files(name)
        except SerError as error:
            yield name, error
        else:
            yield from ((path, None) for path in found)


def _opened(name: str | Path) -> Path | io.BytesIO:
    """Return what a recording is read from: its path, or what standard input holds."""
    from ser.audio.sandbox import MAX_BYTES

    if name != STANDARD_INPUT:
        return name
    # One byte more is enough to be refused.
    return io.BytesIO(sys.stdin.buffer.read(MAX_BYTES + 1))


def _line(result: dict) -> str:
    if "error" in result:
        return f"{result['file']}: {result['error']}"
    first, second = sorted(result["probabilities"].items(), key=lambda item: -item[1])[:2]
    notes = f" ({', '.join(result['notes'])})" if result["notes"] else ""
    return f"{result['file']}: {first[0]} {first[1]:.0%}, {second[0]} {second[1]:.0%}{notes}"
