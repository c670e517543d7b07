"""Score the classifier and the map under the protocols of protocols.py."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn.neighbors import KNeighborsClassifier
from tqdm import tqdm

from ser import artifacts
from ser.evaluation import metrics, protocols
from ser.evaluation.speakers import labelled_clips
from ser.labels import LABELS
from ser.models.embedding_map import EmbeddingMap
from ser.training import labelled_embeddings
from ser.training.classifier import enrolment, fitting, layer_selection, map_layout
from ser.training.labelled_embeddings import SEED, LabelledEmbeddings

MAP_NEIGHBORS = 15  # that vote on the label of a position on the map


def evaluate(labelled: LabelledEmbeddings, seed: int) -> tuple[dict, np.ndarray]:
    """Score the models under the protocols `random` and `actors`.

    Other corpora are trained on but never scored. Of many layers one is selected within each fold.

    Returns:
        the content of metrics.json: `protocols.<protocol>` as `metrics.scores` gives it, for
        `actors` with `metrics.reliability` and `labelled` (see labelled_clips.py); `enrolment`, see
        `_enrolment_gain`; `map.accuracy`, a fraction; `clips`. And the out-of-fold probabilities
        under `actors`, float32, shape (n, 8).

    Raises:
        SerError: too few recordings, emotions or speakers.
    """
    random, actors = (
        protocols.folds(labelled.utterances, protocol, labelled.recordings, seed)
        for protocol in protocols.PROTOCOLS
    )
    predicted = np.empty_like(labelled.emotions)
    for train, test in tqdm(random, "Evaluating random", unit="fold"):
        layers = layer_selection.select(labelled.subset(train))
        selected = labelled.select_layers(layers)
        classifier, _ = fitting.fit_emotions(selected.subset(train), seed)
        probabilities = classifier.predict(selected.embeddings[test]).probabilities
        predicted[test] = metrics.most_probable(probabilities)
    results = {"random": metrics.scores(labelled, predicted)}
    results["actors"], measured, out_of_fold = _evaluate_actors(labelled, actors, seed)
    return {"protocols": results} | measured | {"clips": len(labelled.emotions)}, out_of_fold


def _evaluate_actors(
    labelled: LabelledEmbeddings, folds: protocols.Folds, seed: int
) -> tuple[dict, dict, np.ndarray]:
    """Return the scores under `actors`, further metrics of its folds, out-of-fold probabilities."""
    n_clips = len(labelled.emotions)
    out_of_fold, adapted = np.zeros((2, n_clips, len(LABELS)), np.float32)
    confident, on_map = np.zeros(n_clips, bool), []
    answers: dict[str, list[labelled_clips.Answers]] = {}
    for train, test in tqdm(folds, "Evaluating actors", unit="fold"):
        layers = layer_selection.select(labelled.subset(train))
        selected = labelled.select_layers(layers)
        training_set, test_set = selected.subset(train), selected.subset(test)
        models = fitting.fit(training_set, seed)
        classifier = models.classifier
        features = classifier.features(test_set.embeddings)
        prediction = classifier.predict_features(features, features.rows)
        out_of_fold[test] = prediction.probabilities
        confident[test] = metrics.confident(prediction)
        adapted[test] = classifier.predict_features(
            features,
            enrolment.adapt_all(
                models.adaptation,
                features.rows,
                test_set.speakers,
                enrolment.enrol(test_set, classifier.projection),
            ),
        ).probabilities
        taught = labelled_clips.answer(models, features, test_set.emotions, test_set.speakers, seed)
        for name, of_speakers in taught.items():
            answers.setdefault(name, []).extend(of_speakers)
        embedding_map = map_layout.lay_out(models.out_of_fold, training_set.utterances, seed)
        on_map.extend(_map_label(embedding_map, prediction.pooled) == test_set.emotions)
    scores = metrics.scores(labelled, metrics.most_probable(out_of_fold))
    scores |= metrics.reliability(labelled.emotions, out_of_fold, confident)
    scores["labelled"] = labelled_clips.score(answers)
    measured = {
        "enrolment": _enrolment_gain(labelled, out_of_fold, adapted),
        "map": {"accuracy": float(np.mean(on_map)), "protocol": "actors"},
    }
    return scores, measured, out_of_fold


def _map_label(embedding_map: EmbeddingMap, probabilities: np.ndarray) -> np.ndarray:
    """Return the label of the map where each clip is placed, probabilities of shape (n, 8)."""
    vote = KNeighborsClassifier(MAP_NEIGHBORS).fit(embedding_map.positions, embedding_map.emotions)
    return vote.predict([embedding_map.place(row).position for row in probabilities])


def _enrolment_gain(
    labelled: LabelledEmbeddings, unadapted: np.ndarray, adapted: np.ndarray
) -> dict:
    """Compare probabilities without and with enrolment, both of shape (n, 8).

    Clips that were enrolled with are not scored, nor are speakers without such clips.

    Returns:
        `ua` with enrolment, `gain_ua` and `n`, the clips scored; empty if nobody enrolled.
    """
    rows = enrolment.enrolment_rows(labelled.utterances)
    scored = np.isin(labelled.speakers, list(rows))
    scored[[row for of_speaker in rows.values() for row in of_speaker]] = False
    if not scored.any():
        return {}
    before, after = (
        metrics.unweighted_accuracy(
            labelled.emotions[scored], metrics.most_probable(probabilities[scored])
        )
        for probabilities in (unadapted, adapted)
    )
    return {"ua": after, "gain_ua": after - before, "n": int(scored.sum())}


def reevaluate(folder: Path = artifacts.FOLDER) -> dict:
    """Evaluate again from the embeddings that training kept; write and return the metrics."""
    manifest = artifacts.verify(folder)
    measured, out_of_fold = evaluate(labelled_embeddings.load(folder), SEED)
    # Read after evaluating: other studies may have written their results in the meantime.
    content = artifacts.read_json(folder / artifacts.METRICS)
    content["protocols"] |= measured.pop("protocols")
    content |= measured
    with artifacts.replacing(folder, manifest) as fresh:
        np.save(fresh / artifacts.OUT_OF_FOLD, out_of_fold)
        artifacts.write_json(fresh / artifacts.METRICS, content)
    return content


def table(content: dict, line: Callable[[str], None] = print) -> None:
    """Print the scores of each protocol in percent, with the chance level."""
    line(f"{'protocol':<10}{'WA %':>8}{'UA %':>8}")
    for protocol in protocols.PROTOCOLS:
        result = content["protocols"][protocol]
        line(f"{protocol:<10}{100 * result['wa']:>8.1f}{100 * result['ua']:>8.1f}")
    actors, enrolled = content["protocols"]["actors"], content["enrolment"]
    chance = 100 / len(actors["per_class_recall"])
    line(f"{'chance':<10}{chance:>8.1f}{chance:>8.1f}")
    accuracy = actors["selective_accuracy"]
    correct = f", of which {accuracy:.1%} are correct" if actors["coverage"] else ""
    line(f"actors: ECE {actors['ece']:.3f}; {actors['coverage']:.1%} confident answers{correct}")
    if enrolled:
        gain = f"{100 * enrolled['gain_ua']:+.1f} points"
        line(f"with two neutral clips: UA {enrolled['ua']:.1%}, {gain}")
    line(f"map: {content['map']['accuracy']:.1%} of actors' clips are placed among their emotion")
