"""What an interrupted training run goes on from, and the record of its losses beside it."""

import csv
from collections.abc import Sequence
from pathlib import Path

import torch

from ser import artifacts
from ser.errors import SerError


def save(path: Path, state: dict, history: Sequence[dict], columns: Sequence[str]) -> None:
    """Write a checkpoint, and its history as `losses.csv` beside it, one row a dict."""
    with artifacts.whole(path) as file:
        torch.save(state, file)
    with path.with_name("losses.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(history)


def load(path: Path, device: torch.device) -> dict:
    """Return what `save` wrote; a SerError if there is no checkpoint."""
    if not path.is_file():
        raise SerError(f"There is no checkpoint {path} to resume from. Start without --resume.")
    return torch.load(path, map_location=device)
