"""How the bundled encoder was made: a compact Wav2Vec2 learns, without labels, to hear as Whisper.

The student inherits the teacher's lower layers and positions (inherit.py). What is left to learn
is the front-end, from the waveform to what the teacher's own front-end makes of a log-mel
spectrogram; then all of it is fine-tuned together against the teacher's hidden states and against
what is used of them later, their mean and standard deviation over time.
"""

import math
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import torch
from tqdm import tqdm
from transformers import Wav2Vec2Model

from ser.training.augmentation import NoiseBank, load_noise_bank
from ser.training.encoder.checkpoint import load, save
from ser.training.encoder.export import export
from ser.training.encoder.speech import Corpus
from ser.training.encoder.student import LEAD, continue_from, inherit, student_states
from ser.training.encoder.teacher import Teacher

FRONT_END_SHARE = 0.67  # of the time, for a front-end that has learned nothing yet
# Learning rates of the front-end and of the layers, at their peak, by phase. A trained encoder
# gets worse before it gets better when its front-end goes on faster than this.
RATES = {"front-end": (4e-4, 0.0), "whole": (1e-4, 5e-5)}
WARM_UP = 50  # steps at the beginning of a phase
GRADIENT_NORM = 1.0  # longer ones are shortened to it
CALIBRATION = 32  # batches from which the scale of the teacher's states is measured
SCALE_FLOOR = 0.5  # times the mean scale of a state's dimensions
LOG_EVERY = 10  # steps
CHECKPOINT_EVERY = 180.0  # s
VIEWS = ("frames", "mean", "std")  # of a state, each compared with the teacher's


class Distillation:
    """One training run: what a checkpoint holds, and the steps that move it on.

    Attributes:
        steps: optimiser steps done, `phase_steps` those of the present `phase`.
        seconds: training time so far, interruptions left out.
        scales: the teacher's standard deviations, (states, VIEWS, hidden size), that errors are
            measured in.
        history: a row for every LOG_EVERY steps, as in the CSV.
    """

    def __init__(
        self,
        teacher: Teacher,
        student: Wav2Vec2Model,
        corpus: Corpus,
        around: NoiseBank,
        seed: int,
    ):
        self.teacher, self.student = teacher, student
        self.corpus, self.around, self.seed = corpus, around, seed
        front_end = (student.feature_extractor, student.feature_projection)
        self.optimiser = torch.optim.Adam(
            [
                {"params": [weight for part in front_end for weight in part.parameters()]},
                {"params": list(student.encoder.layers.parameters())},
            ]
        )
        self.steps, self.phase_steps, self.phase = 0, 0, ""
        self.seconds, self.history, self.scales = 0.0, [], None

    def run(self, seconds: float, front_end_seconds: float, checkpoint: Path) -> None:
        """Train until `seconds` have been spent, the first of them on the front-end alone."""
        if self.scales is None:
            self.scales = self._calibrate()
        begin, saved, recent = time.monotonic() - self.seconds, self.seconds, []
        with tqdm(total=round(seconds), initial=round(self.seconds), unit="s") as bar:
            while self.seconds < seconds:
                self._enter("front-end" if self.seconds < front_end_seconds else "whole")
                decay = (1 + math.cos(math.pi * self.seconds / seconds)) / 2
                recent.append(self._step(decay * min(1, (self.phase_steps + 1) / WARM_UP)))
                self.steps, self.phase_steps = self.steps + 1, self.phase_steps + 1
                self.seconds = time.monotonic() - begin
                bar.update(round(self.seconds) - bar.n)
                if self.steps % LOG_EVERY == 0:
                    self._log(recent)
                    bar.set_postfix(self.history[-1])
                    recent = []
                if self.seconds - saved > CHECKPOINT_EVERY:
                    self.save(checkpoint)
                    saved = self.seconds

    def save(self, checkpoint: Path) -> None:
        """Write the checkpoint, and the losses so far beside it."""
        kept = ("steps", "phase_steps", "phase", "seconds", "history", "scales")
        state = {
            "student": self.student.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "progress": {name: getattr(self, name) for name in kept},
        }
        save(checkpoint, state, self.history, ("step", "seconds", "phase", *VIEWS))

    def restore(self, checkpoint: Path) -> None:
        """Go back to where `save` was called.

        Raises:
            SerError: there is no checkpoint.
        """
        state = load(checkpoint, self.student.device)
        self.student.load_state_dict(state["student"])
        self.optimiser.load_state_dict(state["optimiser"])
        vars(self).update(state["progress"])

    def _enter(self, phase: str) -> None:
        if phase != self.phase:
            self.phase, self.phase_steps = phase, 0

    def _step(self, rate: float) -> list[float]:
        """Train on one batch at a share of the peak rates; return the unexplained shares."""
        for group, peak in zip(self.optimiser.param_groups, RATES[self.phase], strict=True):
            group["lr"] = rate * peak
        waveforms = self._batch(self.steps)
        layers = 0 if self.phase == "front-end" else len(self.student.encoder.layers)
        with torch.autocast(waveforms.device.type, enabled=waveforms.is_cuda):
            wanted = self.teacher.states(waveforms, layers)
            found = student_states(self.student, waveforms, layers)
        # What the front-end makes counts only while nothing behind it is compared.
        compared = range(min(1, layers), layers + 1)
        losses = torch.stack([self._losses(found[k], wanted[k], self.scales[k]) for k in compared])
        self.optimiser.zero_grad()
        losses.sum(1).mean().backward()
        torch.nn.utils.clip_grad_norm_(self.student.parameters(), GRADIENT_NORM)
        self.optimiser.step()
        return losses.mean(0).tolist()

    def _losses(
        self, found: torch.Tensor, wanted: torch.Tensor, scales: torch.Tensor
    ) -> torch.Tensor:
        """Return the unexplained share of each of VIEWS: 0 if equal, 1 as for a constant."""
        wanted = wanted[:, LEAD : LEAD + found.shape[1]]
        pairs = zip(_views(found.float()), _views(wanted.float()), scales, strict=True)
        return torch.stack([((f - w) / scale).square().mean() for f, w, scale in pairs])

    def _calibrate(self) -> torch.Tensor:
        layers = len(self.student.encoder.layers)
        batches = [self.teacher.states(self._batch(k), layers) for k in range(CALIBRATION)]
        return torch.stack([_scales(batch) for batch in zip(*batches, strict=True)])

    def _batch(self, number: int) -> torch.Tensor:
        # Each batch has its own seed, so a resumed run hears what an uninterrupted one would.
        random = np.random.default_rng([self.seed, number])
        return self.corpus.batch(random, self.around).to(self.student.device)

    def _log(self, recent: list[list[float]]) -> None:
        shares = np.mean(recent, axis=0).round(4).tolist()
        when = {"step": self.steps, "seconds": round(self.seconds), "phase": self.phase}
        self.history.append(when | dict(zip(VIEWS, shares, strict=True)))


