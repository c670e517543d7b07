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
UNUSED = 0.5  # share of the hidden units that are left out
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

    def __init__(self, seed: int = 0, unseen: float = 0.3):
        """Take what decides chance, and the share of the features that are left out."""
        self.seed, self.unseen = seed, unseen

    # The steps are too small to share out: on a busy machine threads only wait for each other.
    @threadpool_limits.wrap(limits=1)
    def fit(self, features: np.ndarray, classes: np.ndarray) -> "Perceptron":
        """Learn from features of shape (n, d) and their n classes."""
        self.classes_, columns = np.unique(classes, return_inverse=True)
        seen = torch.from_numpy(np.asarray(features, np.float32))
        meant = nn.functional.one_hot(torch.from_numpy(columns)).float()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            self._network = _learned(seen, meant, self.unseen)
        return self

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return the most probable of `classes_`, shape (n,)."""
        return self.classes_[self.predict_proba(features).argmax(axis=1)]

    @torch.inference_mode()
    def predict_proba(self, features: np.ndarray) -> np.ndarray:
        """Return the probabilities of `classes_`, shape (n, classes)."""
        return self._network(torch.from_numpy(np.asarray(features, np.float32))).softmax(1).numpy()


def _learned(seen: torch.Tensor, meant: torch.Tensor, unseen: float) -> nn.Module:
    network = nn.Sequential(
        nn.Dropout(unseen),
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
            blended, aim = (own * each[rows] + (1 - own) * each[others] for each in (seen, meant))
            loss = nn.functional.cross_entropy(network(blended), aim, label_smoothing=SMOOTHING)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return network.eval()
