"""Principal components, and multinomial logistic regression on them, of several corpora.

Emotions that a corpus lacks are masked for its clips. Emotions of a corpus weigh the same, corpora
by their clips. What differs between speakers and between corpora holds no emotion: part of each
training speaker's mean is subtracted, and weights along the directions in which the means of
speakers and of corpora differ are penalised, as in within-class covariance normalisation (Hatch et
al., Interspeech 2006).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax
from threadpoolctl import ThreadpoolController, threadpool_limits

N_COMPONENTS = 512  # nine tenths of the variance
C = 0.001  # inverse regularisation strength
SPEAKER_PENALTY = 0.1  # weight of the between-speaker covariance in the regularisation
CORPUS_PENALTY = 0.3  # the same of the between-corpus covariance
SPEAKER_SHRINKAGE = 0.5  # part of a speaker's mean deviation that is subtracted in training
MAX_ITERATIONS = 200
MASKED = -1e9  # logit of an emotion that a clip's corpus lacks

# BLAS's threads wait busily for the next product, and would slow the encoder's next pass to half
# its speed. The libraries are looked up once, since that takes as long as a prediction.
BLAS = ThreadpoolController().select(user_api="blas")


@dataclass(frozen=True)
class Projection:
    """An affine map from embeddings to principal components, largest variance first.

    Attributes:
        weights: float32, shape (d, components).
        offset: float32, shape (1, components).
    """

    weights: np.ndarray
    offset: np.ndarray

    @classmethod
    @threadpool_limits.wrap(limits=1)
    def fit(cls, embeddings: np.ndarray, seed: int) -> "Projection":
        """Fit to embeddings, shape (n, ...), without labels."""
        # Only training needs scikit-learn, which takes seconds to import.
        from sklearn.decomposition import PCA
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        rows = flat_rows(embeddings)
        pca = PCA(min(N_COMPONENTS, *rows.shape), svd_solver="randomized", random_state=seed)
        pipeline = make_pipeline(StandardScaler(), pca).fit(rows)
        return cls(*affine(pipeline.transform, rows.shape[1]))

    @BLAS.wrap(limits=1)
    def __call__(self, embeddings: np.ndarray) -> np.ndarray:
        """Return principal components of embeddings, shape (n, ...), as (n, components)."""
        return np.float32(flat_rows(embeddings) @ self.weights + self.offset)


@dataclass(frozen=True)
class LinearModel:
    """A fitted multinomial logistic regression.

    Attributes:
        weights: float32, shape (d, classes).
        intercepts: float32, shape (classes,).
    """

    weights: np.ndarray
    intercepts: np.ndarray

    def log_probabilities(self, rows: np.ndarray) -> np.ndarray:
        """Return the classes' log-probabilities of rows, shape (n, d), as (n, classes)."""
        return log_softmax(rows @ self.weights + self.intercepts, axis=1)


def fit_linear(
    rows: np.ndarray,
    targets: np.ndarray,
    corpora: np.ndarray,
    speakers: np.ndarray,
    n_classes: int,
) -> LinearModel:
    """Fit a logistic regression by L-BFGS; classes that do not occur get probability 0.

    Args:
        rows: features, shape (n, d).
        targets: the column of each row's class, shape (n,).
        corpora, speakers: of each row, shape (n,).
    """
    n, d = rows.shape
    centred = np.float32(normalise_speakers(rows, corpora, speakers))
    one_hot = targets[:, None] == np.arange(n_classes)
    bias = np.float32(np.where(class_mask(targets, corpora, n_classes), 0, MASKED))
    weights = np.float32(balanced_weights(targets, corpora) / n)[:, None]
    penalty = np.float32(np.eye(d) / (C * n))
    of_speakers, of_corpora = between_covariances(rows, targets, corpora, speakers)
    penalty += np.float32(SPEAKER_PENALTY * of_speakers + CORPUS_PENALTY * of_corpora)

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        parameters = np.float32(parameters).reshape(d + 1, n_classes)
        log = log_softmax(centred @ parameters[:-1] + parameters[-1] + bias, axis=1)
        error = weights * (np.exp(log) - one_hot)
        decay = penalty @ parameters[:-1]
        value = -np.sum(weights * log, where=one_hot) + 0.5 * np.sum(parameters[:-1] * decay)
        gradient = np.vstack([centred.T @ error + decay, error.sum(axis=0)])
        return float(value), np.float64(gradient).ravel()

    start = np.zeros((d + 1) * n_classes)
    result = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": MAX_ITERATIONS})
    fitted = np.float32(result.x).reshape(d + 1, n_classes)
    absent = ~np.isin(np.arange(n_classes), targets)
    return LinearModel(fitted[:-1], np.where(absent, np.float32(MASKED), fitted[-1]))


