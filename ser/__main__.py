"""The command line: python -m ser COMMAND, one function a command."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from ser.errors import SerError


# Each command imports what it needs when it runs: help and errors should not wait for torch.
def download(options: argparse.Namespace) -> int:
    """Fetch RAVDESS."""
    from ser.training.download import download

    print(download(options.folder))
    return 0


def train(options: argparse.Namespace) -> int:
    """Make the artifacts and print how good they are."""
    from ser.encoder import BUNDLED
    from ser.training import evaluate, train

    encoder = options.encoder or BUNDLED
    evaluate.table(train.train(options.data, encoder, options.out, options.table))
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """Repeat both protocols from the embeddings that training kept."""
    from ser.training import evaluate, train

    evaluate.table(train.reevaluate(options.artifacts))
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


def strangers(options: argparse.Namespace) -> int:
    """Score each corpus as a stranger; write metrics.json."""
    from ser.training import strangers

    strangers.table(strangers.evaluate(options.data, dict(options.encoder), options.artifacts))
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
    """Analyse files, one after the other; 1 if any failed."""
    from ser.recognizer import Recognizer
    from ser.speaker import STRANGER

    recognizer = Recognizer.load(options.artifacts)
    speaker = STRANGER
    for path in options.neutral:
        speaker = recognizer.listen_neutral(path, speaker)
    results, failed = [], 0
    for path in _recordings(options.files):
        try:
            analysis = recognizer.analyse(path, speaker)
        except SerError as error:
            result = {"file": str(path), "error": str(error)}
            failed += 1
        else:
            result = {"file": str(path)} | analysis.to_json()
            if options.same_speaker or options.neutral:
                speaker = analysis.speaker
        results.append(result)
        if not options.json:
            print(_line(result))
    if options.json:
        print(json.dumps(results, indent=1))
    return 1 if failed else 0


def bench(options: argparse.Namespace) -> int:
    """Time the analysis beside wav2vec2-base's architecture."""
    from ser import bench

    measured = bench.measure()
    bench.table(measured)
    if options.json:
        options.json.write_text(json.dumps(measured, indent=1) + "\n")
    return 0


def _recordings(paths: list[Path]) -> Iterator[Path]:
    from ser.decoding import audio_files

    for path in paths:
        yield from audio_files(path) if path.is_dir() else [path]


def _named(argument: str) -> tuple[str, Path]:
    name, found, path = argument.partition("=")
    if not (name and found and path):
        raise argparse.ArgumentTypeError(f"{argument!r} is not CORPUS=DIR")
    return name, Path(path)


def _line(result: dict) -> str:
    if "error" in result:
        return f"{result['file']}: {result['error']}"
    first, second = sorted(result["probabilities"].items(), key=lambda item: -item[1])[:2]
    notes = f" ({', '.join(result['notes'])})" if result["notes"] else ""
    return f"{result['file']}: {first[0]} {first[1]:.0%}, {second[0]} {second[1]:.0%}{notes}"


def _parser() -> argparse.ArgumentParser:
    # The folder of ser/artifacts.py, repeated because that room is heavier than this one.
    bundled = Path(__file__).parents[1] / "artifacts"
    parser = argparse.ArgumentParser(prog="python -m ser", description="Speech emotion.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("download", help="fetch RAVDESS from Zenodo (208 MB)")
    command.add_argument("folder", nargs="?", type=Path, default=Path("data/ravdess"))
    command.set_defaults(run=download)

    command = commands.add_parser("train", help="make the artifacts from labelled recordings")
    command.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    command.add_argument(
        "--table", type=Path, metavar="FILE.tsv", help="who says what how, see README"
    )
    command.add_argument("--encoder", metavar="CHECKPOINT", help="folder or hub id of a Wav2Vec2")
    command.add_argument("--out", type=Path, default=bundled, metavar="FOLDER")
    command.set_defaults(run=train)

    command = commands.add_parser("evaluate", help="score the bundled embeddings again")
    command.add_argument("--artifacts", type=Path, default=bundled, metavar="FOLDER")
    command.set_defaults(run=evaluate)

    command = commands.add_parser("distil", help="make an encoder from a Whisper, without labels")
    command.add_argument("--teacher", required=True, metavar="PATH_OR_HUB_ID")
    command.add_argument("--speech", type=Path, nargs="+", required=True, metavar="FOLDER")
    command.add_argument("--noise", type=Path, metavar="FOLDER", help="sounds, and rooms in rir/")
    command.add_argument("--out", type=Path, required=True, metavar="DIR")
    command.add_argument("--init", type=Path, metavar="ENCODER", help="go on from an encoder")
    command.add_argument("--minutes", type=float, default=60.0)
    command.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    command.add_argument("--seed", type=int, default=0)
    command.set_defaults(run=distil)

    command = commands.add_parser("tune", help="teach an encoder emotion, never on RAVDESS")
    command.add_argument("--encoder", type=Path, default=bundled / "encoder", metavar="DIR")
    command.add_argument("--data", type=Path, nargs="+", required=True, metavar="FOLDER")
    command.add_argument("--without", metavar="CORPUS", help="leave out, to be scored on it")
    command.add_argument("--noise", type=Path, metavar="FOLDER", help="sounds, and rooms in rir/")
    command.add_argument("--out", type=Path, required=True, metavar="DIR")
    command.add_argument("--epochs", type=int, default=3)
    command.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    command.add_argument("--seed", type=int, default=0)
    command.set_defaults(run=tune)

    command = commands.add_parser("strangers", help="score corpora that were never trained on")
    command.add_argument("--data", type=Path, nargs="+", required=True, metavar="FOLDER")
    command.add_argument(
        "--encoder", type=_named, action="append", default=[], metavar="CORPUS=DIR",
        help="the encoder that was taught without a corpus, to score that one with",
    )  # fmt: skip
    command.add_argument("--artifacts", type=Path, default=bundled, metavar="FOLDER")
    command.set_defaults(run=strangers)

    command = commands.add_parser("probe", help="compare the encoder with its teacher")
    command.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    command.add_argument("--teacher", required=True, metavar="PATH_OR_HUB_ID")
    command.add_argument("--noise", type=Path, required=True, metavar="FOLDER")
    command.add_argument(
        "--beside", type=Path, nargs="+", default=(), metavar="ENCODER", help="probe these too"
    )
    command.add_argument("--artifacts", type=Path, default=bundled, metavar="FOLDER")
    command.set_defaults(run=probe)

    command = commands.add_parser("predict", help="say what voices sound like")
    command.add_argument("files", nargs="+", type=Path, metavar="FILE", help="files or folders")
    command.add_argument("--json", action="store_true", help="print a list of JSON objects")
    command.add_argument(
        "--same-speaker",
        action="store_true",
        help="one person speaks in all files: answer each by what those before it told",
    )
    command.add_argument(
        "--neutral",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="this person speaking without emotion, repeatable; implies --same-speaker",
    )
    command.add_argument("--artifacts", type=Path, default=bundled, metavar="FOLDER")
    command.set_defaults(run=predict)

    command = commands.add_parser("bench", help="time the analysis beside wav2vec2-base")
    command.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    command.set_defaults(run=bench)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except SerError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
