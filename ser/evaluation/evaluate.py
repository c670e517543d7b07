"""How right the classifier is on clips it was not trained on, protocol by protocol."""

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.metrics import accuracy_score, confusion_matrix, recall_score
from sklearn.neighbors import KNeighborsClassifier
from tqdm import tqdm

from ser.evaluation import metrics
from ser.labels import LABELS
from ser.models.classifier import EmotionClassifier
from ser.models.embedding_map import EmbeddingMap
from ser.models.speaker import SpeakerAdaptation
from ser.models.voice_detector import VoiceDetector
from ser.training.classifier import enrolment, layer_selection, map_layout
from ser.training.data import corpora
from ser.training.data.utterance import Utterance
from ser.training.generated_sounds import Sounds

MAP_NEIGHBOURS = 15  # vote on the label of a place on the map


def evaluate(
    embeddings: np.ndarray,
    in_noise: np.ndarray,
    directions: np.ndarray,
    utterances: Sequence[Utterance],
    sounds: Sounds,
    seed: int,
) -> tuple[dict, np.ndarray]:
    """Score the classifier and the map under the protocols `random` and `actors`.

    Args:
        embeddings: shape (n, layers, 2, hidden size), one row an utterance; of many layers one
            is chosen within each fold.
        in_noise: those of a copy of each in noise, learned from but never scored.
        directions: the encoder's, shape (k, layers, 2, hidden size).
        sounds: without a voice, embedded by the same encoder.

    Returns:
        what metrics.json holds: `protocols.<protocol>` as `scores` gives it, for `actors` with
        what `reliability.measure` adds; `enrolment` as `enrolment.gain` gives it; `no_voice`
        (`voices_refused`, the share of clips taken for no voice, and `sounds_answered`, the share
        of `sounds`, each of a kind that the detector did not know, that get a sure answer);
        `map.accuracy` and `clips`; all fractions 0-1. And the probabilities of LABELS under
        `actors`, float32, shape (n, 8): what is heard in each utterance when its speaker is
        unknown.

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
    unseen = np.empty((len(utterances), len(LABELS)), np.float32)
    known, enrolled = np.empty_like(unseen), enrolment.chosen(utterances)
    sure, refused = np.zeros((2, len(utterances)), bool)
    results, landed, answered = {}, [], []
    for protocol, folds in protocols.items():
        predicted = np.empty_like(emotions)
        for fold, (train, test) in enumerate(tqdm(folds, f"Evaluating {protocol}", unit="fold")):
            layers = layer_selection.choose(embeddings[train], emotions[train], speakers[train])
            heard, other = embeddings[:, layers], sounds.embeddings[:, layers]
            copies, told = in_noise[train][:, layers], directions[:, layers]
            classifier = EmotionClassifier(seed).fit(
                heard[train], emotions[train], speakers[train], [copies], told
            )
            probabilities = classifier.probabilities(heard[test])
            predicted[test] = np.array(LABELS)[probabilities.argmax(axis=1)]
            if protocol == "actors":
                unseen[test] = probabilities
                sure[test] = probabilities.max(axis=1) >= classifier.threshold
                if enrolled:
                    known[test] = _enrolled(
                        heard, copies, utterances, told, train, test, seed, classifier
                    )
                strange = sounds.fold(fold, len(folds))
                detector = VoiceDetector(heard[train], other[~strange])
                refused[test] = ~detector.detect(heard[test])
                answered.extend(_answered(classifier, detector, other[strange]))
                trained = [utterances[row] for row in train]
                embedding_map = map_layout.lay_out(classifier.out_of_fold, trained, seed)
                landed.extend(
                    _landed_right(
                        embedding_map, classifier.initial_probabilities(heard[test]), emotions[test]
                    )
                )
        results[protocol] = scores(emotions, predicted, names)
    results["actors"] |= metrics.measure(emotions, unseen, sure)
    measured = {
        "protocols": results,
        "enrolment": enrolment.gain(emotions, speakers, unseen, known, enrolled),
        "no_voice": {
            "voices_rejected": float(refused.mean()),
            "generated_sounds_accepted": float(np.mean(answered)),
            "n_generated_sounds": len(answered),
        },
        "map": {"accuracy": float(np.mean(landed)), "protocol": "actors"},
        "clips": len(utterances),
    }
    return measured, unseen


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


def _enrolled(
    embeddings: np.ndarray,
    copies: np.ndarray,
    utterances: Sequence[Utterance],
    directions: np.ndarray,
    train: np.ndarray,
    test: np.ndarray,
    seed: int,
    fallback: EmotionClassifier,
) -> np.ndarray:
    """Probabilities, shape (n, 8), of clips to test whose speakers are enrolled."""
    trained, tested = [utterances[row] for row in train], [utterances[row] for row in test]
    adaptation = SpeakerAdaptation.fit(embeddings[train], [each.emotion for each in trained])
    classifier = (
        enrolment.train(embeddings[train], copies, trained, directions, adaptation, seed)
        or fallback
    )
    neutral = {who: embeddings[test][rows] for who, rows in enrolment.chosen(tested).items()}
    speakers = corpora.speakers(tested)
    known = enrolment.adapt(adaptation, embeddings[test], speakers, neutral)
    return classifier.probabilities(embeddings[test], known)


def _answered(
    classifier: EmotionClassifier, detector: VoiceDetector, sounds: np.ndarray
) -> np.ndarray:
    """Whether sounds, embeddings of shape (n, ...), are taken for a voice of a sure emotion."""
    sure = classifier.probabilities(sounds).max(axis=1) >= classifier.threshold
    return sure & detector.detect(sounds)


def _landed_right(
    embedding_map: EmbeddingMap, unseen: np.ndarray, emotions: np.ndarray
) -> np.ndarray:
    """Whether the map's neighbourhood where an unseen clip lands bears its emotion."""
    vote = KNeighborsClassifier(MAP_NEIGHBOURS).fit(embedding_map.positions, embedding_map.emotions)
    places = [embedding_map.place(row) for row in unseen]
    return vote.predict([place.position for place in places]) == emotions


def table(metrics: dict, line: Callable[[str], None] = print) -> None:
    """Print the scores of each protocol in percent, with the chance level."""
    line(f"{'protocol':<10}{'WA %':>8}{'UA %':>8}")
    for protocol in corpora.PROTOCOLS:
        result = metrics["protocols"][protocol]
        line(f"{protocol:<10}{100 * result['wa']:>8.1f}{100 * result['ua']:>8.1f}")
    chance = 100 / len(metrics["protocols"]["actors"]["per_class_recall"])
    line(f"{'chance':<10}{chance:>8.1f}{chance:>8.1f}")
    unseen, helped = metrics["protocols"]["actors"], metrics["enrolment"]
    right = f", of which {unseen['selective_accuracy']:.1%} are right" if unseen["coverage"] else ""
    line(
        f"unseen actors: ECE {unseen['ece']:.3f}; sure of {unseen['coverage']:.1%} of the "
        f"answers{right}"
    )
    if helped:
        line(
            f"with two neutral clips: UA {helped['ua']:.1%}, {100 * helped['gain_ua']:+.1f} points"
        )
    line(f"map: {metrics['map']['accuracy']:.1%} of unseen actors' clips land among their emotion")
