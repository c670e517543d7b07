"""How much of emotion embeddings hold beyond what a linear probe reads off them.

In each of five folds of a corpus' speakers a kernel ridge and perceptrons of one hidden layer learn
from the others' clips and from copies of these in noise; their answers are averaged. So that
perceptrons do not learn single clips by heart, parts of what they see are left out (dropout,
Srivastava et al. 2014, JMLR 15:1929) and clips are blended (mixup, Zhang et al. 2018, arXiv
1710.09412).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from sklearn.kernel_ridge import KernelRidge
from sklearn.preprocessing import LabelEncoder, StandardScaler
from threadpoolctl import threadpool_limits
from torch import nn
from tqdm import tqdm

from ser import artifacts
from ser.classifier import flat_rows, lessons
from ser.encoder import Encoder
from ser.training import corpora, people
from ser.training.embedding import embed
from ser.training.sounds import in_noise
from ser.training.train import SEED

RIDGE = 0.3  # alpha of the kernel ridge
REACH = 0.3  # gamma of its kernel, times the number of features
RUNS = 5  # perceptrons, by chance different, averaged
HIDDEN = 256  # units
UNSEEN, UNUSED = 0.3, 0.5  # shares of the features and of the hidden units that are left out
SMOOTHING = 0.1  # of a clip's weight, what all emotions share
BLEND = 0.4  # both parameters of the beta distribution of a clip's share in a blend
EPOCHS = 24
BATCH = 64  # clips
RATE = 5e-4  # peak learning rate
WEIGHT_DECAY = 0.1


class NonLinear:
    """A kernel ridge and perceptrons that learn emotions from embeddings, averaged."""

    def __init__(self, seed: int = 0):
        """Take what decides chance."""
        self.seed = seed

    # The steps are too small to share out: on a busy machine threads only wait for each other.
    @threadpool_limits.wrap(limits=1)
    def fit(
        self,
        embeddings: np.ndarray,
        emotions: Sequence[str],
        speakers: Sequence,
        copies: Sequence[np.ndarray] = (),
    ) -> "NonLinear":
        """Fit on embeddings, shape (n, ...); all as `EmotionClassifier.fit` takes them."""
        self.scaler, self.emotions = StandardScaler(), LabelEncoder()
        features = self.scaler.fit_transform(lessons(embeddings, speakers, copies))
        codes = np.tile(self.emotions.fit_transform(emotions), 1 + len(copies))
        # Its answers are shares of the emotions too, as least squares estimate them.
        ridge = KernelRidge(alpha=RIDGE, kernel="rbf", gamma=REACH / features.shape[1])
        self.ridge = ridge.fit(features, np.eye(len(self.emotions.classes_))[codes])
        features, codes = torch.from_numpy(features), torch.from_numpy(codes)
        self.networks = [self._learn(features, codes, run) for run in range(RUNS)]
        return self

    @torch.inference_mode()
    def predict(self, embeddings: np.ndarray) -> np.ndarray:
        """Return the most probable emotion of each embedding, strings of shape (n,)."""
        features = self.scaler.transform(flat_rows(embeddings))
        heard = torch.from_numpy(features)
        answers = torch.stack([network(heard).softmax(1) for network in self.networks]).mean(0)
        shares = self.ridge.predict(features) + answers.numpy()
        return self.emotions.inverse_transform(shares.argmax(axis=1))

    def _learn(self, features: torch.Tensor, codes: torch.Tensor, run: int) -> nn.Module:
        torch.manual_seed(RUNS * self.seed + run)
        emotions = nn.functional.one_hot(codes).float()
        network = nn.Sequential(
            nn.Dropout(UNSEEN),
            nn.Linear(features.shape[1], HIDDEN),
            nn.GELU(),
            nn.Dropout(UNUSED),
            nn.Linear(HIDDEN, emotions.shape[1]),
        )
        optimiser = torch.optim.AdamW(network.parameters(), weight_decay=WEIGHT_DECAY)
        steps = EPOCHS * -(-len(codes) // BATCH)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps)
        share = torch.distributions.Beta(BLEND, BLEND)
        for _ in range(EPOCHS):
            for rows in torch.randperm(len(codes)).split(BATCH):
                others, own = rows[torch.randperm(len(rows))], share.sample()
                seen, meant = (
                    own * each[rows] + (1 - own) * each[others] for each in (features, emotions)
                )
                loss = nn.functional.cross_entropy(network(seen), meant, label_smoothing=SMOOTHING)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                schedule.step()
        return network.eval()


def evaluate(encoder: Path, data: Path, folder: Path = artifacts.FOLDER) -> dict:
    """Score a corpus; write `protocols.corpora.<corpus>.nonlinear` into metrics.json.

    Args:
        encoder: folder of an encoder that was not taught the corpus; it stays as it is.
        data: folder with the labelled corpus.

    Returns:
        what `people.score` does, and `encoder_taught`, the corpora that the encoder was taught.

    Raises:
        SerError: the encoder was taught the corpus, or one of them cannot be used, or the latter
            was not yet scored as a stranger.
    """
    utterances = corpora.table(data).utterances
    corpus = utterances[0].corpus
    people.require_stranger(corpus, folder)
    listener = Encoder(encoder)
    people.require_untaught(listener, corpus, "--encoder DIR")
    embeddings, utterances, _ = embed(listener, utterances)
    copies = embed(listener, utterances, in_noise(SEED))[0]
    emotions = np.array([each.emotion for each in utterances])
    speakers = corpora.speakers(utterances)
    predicted = np.full(len(utterances), "", dtype=object)
    for train, test in tqdm(people.folds(utterances, SEED), "Learning", unit="fold"):
        learned = NonLinear(SEED).fit(
            embeddings[train], emotions[train], speakers[train], [copies[train]]
        )
        predicted[test] = learned.predict(embeddings[test])
    scored = people.score(utterances, predicted, SEED) | {"encoder_taught": list(listener.taught)}
    people.keep(scored, corpus, "nonlinear", folder)
    return scored
