"""What an interrupted training run goes on from, and the record of its losses beside it."""

import csv
import pickle
from collections.abc import Sequence
from pathlib import Path

import torch

from ser import artifacts
from ser.errors import SerError


def save(path: Path, state: dict, history: Sequence[dict], columns: Sequence[str]) -> None:
    """Write a checkpoint, and its history as `losses.csv` beside it, one row a dict."""
    with artifacts.atomic_write(path) as file:
        torch.save(state, file)
    with path.with_name("losses.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(history)


def load(path: Path, device: torch.device) -> dict:
    """Return what `save` wrote; a SerError if there is no checkpoint, or something else."""
    if not path.is_file():
        raise SerError(f"There is no checkpoint {path} to resume from. Start without --resume.")
    try:
        return torch.load(path, map_location=device, weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise SerError(
            f"The checkpoint {path} is damaged, or holds more than numbers. Start without --resume."
        ) from error
