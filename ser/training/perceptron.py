"""A perceptron of one hidden layer that hears what no line tells, and learns no clip by heart.

With far more features than clips it would: so parts of what it sees are left out (dropout,
Srivastava et al. 2014, JMLR 15:1929), clips are blended (mixup, Zhang et al. 2018, arXiv
1710.09412), and no answer is to be quite sure (label smoothing, Szegedy et al. 2016, CVPR 2818).
"""

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from threadpoolctl import threadpool_limits
from torch import nn

HIDDEN = 256  # units
UNSEEN, UNUSED = 0.3, 0.5  # shares of the features and of the hidden units that are left out
SMOOTHING = 0.1  # of a clip's weight, what all emotions share
BLEND = 0.4  # both parameters of the beta distribution of a clip's share in a blend
EPOCHS = 30
BATCH = 128  # clips
RATE = 1e-3  # peak learning rate
WEIGHT_DECAY = 0.1


class Perceptron(ClassifierMixin, BaseEstimator):
    """A classifier as scikit-learn knows them, for features of mean 0 and deviation 1.

    Attributes:
        classes_: after `fit`, in ascending order.
    """

    def __init__(self, seed: int = 0):
        """Take what decides chance."""
        self.seed = seed

    # The steps are too small to share out: on a busy machine threads only wait for each other.
    @threadpool_limits.wrap(limits=1)
    def fit(
        self, features: np.ndarray, classes: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> "Perceptron":
        """Learn from features of shape (n, d), their n classes and what each clip weighs."""
        self.classes_, columns = np.unique(classes, return_inverse=True)
        seen = torch.from_numpy(np.asarray(features, np.float32))
        meant = nn.functional.one_hot(torch.from_numpy(columns)).float()
        weights = torch.ones(len(seen))
        if sample_weight is not None:
            weights = torch.from_numpy(np.asarray(sample_weight, np.float32))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            self._network = _learned(seen, meant, weights)
        return self

    @torch.inference_mode()
    def predict_proba(self, features: np.ndarray) -> np.ndarray:
        """Return the probabilities of `classes_`, shape (n, classes)."""
        return self._network(torch.from_numpy(np.asarray(features, np.float32))).softmax(1).numpy()


def _learned(seen: torch.Tensor, meant: torch.Tensor, weights: torch.Tensor) -> nn.Module:
    network = nn.Sequential(
        nn.Dropout(UNSEEN),
        nn.Linear(seen.shape[1], HIDDEN),
        nn.GELU(),
        nn.Dropout(UNUSED),
        nn.Linear(HIDDEN, meant.shape[1]),
    )
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=WEIGHT_DECAY)
    steps = EPOCHS * -(-len(seen) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps)
    share = torch.distributions.Beta(BLEND, BLEND)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(seen)).split(BATCH):
            others, own = rows[torch.randperm(len(rows))], share.sample()
            blended, aim, weight = (
                own * each[rows] + (1 - own) * each[others] for each in (seen, meant, weights)
            )
            losses = nn.functional.cross_entropy(
                network(blended), aim, label_smoothing=SMOOTHING, reduction="none"
            )
            loss = (losses * weight).sum() / weight.sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return network.eval()
