"""Commands that repeat a study: python -m ser.evaluation cross-corpus | baselines | ..."""

import argparse
import json
import sys
from pathlib import Path

from ser import console

ARTIFACTS = Path(__file__).parents[2] / "artifacts"  # as in ser/artifacts.py, which imports numpy
NOISE = "background sounds, and room impulse responses in rir/"
ENCODERS = "not fine-tuned on some corpora, for those that the bundled one was fine-tuned on"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ser.evaluation",
        description="Repeat a study; writes artifacts/metrics.json.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("cross-corpus", help="score corpora that were never trained on")
    command.add_argument("--data", type=Path, nargs="+", required=True, metavar="FOLDER")
    command.add_argument(
        "--encoders", type=Path, nargs="+", default=(), metavar="ENCODER", help=ENCODERS
    )
    command.set_defaults(run=_cross_corpus)

    command = commands.add_parser("baselines", help="other classifiers on the same folds, an hour")
    command.set_defaults(run=_baselines)

    command = commands.add_parser("probe", help="a linear probe of the encoder and its teacher")
    command.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    command.add_argument("--teacher", required=True, metavar="PATH_OR_HUB_ID")
    command.add_argument("--noise", type=Path, required=True, metavar="FOLDER")
    command.add_argument(
        "--other-encoders", type=Path, nargs="+", default=(), metavar="ENCODER",
        help="also probe these",
    )  # fmt: skip
    command.set_defaults(run=_probe)

    command = commands.add_parser("rooms", help="test clips in rooms, in noise, on a telephone")
    command.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    command.add_argument("--noise", type=Path, required=True, metavar="FOLDER", help=NOISE)
    command.set_defaults(run=_rooms)

    command = commands.add_parser("voice-detection", help="how often the voice detector is wrong")
    command.add_argument("--data", type=Path, nargs="+", required=True, metavar="FOLDER")
    command.add_argument("--noise", type=Path, required=True, metavar="FOLDER", help=NOISE)
    command.set_defaults(run=_voice_detection)

    command = commands.add_parser("conversations", help="who speaks when, in which emotion")
    command.add_argument("--data", type=Path, nargs="+", required=True, metavar="FOLDER")
    command.add_argument("--conversations", type=int, default=40, help="fewer are the first ones")
    command.add_argument(
        "--encoders", type=Path, nargs="+", default=(), metavar="ENCODER", help=ENCODERS
    )
    command.set_defaults(run=_conversations)

    for command in commands.choices.values():
        command.add_argument("--artifacts", type=Path, default=ARTIFACTS, metavar="FOLDER")
        command.set_defaults(writes="artifacts")
    return parser


def _cross_corpus(options: argparse.Namespace) -> int:
    from ser.evaluation import cross_corpus

    results = cross_corpus.evaluate(options.data, options.artifacts, options.encoders)
    cross_corpus.table(results)
    return 0


def _baselines(options: argparse.Namespace) -> int:
    from ser.evaluation.baselines import comparison

    print(comparison.table(comparison.compare(options.artifacts)))
    return 0


def _probe(options: argparse.Namespace) -> int:
    from ser.evaluation import encoder_probe

    results = encoder_probe.measure(
        options.data, options.teacher, options.noise, options.other_encoders, options.artifacts
    )
    print(json.dumps(results, indent=1))
    return 0


def _rooms(options: argparse.Namespace) -> int:
    with console.required("requirements-training.txt"):
        from ser.evaluation import robustness

    results = robustness.measure(options.data, options.noise, options.artifacts)
    print(robustness.table(results))
    return 0


def _voice_detection(options: argparse.Namespace) -> int:
    from ser.evaluation import voice_detection

    results = voice_detection.measure(options.data, options.noise, options.artifacts)
    print(json.dumps(results, indent=1))
    return 0


def _conversations(options: argparse.Namespace) -> int:
    with console.required("requirements-training.txt"):
        from ser.evaluation import diarisation

    results = diarisation.measure(
        options.data, options.artifacts, options.conversations, options.encoders
    )
    print(diarisation.table(results))
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return its exit code."""
    return console.run_command(_parser(), arguments)


if __name__ == "__main__":
    sys.exit(main())
