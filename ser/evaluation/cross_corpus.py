"""Cross-corpus evaluation: each corpus is left out of everything that is fitted to labels.

A corpus is scored over the emotions in common, under conditions that differ in what is available of
a speaker:

`unknown_speaker` nothing; `two_neutral` two neutral clips; `three_clips` three clips without
labels, sampled at random. Also one and ten clips, three of one emotion, and three of the scored
clip's own emotion, which the adaptation must not subtract. A clip is never available for itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ser import artifacts
from ser.errors import SerError
from ser.evaluation import ablation, metrics, speaker_metrics
from ser.evaluation.enrolment_sampling import N_UNLABELLED, EnrolmentSampling, Sampler
from ser.labels import LABELS
from ser.models.classifier import EmotionClassifier
from ser.models.speaker import UNKNOWN_SPEAKER
from ser.recognizer import Recognizer
from ser.training import labelled_embeddings
from ser.training.classifier import fitting
from ser.training.classifier.fitting import FittedModels
from ser.training.data import corpora
from ser.training.labelled_embeddings import (
    SEED,
    LabelledEmbeddings,
    embed_labelled,
    project,
)

HEADLINE = ("unknown_speaker", "two_neutral", "three_clips")
MIN_CORPORA = 3
MORE_CLIPS = (1, 10)  # further numbers of clips without labels


def evaluate(data: Sequence[Path], folder: Path = artifacts.FOLDER) -> dict:
    """Score every corpus; write and return `protocols.cross_corpus` of metrics.json.

    Args:
        data: folders, each with a labelled corpus. The first is the home corpus of the classifier,
            the second where that is left out.
        folder: of the artifacts, whose encoder is used.

    Raises:
        SerError: the encoder was fine-tuned on a corpus, or there are fewer than three.
    """
    sets = embed_corpora(data, folder)
    _, sounds = labelled_embeddings.load(folder)
    results, ablated = {}, {}
    for corpus in tqdm(sets, "Leaving out", unit="corpus"):
        test_set, training_set = sets[corpus], leave_out(sets, corpus)
        models = fitting.fit(training_set, sounds, SEED)
        results[corpus] = score(test_set, models, SEED)
        for part, without in ablation.without_each_part(models.classifier, training_set, SEED):
            ablated.setdefault(part, []).append(of_unknown_speakers(without, test_set))
        results[corpus]["speaker_independent_probe"] = speaker_metrics.speaker_independent_probe(
            test_set, SEED
        )
        if human := speaker_metrics.human_listeners(test_set.utterances):
            results[corpus]["human_listeners"] = human
    content = artifacts.read_json(folder / artifacts.METRICS)
    content["protocols"]["cross_corpus"] = results
    complete = [result["unknown_speaker"] for result in results.values()]
    content.setdefault("ablation", {})["cross_corpus"] = {
        part: {key: float(np.mean([score[key] for score in scores])) for key in ("ua", "ece")}
        for part, scores in ({"none": complete} | ablated).items()
    }
    artifacts.write_metrics(folder, content)
    return results


def embed_corpora(data: Sequence[Path], folder: Path) -> dict[str, LabelledEmbeddings]:
    """Embed corpora with the encoder of the artifacts; by corpus."""
    encoder = Recognizer.load(folder).encoder
    sets = {}
    for path in data:
        labelled, _ = embed_labelled(encoder, corpora.table(path).utterances)
        corpus = labelled.utterances[0].corpus
        speaker_metrics.require_not_fine_tuned(encoder, corpus)
        sets[corpus] = labelled
    if len(sets) < MIN_CORPORA:
        raise SerError(
            f"There are {len(sets)} corpora; at least {MIN_CORPORA} are needed, so that a home "
            "corpus and another one are left to train on. Give more folders to --data."
        )
    return sets


def leave_out(sets: Mapping[str, LabelledEmbeddings], corpus: str) -> LabelledEmbeddings:
    """Return the training set of all corpora but one; the first of them is its home corpus."""
    home, *others = [labelled for name, labelled in sets.items() if name != corpus]
    return replace(home, others=project(others, SEED))


def score(test_set: LabelledEmbeddings, models: FittedModels, seed: int) -> dict:
    """Score a corpus with models that were fitted to others.

    Returns:
        HEADLINE's conditions, `n_clips.<n>`, `three_clips_of_one_emotion` and
        `three_clips_of_same_emotion`, each as `speaker_metrics.score` returns it, the first of them
        with `metrics.reliability`, for which any of LABELS may be the answer; `emotions` in
        common; `largest_share`, of one emotion's fraction of the answers over its fraction of the
        clips; `voices_rejected`, the fraction of clips in which no voice is detected; `groups` of
        unknown speakers.
    """
    classifier = models.classifier
    common = _common(classifier, test_set)
    scored = np.isin(test_set.emotions, common)
    features = classifier.projection(test_set.embeddings)
    unadapted = classifier.predict(test_set.embeddings, features)

    def predict(sampler: Sampler, neutral: bool = False) -> np.ndarray:
        """Predict each clip adapted to what is sampled; empty where it is not to be scored."""
        rng = np.random.default_rng(seed)
        adapted, rows = [], []
        for row in range(len(scored)):
            available = sampler(row, rng)
            if available is None or not scored[row]:
                continue
            speaker = UNKNOWN_SPEAKER
            for sampled in available:
                if neutral:
                    speaker = speaker.update_neutral(features[sampled])
                else:
                    speaker = speaker.update(features[sampled], unadapted.pooled[sampled])
            adapted.append(models.adaptation.adapt(features[row], speaker))
            rows.append(row)
        predicted = np.full(len(scored), "", dtype=object)
        if rows:
            prediction = classifier.predict(test_set.embeddings[rows], np.array(adapted))
            predicted[rows] = metrics.most_probable(prediction.probabilities, common)
        return predicted

    def scores(predicted: np.ndarray) -> dict:
        return speaker_metrics.score(test_set, predicted, seed) if (predicted != "").any() else {}

    sampling = EnrolmentSampling(test_set)
    unknown = np.where(scored, metrics.most_probable(unadapted.probabilities, common), "")
    emotions = test_set.emotions[scored]
    three = scores(predict(sampling.any_emotion(N_UNLABELLED)))
    return {
        "unknown_speaker": scores(unknown) | of_unknown_speakers(classifier, test_set),
        "two_neutral": scores(predict(sampling.neutral(seed), neutral=True)),
        "three_clips": three,
        "three_clips_of_one_emotion": scores(predict(sampling.one_emotion)),
        "three_clips_of_same_emotion": scores(predict(sampling.same_emotion)),
        "n_clips": {str(N_UNLABELLED): three}
        | {str(n): scores(predict(sampling.any_emotion(n))) for n in MORE_CLIPS},
        "emotions": common,
        "largest_share": max(
            float(np.mean(unknown[scored] == label) / np.mean(emotions == label))
            for label in common
        ),
        "voices_rejected": float(np.mean(~models.voice_detector.detect(features))),
        "groups": speaker_metrics.by_group(test_set, unknown, seed),
    }


def of_unknown_speakers(classifier: EmotionClassifier, test_set: LabelledEmbeddings) -> dict:
    """Return `ua` over the emotions in common and `metrics.reliability` of their clips."""
    common = _common(classifier, test_set)
    scored = np.isin(test_set.emotions, common)
    emotions = test_set.emotions[scored]
    prediction = classifier.predict(test_set.embeddings[scored])
    predicted = metrics.most_probable(prediction.probabilities, common)
    confident = metrics.confident(prediction)
    return {"ua": metrics.unweighted_accuracy(emotions, predicted)} | metrics.reliability(
        emotions, prediction.probabilities, confident
    )


def _common(classifier: EmotionClassifier, test_set: LabelledEmbeddings) -> list[str]:
    known = [LABELS[column] for column in classifier.classes]
    return [label for label in known if label in test_set.emotions]


def table(results: dict, line: Callable[[str], None] = print) -> None:
    """Print UA in percent by corpus, with its intervals."""
    line(f"{'UA %':<10}" + "".join(f"{name:>20}" for name in HEADLINE))
    for corpus, result in results.items():
        cells = (
            "{:.1f} ({:.1f}-{:.1f})".format(*(100 * x for x in (scored["ua"], *scored["ci95"])))
            if (scored := result[name])
            else ""
            for name in HEADLINE
        )
        line(f"{corpus:<10}" + "".join(f"{cell:>20}" for cell in cells))
