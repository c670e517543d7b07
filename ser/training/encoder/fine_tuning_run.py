"""Fine-tune upper layers and a linear head on the hidden states of the frozen lower layers.

First the head alone is fitted, then layers and head are trained together (linear probing then
fine-tuning, Kumar et al. 2022, arXiv 2202.10054: pretrained features are distorted less, which
helps on unknown speakers). Emotions that a corpus lacks are masked for its clips. Where listeners
rated the clips, what they perceived is part of the target. Nothing regularises the layers towards
their initial weights: that gains most on unknown speakers, and classifiers also use the frozen
states below, which stay general. The result is an exponential moving average of the weights.
"""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.optim import swa_utils

from ser.labels import LABELS
from ser.training.data.utterance import Utterance
from ser.training.encoder.augmented_states import N_COPIES, AugmentedStates
from ser.training.encoder.trainer import Trainer, supports_bfloat16

BATCH_SIZE = 16  # clips
LEARNING_RATES = {"head": 1e-4, "layers": 8e-5}  # peaks, the latter of the top layer
LAYER_DECAY = 0.7  # times the learning rate of the layer above
WARM_UP_RATIO = 0.1  # of all steps
WEIGHT_DECAY = 0.01
DROPOUT = 0.2  # of the head's input
C = 0.003  # inverse regularisation of the logistic regression that the head is initialised with
PERCEIVED_WEIGHT = (
    0.3  # of what listeners perceived, in a target; the rest is the actor's intention
)
PERCEIVED = "heard_as"  # column of CREMA-D's metadata; of several emotions, joined by /
EMA_DECAY = 0.998  # of the moving average of the weights, per step
LENGTH_JITTER = 0.1  # times a clip's length, so that batches by length differ between epochs


class FineTuning(Trainer):
    """Fine-tune upper layers and a linear head.

    Attributes:
        layers: the upper layers.
        head: from their standardised mean and standard deviation over time to logits.
        average: moving average of both.
        label_mask: which of LABELS each utterance's corpus has, bool (n, 8).
        targets: probabilities of LABELS, float32 (n, 8).
        weights: of the utterances, mean 1, float32 (n,).
    """

    log_every = 20
    metrics = ("cross-entropy", "accuracy")
    modules = ("layers", "head", "average")

    def __init__(
        self,
        layers: nn.ModuleList,
        states: Sequence[Sequence[AugmentedStates]],
        utterances: Sequence[Utterance],
        epochs: int,
        seed: int,
    ):
        """Fit the head to the states before fine-tuning.

        Args:
            layers: the encoder's upper layers, changed in place.
            states: N_COPIES of each utterance.
        """
        torch.manual_seed(seed)
        self.layers, self.states, self.seed = layers, states, seed
        self.device = next(layers.parameters()).device
        self.bfloat16 = supports_bfloat16(self.device)
        self.emotions = torch.tensor([LABELS.index(u.emotion) for u in utterances])
        self.label_mask, self.targets = label_mask(utterances), targets(utterances)
        self.weights = balanced_weights(utterances)
        pooled = np.array([[copy.pooled for copy in copies] for copies in states])
        self.pooled = torch.tensor(pooled).float().flatten(2)
        self.scale, self.mean = torch.std_mean(self.pooled, dim=(0, 1))
        self.scale = self.scale.clamp(min=1e-3)
        self.head = nn.Linear(self.pooled.shape[-1], len(LABELS)).to(self.device)
        self._fit_head()
        self.average = swa_utils.AveragedModel(
            nn.ModuleList([layers, self.head]),
            avg_fn=_moving_average,
        )
        self.batches = [rows for epoch in range(epochs) for rows in self._batches(epoch)]
        groups = [{"params": list(module.parameters())} for module in (self.head, *layers[::-1])]
        layer_rates = [LEARNING_RATES["layers"] * LAYER_DECAY**k for k in range(len(layers))]
        super().__init__(
            torch.optim.AdamW(groups, weight_decay=WEIGHT_DECAY),
            [LEARNING_RATES["head"], *layer_rates],
            warm_up_steps=max(1, WARM_UP_RATIO * len(self.batches)),
            total=len(self.batches),
        )

    def loss(self) -> tuple[torch.Tensor, list[float]]:
        """Return the cross-entropy on a random copy of each clip of the batch; it and accuracy."""
        rows = self.batches[self.step]
        copies = np.random.default_rng([self.seed, self.step]).integers(N_COPIES, size=len(rows))
        states = [self.states[row][copy].lowest for row, copy in zip(rows, copies, strict=True)]
        n_frames = min(len(frames) for frames in states)
        features = self._features(np.stack([frames[:n_frames] for frames in states]))
        logits = self._logits(nn.functional.dropout(features, DROPOUT), rows)
        loss = self._cross_entropy(logits, rows)
        accuracy = (logits.argmax(1) == self.emotions[rows].to(self.device)).float().mean()
        return loss, [loss.item(), accuracy.item()]

    def after_update(self) -> None:
        """Update the moving average."""
        self.average.update_parameters(nn.ModuleList([self.layers, self.head]))

    def use_average(self) -> None:
        """Replace the weights of layers and head by their moving average."""
        nn.ModuleList([self.layers, self.head]).load_state_dict(self.average.module.state_dict())

    def _cross_entropy(self, logits: torch.Tensor, rows: np.ndarray | slice) -> torch.Tensor:
        """Return the mean cross-entropy with the targets, weighted by clip."""
        # A masked logit of -inf has target 0, and 0 * -inf would be nan.
        log_probabilities = logits.log_softmax(dim=1).clamp(min=-1e4)
        losses = -(self.targets[rows].to(self.device) * log_probabilities).sum(dim=1)
        return (self.weights[rows].to(self.device) * losses).mean()

    def _features(self, states: np.ndarray) -> torch.Tensor:
        """Run the layers on states (clips, frames, hidden size); return the head's input."""
        hidden, pooled = torch.from_numpy(states).float().to(self.device), []
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16):
            for layer in self.layers:
                hidden = layer(hidden)
                deviation, mean = torch.std_mean(hidden.float(), dim=1, correction=0)
                pooled += [mean, deviation]
        return self._standardise(torch.cat(pooled, dim=1))

    def _logits(self, features: torch.Tensor, rows: np.ndarray | slice) -> torch.Tensor:
        """Return logits (clips, emotions), -inf for emotions absent from a clip's corpus."""
        mask = self.label_mask[rows].to(self.device)
        return self.head(features).masked_fill(~mask, -math.inf)

    def _standardise(self, pooled: torch.Tensor) -> torch.Tensor:
        return (pooled.to(self.device) - self.mean.to(self.device)) / self.scale.to(self.device)

    def _fit_head(self) -> None:
        """Fit the head alone, as a logistic regression on all copies."""
        inputs = [self._standardise(self.pooled[:, copy]) for copy in range(N_COPIES)]
        penalty = 1 / (2 * C * len(self.emotions) * N_COPIES)
        optimiser = torch.optim.LBFGS(self.head.parameters(), max_iter=60)

        def loss() -> torch.Tensor:
            optimiser.zero_grad()
            everything = slice(None)
            losses = [
                self._cross_entropy(self._logits(features, everything), everything)
                for features in inputs
            ]
            total = sum(losses) / N_COPIES + penalty * self.head.weight.square().sum()
            total.backward()
            return total

        optimiser.step(loss)

    def _batches(self, epoch: int) -> list[np.ndarray]:
        """Split the rows into batches of similar lengths, in a random order."""
        rng = np.random.default_rng([self.seed, epoch])
        lengths = np.array([len(copies[0].lowest) for copies in self.states])
        order = np.argsort(lengths * rng.uniform(1, 1 + LENGTH_JITTER, len(lengths)))
        batches = np.array_split(order, math.ceil(len(order) / BATCH_SIZE))
        return [batches[number] for number in rng.permutation(len(batches))]


