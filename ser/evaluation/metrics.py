"""Metrics of predicted labels and probabilities; fractions are 0-1."""

from collections.abc import Sequence

import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import accuracy_score, brier_score_loss, confusion_matrix, recall_score

from ser.labels import LABELS
from ser.models.classifier import Prediction
from ser.training.labelled_embeddings import LabelledEmbeddings

N_BINS = 15  # of the expected calibration error


def scores(labelled: LabelledEmbeddings, predicted: np.ndarray) -> dict:
    """Compare the labels with predicted ones, shape (n,).

    Returns:
        `wa` (weighted accuracy: fraction of correct clips), `ua` (unweighted accuracy: mean recall
        of the emotions that occur), `per_class_recall` by emotion, `confusion` (counts; rows are
        the true emotions, in the order of LABELS) and `per_actor` (accuracy by speaker).
    """
    emotions = labelled.emotions
    occurring = [label for label in LABELS if label in emotions]
    recalls = recall_score(emotions, predicted, labels=occurring, average=None)
    actors = np.array([str(utterance.speaker) for utterance in labelled.utterances])
    return {
        "wa": float(accuracy_score(emotions, predicted)),
        "ua": float(np.mean(recalls)),
        "per_class_recall": dict(zip(occurring, recalls.tolist(), strict=True)),
        "confusion": confusion_matrix(emotions, predicted, labels=LABELS).tolist(),
        "per_actor": {
            str(actor): float(np.mean((emotions == predicted)[actors == actor]))
            for actor in np.unique(actors)
        },
    }


def most_probable(probabilities: np.ndarray, emotions: Sequence[str] | None = None) -> np.ndarray:
    """Return the most probable of some emotions, by default LABELS; probabilities (n, 8)."""
    emotions = LABELS if emotions is None else emotions
    columns = [LABELS.index(emotion) for emotion in emotions]
    return np.array(emotions)[probabilities[:, columns].argmax(axis=1)]


def unweighted_accuracy(emotions: np.ndarray, predicted: np.ndarray) -> float:
    """Return the mean recall of the emotions that occur."""
    labels = np.unique(emotions)
    return float(recall_score(emotions, predicted, labels=labels, average="macro"))


def reliability(emotions: np.ndarray, probabilities: np.ndarray, confident: np.ndarray) -> dict:
    """Compare probabilities, shape (n, 8), with the labels, shape (n,).

    Args:
        confident: bool, shape (n,), whether the answer is above the classifier's threshold.

    Returns:
        `ece`, the expected calibration error (Guo et al. 2017, arXiv 1706.04599); `brier` (0-2);
        `reliability` (of each of N_BINS bins that is not empty the mean `confidence`, the
        `accuracy` and the `count`), and what `selective` returns.
    """
    confidence = probabilities.max(axis=1)
    labels = np.array(LABELS)
    order = np.argsort(labels)  # the order that scikit-learn expects
    correct = most_probable(probabilities) == emotions
    accuracy, mean = calibration_curve(correct, confidence, n_bins=N_BINS)
    counts, _ = np.histogram(confidence, N_BINS, (0, 1))
    counts = counts[counts > 0]
    return {
        "ece": float(np.average(np.abs(accuracy - mean), weights=counts)),
        "brier": float(brier_score_loss(emotions, probabilities[:, order], labels=labels[order])),
        "reliability": {
            "confidence": mean.tolist(),
            "accuracy": accuracy.tolist(),
            "count": counts.tolist(),
        },
    } | selective(correct, confident)


def confident(prediction: Prediction) -> np.ndarray:
    """Return which answers are confident, bool (n,)."""
    return prediction.probabilities.max(axis=1) >= prediction.threshold


def selective(correct: np.ndarray, confident: np.ndarray) -> dict:
    """Return `coverage` and `selective_accuracy` of confident answers.

    Args:
        correct, confident: of each answer, bool, shape (n,).

    Returns:
        the fraction of confident answers, and the fraction of those that are correct; None if there
        are none.
    """
    return {
        "coverage": float(confident.mean()),
        "selective_accuracy": float(correct[confident].mean()) if confident.any() else None,
    }
