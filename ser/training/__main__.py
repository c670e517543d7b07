"""Train parts of the model: python -m ser.training distil | fine-tune | speakers."""

import argparse
import sys
from pathlib import Path

from ser import console

BUNDLED = Path(__file__).parents[2] / "artifacts" / "encoder"  # as in ser/models/encoder.py
NOISE = "background sounds, and room impulse responses in rir/"  # help of --noise
WITHOUT = "leave out, so that the encoder can be scored on them"  # help of --without


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ser.training", description="Train parts of the model."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("distil", help="distil a Whisper encoder, without labels")
    command.add_argument("--teacher", required=True, metavar="PATH_OR_HUB_ID")
    command.add_argument("--speech", type=Path, nargs="+", required=True, metavar="FOLDER")
    command.add_argument("--noise", type=Path, metavar="FOLDER", help=NOISE)
    command.add_argument("--out", type=Path, required=True, metavar="DIR")
    command.add_argument("--init", type=Path, metavar="ENCODER", help="continue from an encoder")
    command.add_argument("--minutes", type=float, default=60.0)
    command.add_argument("--resume", action="store_true", help="continue from the last checkpoint")
    command.add_argument("--seed", type=int, default=0)
    command.set_defaults(run=_distil, writes="out")

    command = commands.add_parser(
        "fine-tune", help="fine-tune the upper layers on labelled corpora"
    )
    command.add_argument("--encoder", type=Path, default=BUNDLED, metavar="DIR")
    command.add_argument("--data", type=Path, nargs="+", required=True, metavar="FOLDER")
    command.add_argument("--without", nargs="+", default=(), metavar="CORPUS", help=WITHOUT)
    command.add_argument("--noise", type=Path, metavar="FOLDER", help=NOISE)
    command.add_argument("--out", type=Path, required=True, metavar="DIR")
    command.add_argument("--epochs", type=int, default=4)
    command.add_argument("--resume", action="store_true", help="continue from the last checkpoint")
    command.add_argument("--seed", type=int, default=0)
    command.set_defaults(run=_fine_tune, writes="out")

    command = commands.add_parser(
        "speakers", help="fit again what tells speakers apart, in artifacts that are there"
    )
    command.add_argument("--data", type=Path, nargs="+", required=True, metavar="FOLDER")
    command.add_argument("--artifacts", type=Path, default=BUNDLED.parent, metavar="FOLDER")
    command.set_defaults(run=_speakers, writes="artifacts")
    return parser


def _distil(options: argparse.Namespace) -> int:
    with console.required("requirements-training.txt"):
        from ser.training.encoder.distillation import distil

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


def _fine_tune(options: argparse.Namespace) -> int:
    with console.required("requirements-training.txt"):
        from ser.training.encoder.fine_tuning import fine_tune

    fine_tune(
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


def _speakers(options: argparse.Namespace) -> int:
    from ser.training.classifier import speaker_separation

    speaker_separation.refit(options.data, options.artifacts)
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return its exit code."""
    return console.run_command(_parser(), arguments)


if __name__ == "__main__":
    sys.exit(main())