def label_mask(utterances: Sequence[Utterance]) -> torch.Tensor:
    """Return which of LABELS occur in each utterance's corpus, bool (n, 8)."""
    present = {(u.corpus, u.emotion) for u in utterances}
    return torch.tensor([[(u.corpus, label) in present for label in LABELS] for u in utterances])


def _moving_average(average: torch.Tensor, weight: torch.Tensor, n: torch.Tensor) -> torch.Tensor:
    """Return the average after n updates and one more, which the first few count for more in."""
    return average + (weight - average) * max(1 - EMA_DECAY, 9 / (10 + int(n)))


def targets(utterances: Sequence[Utterance]) -> torch.Tensor:
    """Return the intended emotion, and with PERCEIVED_WEIGHT what listeners perceived, (n, 8)."""
    rows = torch.zeros(len(utterances), len(LABELS))
    present = {(u.corpus, u.emotion) for u in utterances}
    for row, utterance in zip(rows, utterances, strict=True):
        perceived = utterance.details.get(PERCEIVED, "").split("/")
        perceived = [emotion for emotion in perceived if (utterance.corpus, emotion) in present]
        weight = PERCEIVED_WEIGHT if perceived else 0.0
        row[LABELS.index(utterance.emotion)] = 1 - weight
        for emotion in perceived:
            row[LABELS.index(emotion)] += weight / len(perceived)
    return rows


def balanced_weights(utterances: Sequence[Utterance]) -> torch.Tensor:
    """Return weights of mean 1: a corpus by the root of its clips, its emotions all the same."""
    cells = Counter((u.corpus, u.emotion) for u in utterances)
    clips = Counter(u.corpus for u in utterances)
    emotions = Counter(corpus for corpus, _ in cells)
    weights = torch.tensor(
        [
            clips[u.corpus] ** 0.5 / emotions[u.corpus] / cells[u.corpus, u.emotion]
            for u in utterances
        ]
    )
    return weights / weights.mean()
