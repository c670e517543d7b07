"""A run of teaching: upper layers and a linear head learn emotions from the lower layers' states.

First the head learns what the states already tell, then layers and head learn together (linear
probing then fine-tuning, Kumar et al. 2022, arXiv 2202.10054: what was learned before suffers
less, and so do strangers). An emotion that a corpus does not have is no wrong answer for its
clips. Nothing holds the layers near what they were: that is what strangers gain by, and the states
below, which a classifier sees too, stay general.
"""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn
from tqdm import trange

from ser.labels import LABELS
from ser.training.data.utterance import Utterance
from ser.training.encoder.augmented_states import VIEWS, View
from ser.training.encoder.checkpoint import load, save

BATCH = 16  # clips
RATES = {"head": 1e-4, "layers": 8e-5}  # peak learning rates, the latter of the top layer
LAYER_DECAY = 0.7  # times the rate of the layer above
WARM_UP = 0.1  # of all steps
WEIGHT_DECAY = 0.01
GRADIENT_NORM = 1.0  # longer ones are shortened to it
DROPOUT = 0.2  # of what the head sees
REGULARISATION = 0.003  # C of the head as it is first
JITTER = 0.1  # of a clip's length, so that batches of like lengths are not the same every epoch
LOG_EVERY = 20  # steps
CHECKPOINT_EVERY = 200  # steps


