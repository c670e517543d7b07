"""How right the classifier is on clips it was not trained on, protocol by protocol."""

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.metrics import accuracy_score, confusion_matrix, recall_score
from sklearn.neighbors import KNeighborsClassifier
from tqdm import tqdm

from ser.atlas import Atlas
from ser.classifier import EmotionClassifier
from ser.labels import LABELS
from ser.training import corpora, layout
from ser.training.utterance import Utterance

MAP_NEIGHBOURS = 15  # vote on the label of a place on the map


def evaluate(embeddings: np.ndarray, utterances: Sequence[Utterance], seed: int) -> dict:
    """Score the classifier and the map under the protocols `random` and `actors`.

    Args:
        embeddings: shape (n, ...), one row an utterance.

    Returns:
        what metrics.json holds: `protocols.<protocol>` as `scores` gives it, `map.accuracy` and
        `clips`; all fractions 0-1.

    Raises:
        SerError: too few recordings, emotions or speakers.
    """
    # The embedding of a recording under two names is the same to the last bit.
    recordings = [row.tobytes() for row in embeddings]
    protocols = {
        protocol: corpora.folds(utterances, protocol, recordings, seed)
        for protocol in corpora.PROTOCOLS
    }
    emotions = np.array([utterance.emotion for utterance in utterances])
    speakers = corpora.speakers(utterances)
    names = np.array([str(utterance.speaker) for utterance in utterances])
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
        results[protocol] = scores(emotions, predicted, names)
    return {
        "protocols": results,
        "map": {"accuracy": float(np.mean(landed)), "protocol": "actors"},
        "clips": len(utterances),
    }


def scores(emotions: np.ndarray, predicted: np.ndarray, speakers: np.ndarray) -> dict:
    """Compare emotions with predictions, all arrays of shape (n,).

    Returns:
        `wa` (weighted accuracy: share of right clips), `ua` (unweighted accuracy: mean recall of
        the emotions that occur), `per_class_recall` by emotion, `confusion` (rows are the true
        emotions, counts, in the order of LABELS, all eight) and `per_actor` (accuracy by speaker).
    """
    occurring = [label for label in LABELS if label in emotions]
    recalls = recall_score(emotions, predicted, labels=occurring, average=None)
    return {
        "wa": float(accuracy_score(emotions, predicted)),
        "ua": float(np.mean(recalls)),
        "per_class_recall": dict(zip(occurring, recalls.tolist(), strict=True)),
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
    for protocol in corpora.PROTOCOLS:
        result = metrics["protocols"][protocol]
        line(f"{protocol:<10}{100 * result['wa']:>8.1f}{100 * result['ua']:>8.1f}")
    chance = 100 / len(metrics["protocols"]["actors"]["per_class_recall"])
    line(f"{'chance':<10}{chance:>8.1f}{chance:>8.1f}")
    line(f"map: {metrics['map']['accuracy']:.1%} of unseen actors' clips land among their emotion")
