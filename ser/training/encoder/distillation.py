"""Distil the lower layers of Whisper's encoder into a compact Wav2Vec2, without labels.

The student is initialised with the teacher's lower layers and positions (student.py). What is left
to train is the front-end, from the waveform to the output of the teacher's own front-end, which
reads a log-mel spectrogram; then front-end and layers are trained together to reproduce the
teacher's hidden states and their mean and standard deviation over time, which classifiers use. The
student gets clips in rooms, in noise and through codecs, the teacher the same clips without them.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from transformers import Wav2Vec2Model

from ser.charts.training_losses import draw_losses
from ser.training import rooms
from ser.training.augmentation import NoiseBank
from ser.training.encoder.export import export
from ser.training.encoder.speech import UnlabelledSpeech
from ser.training.encoder.student import ALIGNMENT, from_checkpoint, from_teacher, student_states
from ser.training.encoder.teacher import Teacher
from ser.training.encoder.trainer import Trainer, supports_bfloat16

FRONT_END_FRACTION = 0.67  # of the training time, for the front-end alone if it is untrained
# Peak learning rates of the front-end and of the layers, by phase. With a faster front-end, an
# encoder that is trained already first gets worse.
LEARNING_RATES = {"front-end": (4e-4, 0.0), "whole": (1.5e-4, 1e-4)}
WARM_UP_STEPS = 50  # of each phase
CALIBRATION_BATCHES = 32  # from which the standard deviations of the teacher's states are taken
MIN_SCALE = 0.5  # times the mean standard deviation of a state's dimensions
STATISTICS = ("frames", "mean", "std")  # of a hidden state, each compared with the teacher's


class Distillation(Trainer):
    """Train a student to reproduce its teacher's hidden states.

    Attributes:
        phase: "front-end" while that is trained alone, then "whole"; each has its own warm-up.
        scales: standard deviations of the teacher's states, (states, STATISTICS, hidden size), by
            which errors are normalised.
    """

    unit = "s"
    metrics = STATISTICS
    modules = ("student",)
    progress = (*Trainer.progress, "phase")

    def __init__(
        self,
        teacher: Teacher,
        student: Wav2Vec2Model,
        speech: UnlabelledSpeech,
        noise_bank: NoiseBank,
        seconds: float,
        front_end_seconds: float,
        seed: int,
    ):
        """Measure the scales of the teacher's states.

        Args:
            student: trained in place.
            seconds: training time, of which the first front_end_seconds train the front-end alone.
        """
        front_end = (student.feature_extractor, student.feature_projection)
        groups = [
            {"params": [weight for module in front_end for weight in module.parameters()]},
            {"params": list(student.encoder.layers.parameters())},
        ]
        optimiser = torch.optim.Adam(groups)
        super().__init__(optimiser, LEARNING_RATES["whole"], WARM_UP_STEPS, total=seconds)
        self.clip_groups = [list(student.parameters())]
        self.teacher, self.student = teacher, student
        self.speech, self.noise_bank, self.seed = speech, noise_bank, seed
        self.front_end_seconds, self.phase = front_end_seconds, ""
        self.bfloat16 = supports_bfloat16(student.device)
        self.scales = self._calibrate()

    def log_fields(self) -> dict[str, object]:
        """Return step, training time and phase."""
        return {"step": self.step, "seconds": round(self.seconds), "phase": self.phase}

    def loss(self) -> tuple[torch.Tensor, list[float]]:
        """Return the errors, summed over STATISTICS and averaged over states; each one's mean."""
        phase = "front-end" if self.seconds < self.front_end_seconds else "whole"
        if phase != self.phase:
            self.phase, self.warm_up_start = phase, self.step
        self.peak_rates = LEARNING_RATES[phase]
        clean, changed = self._batch(self.step)
        n_layers = 0 if self.phase == "front-end" else len(self.student.encoder.layers)
        with torch.autocast(clean.device.type, torch.bfloat16, enabled=self.bfloat16):
            targets = self.teacher.states(clean, n_layers)
            outputs = student_states(self.student, changed, n_layers)
        # The front-end's output is compared only while no layer is.
        compared = range(min(1, n_layers), n_layers + 1)
        errors = torch.stack([_errors(outputs[k], targets[k], self.scales[k]) for k in compared])
        return errors.sum(1).mean(), errors.mean(0).tolist()

    def _calibrate(self) -> torch.Tensor:
        n_layers = len(self.student.encoder.layers)
        numbers = range(CALIBRATION_BATCHES)
        batches = [self.teacher.states(self._batch(number)[0], n_layers) for number in numbers]
        return torch.stack([_scales(batch) for batch in zip(*batches, strict=True)])

    def _batch(self, number: int) -> list[torch.Tensor]:
        """Return clean waveforms, for the teacher, and changed ones, for the student."""
        # Each batch has its own seed, so a resumed run draws what an uninterrupted one would.
        rng = np.random.default_rng([self.seed, number])
        pair = self.speech.batch(rng, self.noise_bank)
        return [waveforms.to(self.student.device) for waveforms in pair]


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
    """Distil a Whisper encoder into a Wav2Vec2 and write that to a folder.

    The checkpoint, a CSV and a plot of the losses are written to `<out>-training`.

    Args:
        teacher: folder or hub id of a Whisper model.
        speech: folders with recordings, sampled equally often; one named twice, twice as often.
        noise: folder with background sounds, and room impulse responses in its sub-folder `rir`.
        out: folder for the encoder, loadable by Wav2Vec2Model.from_pretrained(out).
        init: folder of an encoder to continue from, or None to begin with the teacher's layers and
            an untrained front-end, which is then trained alone for FRONT_END_FRACTION of the time.
        minutes: training time, before and after interruptions together.
        resume: continue from the last checkpoint.
        seed: of the order of the clips and their augmentation.

    Raises:
        SerError: the teacher, the encoder to continue from, recordings or the checkpoint are
            missing or do not fit each other.
    """
    torch.manual_seed(seed)
    whisper = Teacher(teacher, "cuda" if torch.cuda.is_available() else "cpu")
    encoder = whisper.encoder
    student = (from_checkpoint(init, encoder) if init else from_teacher(encoder)).to(encoder.device)
    noise_bank = rooms.training_noise_bank(noise, seed)
    seconds = 60 * minutes
    front_end_seconds = 0.0 if init else FRONT_END_FRACTION * seconds
    run = Distillation(
        whisper, student, UnlabelledSpeech(speech), noise_bank, seconds, front_end_seconds, seed
    )
    folder = out.with_name(f"{out.name}-training")
    run.run(folder, resume)
    draw_losses(run.history, STATISTICS, folder / "losses.html")
    export(student, out)


def _statistics(states: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Return STATISTICS of states (clips, frames, hidden size)."""
    deviation, mean = torch.std_mean(states, dim=1, correction=0)
    return states, mean, deviation


def _errors(output: torch.Tensor, target: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
    """Return the normalised mean squared error of each of STATISTICS; 1 is that of a constant."""
    target = target[:, ALIGNMENT : ALIGNMENT + output.shape[1]]
    pairs = zip(_statistics(output.float()), _statistics(target.float()), scales, strict=True)
    return torch.stack([((o - t) / scale).square().mean() for o, t, scale in pairs])


def _scales(batches: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return the standard deviations (STATISTICS, hidden size) of one state in several batches."""
    frames, means, deviations = zip(*(_statistics(batch.float()) for batch in batches), strict=True)
    flat = torch.cat([f.flatten(0, 1) for f in frames]), torch.cat(means), torch.cat(deviations)
    scales = torch.stack([values.std(0) for values in flat])
    return scales.clamp(min=MIN_SCALE * scales.mean(1, keepdim=True))
