"""The training loop of distillation and fine-tuning: schedule, log, checkpoints, resuming."""

import csv
import math
import pickle
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from ser import artifacts
from ser.errors import SerError

CHECKPOINT_EVERY = 180.0  # s
MAX_GRADIENT_NORM = 1.0


class Trainer:
    """Base class of training runs that can be interrupted and resumed.

    A subclass implements `loss` and sets the first five attributes.

    Attributes:
        unit: of the length of a run, "s" or "step".
        log_every: steps between two rows of the history.
        metrics: names of the values that `loss` also returns; their means are logged.
        modules, progress: names of the attributes that a checkpoint holds, those with a
            `state_dict` and those without.
        total: length of the run.
        peak_rates: learning rate of each parameter group after warm-up and before cosine decay.
        warm_up_steps, warm_up_start: length of the linear warm-up, and the step it begins at.
        clip_groups: lists of parameters; the gradient norm of each is clipped.
        step, seconds: optimiser steps and training time so far, without interruptions.
        history: a dict for every `log_every` steps, the rows of losses.csv.
    """

    unit = "step"
    log_every = 10
    metrics: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    progress: tuple[str, ...] = ("step", "seconds", "history", "warm_up_start")

    def __init__(
        self,
        optimiser: torch.optim.Optimizer,
        peak_rates: Sequence[float],
        warm_up_steps: float,
        total: float,
    ):
        self.optimiser, self.peak_rates, self.total = optimiser, peak_rates, total
        self.warm_up_steps, self.warm_up_start = warm_up_steps, 0
        self.clip_groups = [group["params"] for group in optimiser.param_groups]
        self.step, self.seconds, self.history = 0, 0.0, []

    def loss(self) -> tuple[torch.Tensor, list[float]]:
        """Return the loss on batch number `step`, and the values of `metrics`."""
        raise NotImplementedError

    def after_update(self) -> None:
        """Do what a subclass needs after each optimiser step; nothing by default."""

    def log_fields(self) -> dict[str, object]:
        """Return what a row of the history holds before `metrics`."""
        return {"step": self.step}

    def run(self, folder: Path, resume: bool = False) -> None:
        """Train to the end; checkpoint.pt and losses.csv are written to a folder on the way.

        They are written when training is interrupted, too.

        Raises:
            SerError: there is no checkpoint to resume from, or it cannot be read.
        """
        if resume:
            self._restore(folder / "checkpoint.pt")
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._train(folder)
        finally:
            self._save(folder)

    def _train(self, folder: Path) -> None:
        start, saved, unlogged = time.monotonic() - self.seconds, self.seconds, []
        with tqdm(total=round(self.total), initial=round(self._elapsed()), unit=self.unit) as bar:
            while self._elapsed() < self.total:
                unlogged.append(self._update())
                self.step += 1
                self.seconds = time.monotonic() - start
                bar.update(round(self._elapsed()) - bar.n)
                if self.step % self.log_every == 0:
                    means = np.mean(unlogged, axis=0).round(4).tolist()
                    row = self.log_fields() | dict(zip(self.metrics, means, strict=True))
                    self.history.append(row)
                    bar.set_postfix(row)
                    unlogged = []
                if self.seconds - saved > CHECKPOINT_EVERY:
                    self._save(folder)
                    saved = self.seconds

    def _elapsed(self) -> float:
        return self.seconds if self.unit == "s" else self.step

    def _update(self) -> list[float]:
        """Take one optimiser step; return the values of `metrics`."""
        loss, metrics = self.loss()
        decay = (1 + math.cos(math.pi * self._elapsed() / self.total)) / 2
        warm_up = min(1, (self.step - self.warm_up_start + 1) / self.warm_up_steps)
        for group, peak in zip(self.optimiser.param_groups, self.peak_rates, strict=True):
            group["lr"] = decay * warm_up * peak
        self.optimiser.zero_grad()
        loss.backward()
        for parameters in self.clip_groups:
            nn.utils.clip_grad_norm_(parameters, MAX_GRADIENT_NORM)
        self.optimiser.step()
        self.after_update()
        return metrics

    def _save(self, folder: Path) -> None:
        state = {name: getattr(self, name).state_dict() for name in (*self.modules, "optimiser")}
        state["progress"] = {name: getattr(self, name) for name in self.progress}
        with artifacts.atomic_write(folder / "checkpoint.pt") as file:
            torch.save(state, file)
        with (folder / "losses.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, (*self.log_fields(), *self.metrics))
            writer.writeheader()
            writer.writerows(self.history)

    def _restore(self, checkpoint: Path) -> None:
        state = load_checkpoint(checkpoint)
        for name in (*self.modules, "optimiser"):
            getattr(self, name).load_state_dict(state[name])
        vars(self).update(state["progress"])


def load_checkpoint(path: Path) -> dict:
    """Load a checkpoint onto the CPU, tensors and plain values only; a SerError if it cannot be."""
    if not path.is_file():
        raise SerError(f"There is no checkpoint {path} to resume from. Start without --resume.")
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise SerError(
            f"The checkpoint {path} is damaged, or holds more than numbers. Start without --resume."
        ) from error


def supports_bfloat16(device: torch.device) -> bool:
    """Return whether a device multiplies bfloat16 natively, several times faster than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