class Teaching:
    """One run of teaching: what a checkpoint holds, and the steps that move it on.

    Attributes:
        layers: the upper layers, `head` what reads emotions off them.
        step: optimiser steps done.
        history: a row for every LOG_EVERY steps, as in the CSV.
    """

    def __init__(
        self,
        layers: nn.ModuleList,
        views: Sequence[Sequence[View]],
        utterances: Sequence[Utterance],
        epochs: int,
        seed: int,
    ):
        """Fit the head to the untaught states of the utterances' views.

        Args:
            layers: the encoder's upper layers, changed in place.
            views: VIEWS of each utterance.
        """
        torch.manual_seed(seed)
        self.layers, self.views, self.seed = layers, views, seed
        self.device = next(layers.parameters()).device
        self.reduced = _multiplies_bfloat16(self.device)
        self.emotions = torch.tensor([LABELS.index(each.emotion) for each in utterances])
        self.allowed = allowed(utterances)
        pooled = torch.tensor(np.array([[view.pooled for view in own] for own in views])).float()
        self.pooled = pooled.flatten(2)
        self.scale, self.mean = torch.std_mean(self.pooled, dim=(0, 1))
        self.scale = self.scale.clamp(min=1e-3)
        self.head = nn.Linear(self.pooled.shape[-1], len(LABELS)).to(self.device)
        self._probe()
        groups = [{"params": list(self.head.parameters()), "lr": RATES["head"]}]
        for depth, layer in enumerate(reversed(layers)):
            rate = RATES["layers"] * LAYER_DECAY**depth
            groups.append({"params": list(layer.parameters()), "lr": rate})
        self.optimiser = torch.optim.AdamW(groups, weight_decay=WEIGHT_DECAY)
        self.per_epoch = math.ceil(len(views) / BATCH)
        self.steps = epochs * self.per_epoch
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, self._rate)
        self.step, self.history = 0, []

    def run(self, checkpoint: Path) -> None:
        """Teach to the end."""
        recent, order = [], self._batches(self.step // self.per_epoch)
        with trange(self.step, self.steps, initial=self.step, total=self.steps) as bar:
            for step in bar:
                place = step % self.per_epoch
                if place == 0:
                    order = self._batches(step // self.per_epoch)
                recent.append(self._learn(order[place]))
                self.step = step + 1
                if self.step % LOG_EVERY == 0:
                    loss, right = np.mean(recent, axis=0).round(4).tolist()
                    row = {"step": self.step, "cross-entropy": loss, "right": right}
                    self.history.append(row)
                    bar.set_postfix(row)
                    recent = []
                if self.step % CHECKPOINT_EVERY == 0:
                    self.save(checkpoint)

    def save(self, checkpoint: Path) -> None:
        """Write the checkpoint, and the losses so far beside it."""
        modules = ("layers", "head", "optimiser", "schedule")
        state = {name: getattr(self, name).state_dict() for name in modules}
        state["progress"] = {"step": self.step, "history": self.history}
        save(checkpoint, state, self.history, ("step", "cross-entropy", "right"))

    def restore(self, checkpoint: Path) -> None:
        """Go back to where `save` was called; a SerError if there is no checkpoint."""
        state = load(checkpoint, self.device)
        for name in ("layers", "head", "optimiser", "schedule"):
            getattr(self, name).load_state_dict(state[name])
        vars(self).update(state["progress"])

    @torch.inference_mode()
    def answer(self, view: View) -> str:
        """Return the most probable of the emotions that were taught, as the head reads it."""
        scores = self.head(self._pool(view.states[None]))[0]
        taught = self.allowed.any(dim=0).to(self.device)
        return LABELS[scores.masked_fill(~taught, -math.inf).argmax()]

    def _learn(self, rows: np.ndarray) -> tuple[float, float]:
        """Train on one batch; return its cross-entropy and share of right answers."""
        random = np.random.default_rng([self.seed, self.step])
        chosen = random.integers(VIEWS, size=len(rows))
        states = [self.views[row][view].states for row, view in zip(rows, chosen, strict=True)]
        frames = min(len(each) for each in states)
        found = self._pool(np.stack([each[:frames] for each in states]))
        scores = self._scores(nn.functional.dropout(found, DROPOUT), rows)
        emotions = self.emotions[rows].to(self.device)
        loss = nn.functional.cross_entropy(scores, emotions)
        self.optimiser.zero_grad()
        loss.backward()
        for group in self.optimiser.param_groups:
            nn.utils.clip_grad_norm_(group["params"], GRADIENT_NORM)
        self.optimiser.step()
        self.schedule.step()
        right = (scores.argmax(1) == emotions).float().mean()
        return loss.item(), right.item()

    def _pool(self, states: np.ndarray) -> torch.Tensor:
        """Send states (clips, frames, hidden size) through the layers, for the head to see."""
        hidden, pooled = torch.from_numpy(states).float().to(self.device), []
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.reduced):
            for layer in self.layers:
                hidden = layer(hidden)
                deviation, mean = torch.std_mean(hidden.float(), dim=1, correction=0)
                pooled += [mean, deviation]
        return self._standardise(torch.cat(pooled, dim=1))

    def _scores(self, standardised: torch.Tensor, rows: np.ndarray | slice) -> torch.Tensor:
        """Logits (clips, emotions), those of emotions absent from a clip's corpus at -inf."""
        allowed = self.allowed[rows].to(self.device)
        return self.head(standardised).masked_fill(~allowed, -math.inf)

    def _standardise(self, pooled: torch.Tensor) -> torch.Tensor:
        return (pooled.to(self.device) - self.mean.to(self.device)) / self.scale.to(self.device)

    def _probe(self) -> None:
        """Fit the head alone, as a logistic regression on every view."""
        inputs = [self._standardise(self.pooled[:, view]) for view in range(VIEWS)]
        emotions = self.emotions.to(self.device)
        penalty = 1 / (2 * REGULARISATION * len(emotions) * VIEWS)
        optimiser = torch.optim.LBFGS(self.head.parameters(), max_iter=60)

        def loss() -> torch.Tensor:
            optimiser.zero_grad()
            losses = [
                nn.functional.cross_entropy(self._scores(each, slice(None)), emotions)
                for each in inputs
            ]
            total = sum(losses) / VIEWS + penalty * self.head.weight.square().sum()
            total.backward()
            return total

        optimiser.step(loss)

    def _batches(self, epoch: int) -> list[np.ndarray]:
        """Rows of clips of like lengths, BATCH by BATCH, in another order every epoch."""
        random = np.random.default_rng([self.seed, epoch])
        lengths = np.array([len(own[0].states) for own in self.views])
        order = np.argsort(lengths * random.uniform(1, 1 + JITTER, len(lengths)))
        batches = np.array_split(order, self.per_epoch)
        return [batches[place] for place in random.permutation(len(batches))]

    def _rate(self, step: int) -> float:
        warm = min(1.0, (step + 1) / max(1, WARM_UP * self.steps))
        return warm * (1 + math.cos(math.pi * step / self.steps)) / 2


def _multiplies_bfloat16(device: torch.device) -> bool:
    """Return whether a device does so by itself, several times faster than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def allowed(utterances: Sequence[Utterance]) -> torch.Tensor:
    """Return which of LABELS each utterance's corpus has at all, bool of shape (n, 8)."""
    present = {(each.corpus, each.emotion) for each in utterances}
    return torch.tensor([[(u.corpus, label) in present for label in LABELS] for u in utterances])
