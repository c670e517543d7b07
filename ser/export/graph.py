"""The models of one training run as torch modules, which ONNX graphs are exported from.

They compute in float32 what `Recognizer.analyse_embedding` computes of an unknown speaker's clip,
for one clip at a time. Fitted arrays become buffers.
"""

import numpy as np
import torch
from torch.nn import functional

from ser.errors import SerError
from ser.labels import LABELS
from ser.models import calibration, embedding_map, encoder, gate
from ser.models.boosting import Boosting
from ser.models.classifier import EmotionClassifier
from ser.models.embedding_map import EmbeddingMap
from ser.models.kernel_ridge import KernelRidgeModel
from ser.models.pretrained import Pretrained
from ser.recognizer import Recognizer

OUTPUTS = ("embedding", "probabilities", "position", "threshold")
MIN_VARIANCE = 1e-12  # as `clip.normalise` has it


class AnalysisGraph(torch.nn.Module):
    """From a waveform to OUTPUTS."""

    def __init__(self, pretrained: Pretrained, recognizer: Recognizer):
        super().__init__()
        self.encoder = EncoderGraph(pretrained)
        self.classifier = ClassifierGraph(recognizer.classifier)
        self.map = MapGraph(recognizer.embedding_map)
        threshold = recognizer.classifier.calibration.threshold
        self.register_buffer("threshold", _tensor([threshold]))

    def forward(self, waveform: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Analyse a waveform, shape (samples,), mono 16 kHz, trimmed, of any scale."""
        embedding = self.encoder(waveform)
        pooled, probabilities = self.classifier(embedding.reshape(1, -1))
        return (
            embedding,
            probabilities,
            self.map(pooled),
            self.threshold.clone(),
        )


class EncoderGraph(torch.nn.Module):
    """`Encoder.embed` of one waveform: all its windows in one forward pass."""

    def __init__(self, pretrained: Pretrained):
        super().__init__()
        if pretrained.model.config.feat_extract_norm == "group":
            raise SerError(
                "This encoder has a group norm and takes no attention mask, so its windows cannot "
                "be embedded in one graph. Needed is one with layer norms, such as the bundled one."
            )
        self.model, self.layers = pretrained.model, pretrained.layers

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        """Return the embedding, shape (layers, 2, hidden size)."""
        centred = waveform - waveform.mean()
        normalised = centred / torch.sqrt(centred.square().mean() + MIN_VARIANCE)
        windows, lengths = _windows(normalised)
        within = torch.arange(windows.shape[1]) < lengths[:, None]
        output = self.model(windows, attention_mask=within.long(), output_hidden_states=True)
        states = torch.stack([output.hidden_states[layer] for layer in self.layers])
        n_frames = self.model._get_feat_extract_output_lengths(lengths)
        weight = (torch.arange(states.shape[2]) < n_frames[:, None])[..., None].float()
        total = weight.sum()
        mean = (states * weight).sum(dim=(1, 2)) / total
        variance = ((states - mean[:, None, None]).square() * weight).sum(dim=(1, 2)) / total
        return torch.stack([mean, torch.sqrt(variance)], dim=1)


def _windows(waveform: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Split a waveform as numpy.array_split does, into as few windows of at most 5 s as possible.

    Returns:
        windows, shape (n, samples), the shorter ones, by one sample, padded with zero; their
        lengths, shape (n,).
    """
    samples = waveform.shape[0]
    n = (samples + encoder.WINDOW - 1) // encoder.WINDOW
    shortest, n_longer = samples // n, samples % n
    number = torch.arange(n)
    lengths = shortest + (number < n_longer).long()
    starts = number * shortest + torch.clamp(number, max=n_longer)
    column = torch.arange((samples + n - 1) // n)
    padded = functional.pad(waveform, (0, 1))
    windows = padded[starts[:, None] + column] * (column < lengths[:, None])
    return windows, lengths


class ClassifierGraph(torch.nn.Module):
    """`EmotionClassifier` of one row, shape (1, d)."""

    def __init__(self, classifier: EmotionClassifier):
        super().__init__()
        self.register_buffer("weights", _tensor(classifier.projection.weights))
        self.register_buffer("offset", _tensor(classifier.projection.offset))
        self.register_buffer("linear_weights", _tensor(classifier.linear.weights))
        self.register_buffer("intercepts", _tensor(classifier.linear.intercepts))
        self.register_buffer("only_at_home", _tensor(classifier.gate.only_at_home))
        # A row of zeros for each emotion that did not occur in training.
        of_labels = np.eye(len(LABELS))[classifier.classes]
        self.register_buffer("of_labels", _tensor(of_labels))
        self.kernel_ridge = KernelRidgeGraph(classifier.kernel_ridge)
        self.boosting = BoostingGraph(classifier.boosting)
        self.gate, self.calibration = classifier.gate, classifier.calibration

    def forward(self, row: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return pooled and final probabilities, shape (8,)."""
        rows = row @ self.weights + self.offset
        scores, similarity = self.kernel_ridge(row)
        weight = torch.sigmoid(self.gate.slope * (similarity - self.gate.midpoint))
        linear = functional.log_softmax(rows @ self.linear_weights + self.intercepts, dim=1)
        linear = torch.clamp(linear, min=gate.MIN_LOG_PROBABILITY)
        pooled = self._pool(linear, scores, weight)
        features = torch.cat([pooled, linear, weight], dim=1)
        boosted = functional.log_softmax(pooled + weight * self.boosting(features[0]), dim=1)
        scale = self.calibration.intercept + self.calibration.slope * weight
        scale = torch.exp(torch.clamp(scale, *calibration.LOG_SCALES))
        probabilities = functional.softmax(scale * boosted, dim=1)
        return (torch.exp(pooled) @ self.of_labels)[0], (probabilities @ self.of_labels)[0]

    def _pool(
        self, linear: torch.Tensor, scores: torch.Tensor, weight: torch.Tensor
    ) -> torch.Tensor:
        kernel = self.gate.kernel_scale * torch.log(torch.clamp(scores, min=gate.MIN_SCORE))
        pooled = weight * kernel + (1 - weight) * self.gate.linear_scale * linear
        unlike = torch.log(torch.clamp(weight, min=gate.MIN_WEIGHT))
        return functional.log_softmax(pooled + self.only_at_home * unlike, dim=1)


class KernelRidgeGraph(torch.nn.Module):
    """`KernelRidgeModel.predict` of one row, shape (1, d)."""

    def __init__(self, model: KernelRidgeModel):
        super().__init__()
        self.register_buffer("projection", _tensor(model.projection))
        self.register_buffer("offset", _tensor(model.offset))
        self.register_buffer("examples", _tensor(model.examples))
        self.register_buffer("dual_coefficients", _tensor(model.dual_coefficients))
        self.gamma = model.gamma

    def forward(self, row: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return scores of the classes, shape (1, classes), and similarity, shape (1, 1)."""
        distances = (self.examples - (row @ self.projection + self.offset)).square().sum(dim=1)
        kernel = torch.exp(-self.gamma * distances)[None]
        return kernel @ self.dual_coefficients, kernel.max(dim=1, keepdim=True).values


class BoostingGraph(torch.nn.Module):
    """The trees of `Boosting`, all of which are walked at once, from node to node."""

    def __init__(self, boosting: Boosting):
        super().__init__()
        thresholds = np.float32(boosting.threshold)
        # Rounded down: a float32 is at most the threshold where it is at most this.
        rounded_up = thresholds > boosting.threshold
        thresholds[rounded_up] = np.nextafter(thresholds[rounded_up], np.float32(-np.inf))
        # A leaf has no feature, and leads to itself.
        self.register_buffer("feature", torch.from_numpy(np.maximum(boosting.feature, 0)))
        self.register_buffer("threshold", torch.from_numpy(thresholds))
        self.register_buffer("left", torch.from_numpy(boosting.left))
        self.register_buffer("right", torch.from_numpy(boosting.right))
        self.register_buffer("value", _tensor(boosting.value))
        # Half of a tree's nodes are leaves, the others may all lie on one path.
        self.depth = boosting.feature.shape[2] // 2

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return what the trees add to the classes' scores, shape (classes,)."""
        is_left = features[self.feature] <= self.threshold
        child = torch.where(is_left, self.left, self.right)
        node = torch.zeros_like(self.feature[..., :1])
        for _ in range(self.depth):
            node = child.gather(2, node)
        return self.value.gather(2, node).sum(dim=(0, 2))


class MapGraph(torch.nn.Module):
    """`EmbeddingMap.place` without the neighbours."""

    def __init__(self, clips: EmbeddingMap):
        super().__init__()
        self.register_buffer("positions", _tensor(clips.positions))
        self.register_buffer("roots", _tensor(clips.roots))

    def forward(self, pooled: torch.Tensor) -> torch.Tensor:
        """Return the position of probabilities, shape (8,)."""
        distances = (self.roots - torch.sqrt(pooled)).square().sum(dim=1).sqrt()
        n_neighbours = min(embedding_map.N_NEIGHBORS, len(self.roots))
        nearest, rows = torch.topk(distances, n_neighbours, largest=False)
        weights = 1 / (nearest + embedding_map.EPSILON)
        return (weights[:, None] * self.positions[rows]).sum(dim=0) / weights.sum()


def _tensor(array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.array(array, np.float32))
