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
    from ser.training.download import download

    print(download(options.folder))
    return 0


def train(options: argparse.Namespace) -> int:
    """Make the artifacts and print how good they are."""
    from ser import artifacts
    from ser.encoder import BUNDLED
    from ser.training import evaluate, train

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
    from ser.training import evaluate, train

    evaluate.table(train.reevaluate(options.artifacts, options.noise))
    return 0


def compare(options: argparse.Namespace) -> int:
    """Compare every classifier on the same folds; write metrics.json and a figure."""
    from ser.training import compare, standings

    print(standings.table(compare.compare(options.data, options.artifacts)))
    return 0


def siblings(options: argparse.Namespace) -> int:
    """Say what altered copies of the training clips are worth."""
    from ser.training import siblings

    print(siblings.table(siblings.measure(options.data, options.noise, options.artifacts)))
    return 0


def distil(options: argparse.Namespace) -> int:
    """Make an encoder from a teacher, without labels."""
    from ser.training.distil import distil

    distil(
        options.teacher,
        options.speech,
        options.noise,
        options.out,
        options.init,
        options.minutes,
        options.resume,
        options.seed,
    )
    return 0


def tune(options: argparse.Namespace) -> int:
    """Teach an encoder emotion, on corpora other than RAVDESS."""
    from ser.training.tune import tune

    tune(
        options.encoder,
        options.data,
        options.out,
        options.without,
        options.noise,
        options.epochs,
        options.resume,
        options.seed,
    )
    return 0


def directions(options: argparse.Namespace) -> int:
    """Find along which directions of an encoder's embeddings emotions lie; write them beside it."""
    from ser.training import directions

    directions.write(options.encoder, options.data, options.without)
    return 0


def within(options: argparse.Namespace) -> int:
    """Score a corpus with encoders taught within its speaker folds; write metrics.json."""
    from ser.training import within

    scored = within.evaluate(
        options.encoder, options.data, options.out, options.noise, options.epochs, options.seed
    )
    print(json.dumps(scored, indent=1))
    return 0


def nonlinear(options: argparse.Namespace) -> int:
    """Score a corpus by more than a linear probe of its embeddings; write metrics.json."""
    from ser.training import nonlinear

    print(json.dumps(nonlinear.evaluate(options.encoder, options.data), indent=1))
    return 0


def strangers(options: argparse.Namespace) -> int:
    """Score each corpus as a stranger; write metrics.json."""
    from ser.training import strangers

    strangers.table(
        strangers.evaluate(options.data, dict(options.encoder), options.artifacts, options.beside)
    )
    return 0


def probe(options: argparse.Namespace) -> int:
    """Compare the encoder with its teacher by a fixed linear model; write metrics.json."""
    from ser.training import probe

    figures = probe.measure(
        options.data, options.teacher, options.noise, options.beside, options.artifacts
    )
    print(json.dumps(figures, indent=1))
    return 0


def predict(options: argparse.Namespace) -> int:
    """Analyse files, one after the other; 1 if any failed.

    Every file has a result of its own, and so has a folder without recordings.
    """
    from ser.recognizer import Recognizer
    from ser.speaker import STRANGER

    recognizer = Recognizer.load(options.artifacts, options.device)
    speaker = STRANGER
    for name in options.neutral:
        speaker = recognizer.listen_neutral(_opened(name), speaker)
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
        from ser import archive

        scored, before = archive.score(
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
        from ser.page import load

        measured = load.measure(options.people, options.minutes)
        load.table(measured)
        if options.json:
            load.record(options.json, "load", measured)
        return 0
    if options.archive:
        with _extra("requirements-scale.txt"):
            from ser.benching import scaling

        measured = scaling.measure(options.archive, options.clips)
        scaling.table(measured)
        if options.json:
            options.json.write_text(json.dumps(measured, indent=1) + "\n")
        return 0
    if options.page:
        from ser import bench_page as bench
    else:
        from ser import bench
    measured = bench.measure()
    bench.table(measured)
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
    from ser.formats import audio_files

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
    from ser.bounded import MAX_BYTES

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
