"""How right the classifier is on clips it was not trained on, protocol by protocol."""

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.metrics import accuracy_score, confusion_matrix, recall_score
from sklearn.neighbors import KNeighborsClassifier
from tqdm import tqdm

from ser.atlas import Atlas
from ser.classifier import EmotionClassifier
from ser.labels import LABELS
from ser.training import layout, ravdess

MAP_NEIGHBOURS = 15  # vote on the label of a place on the map


def evaluate(embeddings: np.ndarray, utterances: Sequence[ravdess.Utterance], seed: int) -> dict:
    """Score the classifier and the map under the protocols `random` and `actors`.

    Args:
        embeddings: shape (n, ...), one row an utterance.

    Returns:
        what metrics.json holds: `protocols.<protocol>` as `scores` gives it, `map.accuracy` and
        `clips`; all fractions 0-1.
    """
    protocols = {
        "random": ravdess.random_folds(utterances, seed),
        "actors": ravdess.actor_folds(utterances),
    }
    emotions = np.array([utterance.emotion for utterance in utterances])
    speakers = np.array([utterance.actor for utterance in utterances])
    results, landed = {}, []
    for protocol, folds in protocols.items():
        predicted = np.empty_like(emotions)
        for train, test in tqdm(folds, desc=f"Evaluating {protocol}", unit="fold"):
            classifier = EmotionClassifier(seed).fit(
                embeddings[train], emotions[train], speakers[train]
            )
            probabilities = classifier.probabilities(embeddings[test])
            predicted[test] = np.array(LABELS)[probabilities.argmax(axis=1)]
            if protocol == "actors":
                trained = [utterances[row] for row in train]
                atlas = layout.lay_out(classifier.out_of_fold, trained, seed)
                landed.extend(
                    _landed_right(
                        atlas, classifier.linear_probabilities(embeddings[test]), emotions[test]
                    )
                )
        results[protocol] = scores(emotions, predicted, speakers)
    return {
        "protocols": results,
        "map": {"accuracy": float(np.mean(landed)), "protocol": "actors"},
        "clips": len(utterances),
    }


def scores(emotions: np.ndarray, predicted: np.ndarray, speakers: np.ndarray) -> dict:
    """Compare emotions with predictions, all arrays of shape (n,).

    Returns:
        `wa` (weighted accuracy: share of right clips), `ua` (unweighted accuracy: mean recall of
        the emotions), `per_class_recall` by emotion, `confusion` (rows are the true emotions,
        counts, in the order of LABELS) and `per_actor` (accuracy by speaker).
    """
    recalls = recall_score(emotions, predicted, labels=LABELS, average=None)
    return {
        "wa": float(accuracy_score(emotions, predicted)),
        "ua": float(np.mean(recalls)),
        "per_class_recall": dict(zip(LABELS, recalls.tolist(), strict=True)),
        "confusion": confusion_matrix(emotions, predicted, labels=LABELS).tolist(),
        "per_actor": {
            str(speaker): float(np.mean((emotions == predicted)[speakers == speaker]))
            for speaker in np.unique(speakers)
        },
    }


def _landed_right(atlas: Atlas, unseen: np.ndarray, emotions: np.ndarray) -> np.ndarray:
    """Whether the map's neighbourhood where an unseen clip lands bears its emotion."""
    vote = KNeighborsClassifier(MAP_NEIGHBOURS).fit(atlas.positions, atlas.emotions)
    places = [atlas.place(row) for row in unseen]
    return vote.predict([(place.x, place.y) for place in places]) == emotions


def table(metrics: dict, line: Callable[[str], None] = print) -> None:
    """Print the scores of each protocol in percent, with the chance level."""
    line(f"{'protocol':<10}{'WA %':>8}{'UA %':>8}")
    for protocol, result in metrics["protocols"].items():
        line(f"{protocol:<10}{100 * result['wa']:>8.1f}{100 * result['ua']:>8.1f}")
    line(f"{'chance':<10}{100 / len(LABELS):>8.1f}{100 / len(LABELS):>8.1f}")
    line(f"map: {metrics['map']['accuracy']:.1%} of unseen actors' clips land among their emotion")
