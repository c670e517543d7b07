"""The commands of python -m ser: one function a command, which returns the exit code.

Each imports what it needs when it runs, so that help and errors do not wait for torch.
"""

import argparse
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from ser import console, folders, proxies
from ser.errors import SerError

STANDARD_INPUT = "-"  # as the name of a file
QUICK_SECTIONS = ("analysis", "start", "page")  # of the benchmark, minutes all together
SECTIONS = (*QUICK_SECTIONS, "load", "archive", "gpu")


def download(options: argparse.Namespace) -> int:
    """Fetch RAVDESS."""
    from ser.training.data.download import download

    print(download(options.folder))
    return 0


def train(options: argparse.Namespace) -> int:
    """Train the artifacts and print their scores."""
    from ser import artifacts
    from ser.evaluation import evaluate
    from ser.models.encoder import BUNDLED
    from ser.training import train

    encoder = options.encoder or BUNDLED
    # Another encoder's artifacts never replace the bundled ones by default.
    default = Path(f"artifacts-{Path(encoder).name}") if options.encoder else artifacts.FOLDER
    out = options.out or default
    folders.check(out)
    metrics = train.train(
        evaluate.evaluate, options.data, encoder, out, options.table, options.device
    )
    evaluate.table(metrics)
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """Repeat the evaluation on the embeddings that training kept."""
    from ser.evaluation import evaluate

    evaluate.table(evaluate.reevaluate(options.artifacts))
    return 0


def enrol(options: argparse.Namespace) -> int:
    """Make a voice profile from labelled recordings; 1 if any could not be used."""
    from ser import artifacts, profile
    from ser.models.speaker import MAX_LABELLED, UNKNOWN_SPEAKER
    from ser.recognizer import Recognizer
    from ser.training.data import metadata

    labelled = metadata.labelled_files(options.table)
    folders.check_file(options.out)
    recognizer, speaker = Recognizer.load(options.artifacts, options.device), UNKNOWN_SPEAKER
    left_out = 0
    for path, emotion in labelled:
        try:
            speaker = recognizer.teach(path, emotion, speaker)
        except SerError as error:
            print(f"Left out: {path}: {error}", file=sys.stderr)
            left_out += 1
    if not speaker.labelled:
        raise SerError(
            f"None of the {len(labelled)} recordings in {options.table} can be used. Needed is at "
            "least one with a voice. Correct the table or record again."
        )
    with artifacts.atomic_write(options.out) as file:
        file.write(profile.to_bytes(speaker, recognizer))
    used = len(speaker.labelled)
    print(f"{used} recordings used, {left_out} left out: {options.out}")
    if len(labelled) - left_out > used:
        print(f"A profile holds {MAX_LABELLED}; of the most frequent emotions the last were used.")
    return 1 if left_out else 0


def predict(options: argparse.Namespace) -> int:
    """Analyse files, one after the other; 1 if any failed.

    Every file has a result, and so has a folder without recordings.
    """
    from ser import profile
    from ser.models.speaker import UNKNOWN_SPEAKER
    from ser.recognizer import Recognizer

    recognizer = Recognizer.load(options.artifacts, options.device)
    speaker = profile.load(options.profile, recognizer) if options.profile else UNKNOWN_SPEAKER
    for name in options.neutral:
        speaker = recognizer.enrol(_source(name), speaker)
    results, failed = [], 0
    for name, error in _recordings(options.files):
        try:
            if error:
                raise error
            analysis = recognizer.analyse(_source(name), speaker)
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


def timeline(options: argparse.Namespace) -> int:
    """Write the timelines of long recordings, a file for each format; 1 if any failed."""
    from ser.recognizer import Recognizer
    from ser.timeline import exports

    folders.make(options.out)
    recognizer = Recognizer.load(options.artifacts, options.device)
    names, failed = set(), 0
    for source, error in _recordings(options.files):
        try:
            if error:
                raise error
            *_, found = recognizer.timeline(source, n_speakers=options.speakers)
        except SerError as error:
            print(f"{source}: {error}")
            failed += 1
            continue
        # Of several recordings of one name, the later ones get a number.
        numbered = (f"{source.stem}-{number}" for number in range(2, len(names) + 2))
        name = next(n for n in (source.stem, *numbered) if n not in names)
        names.add(name)
        for file_format in options.format:
            exports.write(found, file_format, options.out, name)
        print(f"{source}: {found.duration:.0f} s, speakers: {found.n_speakers}")
    return 1 if failed else 0


def score(options: argparse.Namespace) -> int:
    """Score a large collection; if interrupted, the same command continues it."""
    with console.required("requirements-scale.txt"):
        from ser.batch import scoring

        where = options.artifacts, options.device, options.ray
        what = options.profile, options.turns, options.speakers
        scored, skipped = scoring.score(options.source, options.out, *where, *what)
    print(f"{scored} recordings scored, {skipped} were before: {options.out}")
    return 0


def export(options: argparse.Namespace) -> int:
    """Write the models to an ONNX file and print its size."""
    with console.required("requirements-export.txt"):
        from ser.export import onnx_file

    onnx_file.export(options.file, options.artifacts)
    print(f"{options.file}: {options.file.stat().st_size / 1e6:.0f} MB")
    return 0


def bench(options: argparse.Namespace) -> int:
    """Measure sections of the benchmark, each written as soon as it is measured.

    Without names of sections, those that the file has of this model are not measured again.
    """
    from ser.bench import sections

    if options.json:
        folders.check_file(options.json)
    if "archive" in options.sections and not options.data:
        raise SerError("There are no recordings to score. Give a folder with --data.")
    # All requests are to this machine.
    with proxies.bypassed():
        for section in options.sections or QUICK_SECTIONS:
            sections.run(section, options)
    return 0


def _recordings(names: list[str | Path]) -> Iterator[tuple[str | Path, SerError | None]]:
    """Yield every recording, those in folders too; a folder without any with its error."""
    from ser.audio.formats import audio_files

    for name in names:
        # Unlike pathlib's, this takes names that are too long for a file.
        if name == STANDARD_INPUT or not os.path.isdir(name):  # noqa: PTH112
            yield name, None
            continue
        try:
            paths = audio_files(name)
        except SerError as error:
            yield name, error
        else:
            yield from ((path, None) for path in paths)


def _source(name: str | Path) -> Path | io.BytesIO:
    """Return a recording's path, or the content of standard input."""
    from ser.audio.sandbox import MAX_BYTES

    if name != STANDARD_INPUT:
        return name
    # One byte more than allowed is enough for the error.
    return io.BytesIO(sys.stdin.buffer.read(MAX_BYTES + 1))


def _line(result: dict) -> str:
    """Describe a result of `predict`: the two most probable emotions, or the error."""
    if "error" in result:
        return f"{result['file']}: {result['error']}"
    first, second = sorted(result["probabilities"].items(), key=lambda item: -item[1])[:2]
    notes = f" ({', '.join(result['notes'])})" if result["notes"] else ""
    return f"{result['file']}: {first[0]} {first[1]:.0%}, {second[0]} {second[1]:.0%}{notes}"
