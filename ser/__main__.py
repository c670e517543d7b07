"""The command line: python -m ser COMMAND, parsed here and run by `ser.commands`."""

import argparse
import sys
from pathlib import Path

from ser import commands, console

DEVICES = ("cpu", "cuda", "mps")
# As timeline.exports.FORMATS, whose module would import numpy for every --help.
TIMELINE_FORMATS = ("csv", "json", "rttm", "textgrid", "eaf", "audacity", "webvtt")
DEVICE = "where the encoder runs; by default on the best available"
SPEAKERS = "number of people who speak, by default found in each recording"
PROFILE = "voice profile, made by enrol or the page, of the person who speaks in all recordings"


def _parser() -> argparse.ArgumentParser:
    # As `artifacts.FOLDER`, whose module would import numpy for every --help.
    bundled = Path(__file__).parents[1] / "artifacts"
    parser = argparse.ArgumentParser(prog="python -m ser", description="Speech emotion.")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")

    command = subparsers.add_parser("download", help="fetch RAVDESS from Zenodo (208 MB)")
    command.add_argument("folder", nargs="?", type=Path, default=Path("data/ravdess"))
    command.set_defaults(run=commands.download)

    command = subparsers.add_parser("train", help="make the artifacts from labelled recordings")
    command.add_argument(
        "--data", type=Path, nargs="+", required=True, metavar="FOLDER",
        help="one for each corpus, the first of which is scored and shown on the map",
    )  # fmt: skip
    command.add_argument(
        "--table", type=Path, metavar="FILE.tsv", help="labels of your recordings, see README"
    )
    command.add_argument("--encoder", metavar="CHECKPOINT", help="folder or hub id of a Wav2Vec2")
    command.add_argument(
        "--out", type=Path, metavar="FOLDER",
        help="by default artifacts, of another encoder artifacts-NAME",
    )  # fmt: skip
    command.add_argument("--device", choices=DEVICES, help=DEVICE)
    command.set_defaults(run=commands.train, writes="out")

    command = subparsers.add_parser("evaluate", help="score the bundled embeddings again")
    command.add_argument("--artifacts", type=Path, default=bundled, metavar="FOLDER")
    command.set_defaults(run=commands.evaluate, writes="artifacts")

    command = subparsers.add_parser("predict", help="say what voices sound like")
    command.add_argument(
        "files", nargs="+", type=_recording, metavar="FILE",
        help="files or folders; - reads a recording from standard input",
    )  # fmt: skip
    command.add_argument("--json", action="store_true", help="print a list of JSON objects")
    command.add_argument(
        "--same-speaker",
        action="store_true",
        help="one person speaks in all files: adapt to the speaker from file to file",
    )
    command.add_argument(
        "--neutral",
        action="append",
        type=_recording,
        default=[],
        metavar="FILE",
        help="this person speaking without emotion, repeatable; implies --same-speaker",
    )
    command.add_argument("--profile", type=Path, metavar="FILE", help=PROFILE)
    command.add_argument("--artifacts", type=Path, default=bundled, metavar="FOLDER")
    command.add_argument("--device", choices=DEVICES, help=DEVICE)
    command.set_defaults(run=commands.predict)

    command = subparsers.add_parser(
        "enrol", help="make a voice profile from labelled recordings of one person"
    )
    command.add_argument(
        "--table", type=Path, required=True, metavar="FILE.tsv",
        help="with the columns file (relative to the table) and emotion",
    )  # fmt: skip
    command.add_argument("--out", type=Path, required=True, metavar="FILE", help="the profile")
    command.add_argument("--artifacts", type=Path, default=bundled, metavar="FOLDER")
    command.add_argument("--device", choices=DEVICES, help=DEVICE)
    command.set_defaults(run=commands.enrol)

    command = subparsers.add_parser(
        "score", help="score a large collection, on one machine or on Ray"
    )
    command.add_argument(
        "source", metavar="SOURCE", help="folder, glob pattern, or Parquet or JSONL of URIs"
    )
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the Parquet")
    command.add_argument("--ray", metavar="ADDRESS", help="of a Ray cluster, or: auto")
    command.add_argument("--profile", type=Path, metavar="FILE", help=PROFILE)
    command.add_argument(
        "--turns",
        action="store_true",
        help="a row for each turn of conversations of up to four hours",
    )
    command.add_argument("--speakers", type=int, metavar="N", help="with --turns: " + SPEAKERS)
    command.add_argument("--artifacts", type=Path, default=bundled, metavar="FOLDER")
    command.add_argument("--device", choices=DEVICES, help=DEVICE)
    command.set_defaults(run=commands.score)

    command = subparsers.add_parser(
        "export", help="write the models to an ONNX file, for any programming language"
    )
    command.add_argument("file", type=Path, metavar="FILE.onnx")
    command.add_argument("--artifacts", type=Path, default=bundled, metavar="FOLDER")
    command.set_defaults(run=commands.export)

    command = subparsers.add_parser(
        "timeline", help="say who speaks when in long recordings, and in which emotion"
    )
    command.add_argument("files", nargs="+", type=Path, metavar="FILE", help="files or folders")
    command.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="for a file of each format"
    )
    command.add_argument(
        "--format", nargs="+", choices=TIMELINE_FORMATS, default=["json"], help="json by default"
    )
    command.add_argument("--speakers", type=int, metavar="N", help=SPEAKERS)
    command.add_argument("--artifacts", type=Path, default=bundled, metavar="FOLDER")
    command.add_argument("--device", choices=DEVICES, help=DEVICE)
    command.set_defaults(run=commands.timeline, writes="out")

    command = subparsers.add_parser("bench", help="time the analysis, the page and `score`")
    command.add_argument(
        "sections",
        nargs="*",
        type=_section,
        metavar="SECTION",
        help="analysis (compared with other systems), start, page (in a browser), load (many "
        "people at the page), archive (`score`), gpu (the encoder on CUDA); by default the first "
        "three",
    )
    command.add_argument(
        "--json", type=Path, metavar="FILE",
        help="write the figures to FILE; by default what it has of this model is not repeated",
    )  # fmt: skip
    command.add_argument("--people", type=int, default=20, help="of load, 100 at most")
    command.add_argument("--minutes", type=float, default=10.0, help="of load, 60 at most")
    command.add_argument("--data", type=Path, metavar="FOLDER", help="of archive, its recordings")
    command.add_argument("--clips", type=int, default=5000, help="of archive, by repetition")
    command.set_defaults(run=commands.bench)
    return parser


def _section(argument: str) -> str:
    # With `choices`, Python 3.11 does not take none of them.
    if argument not in commands.SECTIONS:
        sections = ", ".join(commands.SECTIONS)
        raise argparse.ArgumentTypeError(f"{argument!r} is no section; there are {sections}")
    return argument


def _recording(argument: str) -> str | Path:
    # As a Path, "./-" would be the same.
    return argument if argument == commands.STANDARD_INPUT else Path(argument)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return its exit code."""
    return console.run_command(_parser(), arguments)


if __name__ == "__main__":
    sys.exit(main())