def class_mask(targets: np.ndarray, corpora: np.ndarray, n_classes: int) -> np.ndarray:
    """Return which classes occur in each row's corpus, bool (n, n_classes)."""
    mask = np.zeros((len(targets), n_classes), bool)
    for corpus in np.unique(corpora):
        rows = corpora == corpus
        mask[np.ix_(rows, np.unique(targets[rows]))] = True
    return mask


def balanced_weights(targets: np.ndarray, corpora: np.ndarray) -> np.ndarray:
    """Return weights of mean 1 by which the classes of a corpus weigh the same, shape (n,)."""
    weights = np.zeros(len(targets))
    for corpus in np.unique(corpora):
        classes, counts = np.unique(targets[corpora == corpus], return_counts=True)
        for label, count in zip(classes, counts, strict=True):
            weights[(corpora == corpus) & (targets == label)] = counts.sum() / (len(counts) * count)
    return weights


def normalise_speakers(rows: np.ndarray, corpora: np.ndarray, speakers: np.ndarray) -> np.ndarray:
    """Subtract SPEAKER_SHRINKAGE of each speaker's mean deviation from its corpus' mean."""
    normalised = rows.copy()
    for corpus in np.unique(corpora):
        of_corpus = corpora == corpus
        names, ids = np.unique(speakers[of_corpus], return_inverse=True)
        part = rows[of_corpus]
        means = np.stack([part[ids == speaker].mean(axis=0) for speaker in range(len(names))])
        normalised[of_corpus] -= SPEAKER_SHRINKAGE * (means - part.mean(axis=0))[ids]
    return normalised


def between_covariances(
    rows: np.ndarray, targets: np.ndarray, corpora: np.ndarray, speakers: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the covariance of speakers' means, the mean over corpora, and that of corpora's means.

    Both have shape (d, d). The mean of each class is subtracted before, as not everybody speaks in
    the same emotions.
    """
    classes, ids = np.unique(targets, return_inverse=True)
    residuals = rows - np.stack([rows[targets == c].mean(axis=0) for c in classes])[ids]
    names, ids = np.unique(corpora, return_inverse=True)
    of_speakers = [
        _covariance_of_means(residuals[ids == corpus], speakers[ids == corpus])
        for corpus in range(len(names))
    ]
    return np.mean(of_speakers, axis=0), _covariance_of_means(residuals, ids)


def _covariance_of_means(rows: np.ndarray, groups: np.ndarray) -> np.ndarray:
    means = np.stack([rows[groups == group].mean(axis=0) for group in np.unique(groups)])
    return np.cov(means, rowvar=False, bias=True)


def affine(
    function: Callable[[np.ndarray], np.ndarray], size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return weights and intercept, float32, of an affine function of rows of `size` features."""
    intercept = function(np.zeros((1, size)))
    return np.float32(function(np.eye(size)) - intercept), np.float32(intercept)


def flat_rows(embeddings: np.ndarray) -> np.ndarray:
    """Return embeddings of shape (n, ...) as float32 rows, shape (n, d)."""
    rows = np.asarray(embeddings, dtype=np.float32)
    return rows.reshape(len(rows), math.prod(rows.shape[1:]))