def distil(
    teacher: str,
    speech: Sequence[Path],
    noise: Path | None,
    out: Path,
    init: Path | None = None,
    minutes: float = 60.0,
    resume: bool = False,
    seed: int = 0,
) -> None:
    """Make an encoder that hears as the teacher does, and write it to a folder.

    The checkpoint, a CSV and a plot of the losses lie beside it, in `<out>-training`.

    Args:
        teacher: folder or hub id of a Whisper model.
        speech: folders with recordings, heard equally often; one named twice, twice as often.
        noise: folder with background sounds, and room responses in its sub-folder `rir`.
        out: folder for the encoder, loadable by Wav2Vec2Model.from_pretrained(out).
        init: folder of an encoder to go on from, or None to begin with the teacher's layers and
            an untrained front-end, which then has FRONT_END_SHARE of the time to itself.
        minutes: training time, before and after interruptions together.
        resume: go on from the last checkpoint.
        seed: of the order of the clips and their augmentation.

    Raises:
        SerError: the teacher, the encoder to go on from, recordings or the checkpoint are missing
            or do not fit each other.
    """
    torch.manual_seed(seed)
    listened = Teacher(teacher, "cuda" if torch.cuda.is_available() else "cpu")
    encoder = listened.encoder
    student = (continue_from(init, encoder) if init else inherit(encoder)).to(encoder.device)
    around = load_noise_bank(noise) if noise else NoiseBank()
    run = Distillation(listened, student, Corpus(speech), around, seed)
    checkpoint = out.with_name(f"{out.name}-training") / "checkpoint.pt"
    if resume:
        run.restore(checkpoint)
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    seconds = 60 * minutes
    try:
        run.run(seconds, 0 if init else FRONT_END_SHARE * seconds, checkpoint)
    finally:
        run.save(checkpoint)
    _plot(run.history, checkpoint.with_name("losses.html"))
    export(student, out)


def _views(states: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Return VIEWS of states (clips, frames, hidden size)."""
    deviation, mean = torch.std_mean(states, dim=1, correction=0)
    return states, mean, deviation


def _scales(batches: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return the standard deviations (VIEWS, hidden size) of one state in several batches."""
    frames, means, deviations = zip(*(_views(batch.float()) for batch in batches), strict=True)
    flat = torch.cat([f.flatten(0, 1) for f in frames]), torch.cat(means), torch.cat(deviations)
    scales = torch.stack([values.std(0) for values in flat])
    return scales.clamp(min=SCALE_FLOOR * scales.mean(1, keepdim=True))


def _plot(history: list[dict[str, object]], path: Path) -> None:
    minutes = [row["seconds"] / 60 for row in history]
    figure = go.Figure()
    for view in VIEWS:
        figure.add_scatter(x=minutes, y=[row[view] for row in history], name=view)
    figure.update_layout(xaxis_title="minutes", yaxis_title="unexplained share", yaxis_type="log")
    figure.write_html(path, include_plotlyjs="cdn")
