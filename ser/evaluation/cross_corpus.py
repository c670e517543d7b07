"""Cross-corpus evaluation: each corpus is left out of everything that is fitted to labels.

The encoder's fine-tuning is included in that. A corpus is scored over the emotions in common, under
conditions that differ in what is available of a speaker:

`unknown_speaker` nothing; `two_neutral` two neutral clips; `three_clips` three clips without
labels, sampled at random. Also one and ten clips, three of one emotion, and three of the scored
clip's own emotion, which the adaptation must not subtract. A clip is never available for itself.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from ser import artifacts
from ser.evaluation import metrics, speaker_metrics
from ser.evaluation.enrolment_sampling import N_UNLABELLED, EnrolmentSampling, Sampler
from ser.labels import LABELS
from ser.models.encoder import Encoder
from ser.models.speaker import UNKNOWN_SPEAKER
from ser.training.classifier import enrolment
from ser.training.data import corpora
from ser.training.labelled_embeddings import (
    SEED,
    LabelledEmbeddings,
    concatenate,
    embed_clean,
    embed_labelled,
)

TRAINING_CORPUS = "ravdess"  # of the shipped classifier
HEADLINE = ("unknown_speaker", "two_neutral", "three_clips")
MORE_CLIPS = (1, 10)  # further numbers of clips without labels


def evaluate(
    data: Sequence[Path],
    encoders: Mapping[str, Path],
    folder: Path = artifacts.FOLDER,
    other_encoders: Sequence[Path] = (),
) -> dict:
    """Score every corpus; write and return `protocols.cross_corpus` of metrics.json.

    Args:
        data: folders, each with a labelled corpus, RAVDESS among them.
        encoders: by corpus, the one that was not fine-tuned on it; that of the artifacts in
            `folder` for corpora without one.
        other_encoders: folders of further encoders, identified by their names; each is scored on
            the corpora that it was not fine-tuned on, under HEADLINE's conditions.

    Raises:
        SerError: an encoder was fine-tuned on the corpus that it would be scored on.
    """
    tables = {}
    for path in data:
        utterances = corpora.table(path).utterances
        tables[utterances[0].corpus] = utterances
    further_encoders = {path.name: Encoder(path) for path in other_encoders}
    results = {}
    for corpus in tables:
        encoder = Encoder(encoders.get(corpus, folder / "encoder"))
        speaker_metrics.require_not_fine_tuned(encoder, corpus, f"--encoder {corpus}=DIR")
        test_set, training_set = _embed(encoder, corpus, tables)
        results[corpus] = leave_out(test_set, training_set, SEED) | _of_encoder(encoder, test_set)
        if human := speaker_metrics.human_listeners(test_set.utterances):
            results[corpus]["human_listeners"] = human
        results[corpus]["other_encoders"] = {}
        for name, encoder in further_encoders.items():
            if corpus not in encoder.fine_tuned_on:
                test_set, training_set = _embed(encoder, corpus, tables)
                results[corpus]["other_encoders"][name] = leave_out(
                    test_set, training_set, SEED, headline_only=True
                ) | _of_encoder(encoder, test_set)
    content = artifacts.read_json(folder / artifacts.METRICS)
    content["protocols"]["cross_corpus"] = results
    artifacts.write_metrics(folder, content)
    return results


def _embed(
    encoder: Encoder, corpus: str, tables: Mapping[str, Sequence]
) -> tuple[LabelledEmbeddings, LabelledEmbeddings]:
    """Return the corpus to score, and the corpora to train on."""
    training = [TRAINING_CORPUS]
    if corpus == TRAINING_CORPUS:
        training = [name for name in tables if name != TRAINING_CORPUS]
    test_set, _ = embed_clean(encoder, tables[corpus])
    sets = [embed_labelled(encoder, tables[name], SEED)[0] for name in training]
    return test_set, concatenate(sets)


def _of_encoder(encoder: Encoder, test_set: LabelledEmbeddings) -> dict:
    """Return the metrics of an encoder that do not depend on the classifier."""
    result = {"encoder_fine_tuned_on": list(encoder.fine_tuned_on)}
    if test_set.utterances[0].corpus != TRAINING_CORPUS:
        result["speaker_independent_probe"] = speaker_metrics.speaker_independent_probe(
            test_set, SEED
        )
    return result


def leave_out(
    test_set: LabelledEmbeddings,
    training_set: LabelledEmbeddings,
    seed: int,
    headline_only: bool = False,
) -> dict:
    """Score a corpus with a classifier that was fitted to others.

    Returns:
        HEADLINE's conditions, `n_clips.<n>`, `three_clips_of_one_emotion`,
        `three_clips_of_same_emotion`, `without_noisy_copies` and `without_directions` (ablations of
        `unknown_speaker`), each as `speaker_metrics.score` returns it; `unknown_speaker`, if fitted
        to RAVDESS, with `metrics.selective`; `emotions` in common; `groups` of unknown speakers.
    """
    classifier, adaptation, _ = enrolment.fit(training_set, seed)
    common = [
        label for label in LABELS if label in training_set.emotions and label in test_set.emotions
    ]
    scored = np.isin(test_set.emotions, common)
    unadapted = classifier.predict(test_set.embeddings)

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
                embedding = test_set.embeddings[sampled]
                if neutral:
                    speaker = speaker.update_neutral(embedding)
                else:
                    speaker = speaker.update(embedding, unadapted.ensemble[sampled])
            adapted.append(adaptation.adapt(test_set.embeddings[row], speaker))
            rows.append(row)
        predicted = np.full(len(scored), "", dtype=object)
        prediction = classifier.predict(test_set.embeddings[rows], np.array(adapted))
        predicted[rows] = metrics.most_probable(prediction.probabilities, common)
        return predicted

    def score(predicted: np.ndarray) -> dict:
        return speaker_metrics.score(test_set, predicted, seed)

    def ablated(training_set: LabelledEmbeddings) -> dict:
        classifier, _ = enrolment.fit_unadapted(training_set, seed)
        probabilities = classifier.predict(test_set.embeddings).probabilities
        return score(np.where(scored, metrics.most_probable(probabilities, common), ""))

    sampling = EnrolmentSampling(test_set)
    unknown = np.where(scored, metrics.most_probable(unadapted.probabilities, common), "")
    results = {
        "unknown_speaker": score(unknown),
        "two_neutral": score(predict(sampling.neutral(seed), neutral=True)),
        "three_clips": score(predict(sampling.any_emotion(N_UNLABELLED))),
    }
    if headline_only:
        return results
    # The encoder was fine-tuned on the other corpora. A classifier fitted to them is too confident
    # of its training clips for the threshold to hold for unknown speakers.
    if training_set.utterances[0].corpus == TRAINING_CORPUS:
        results["unknown_speaker"] |= speaker_metrics.selective(
            test_set, unadapted.probabilities, common, unadapted.threshold
        )
    return results | {
        "without_noisy_copies": ablated(training_set.without_noisy_copies()),
        "without_directions": ablated(training_set.without_directions()),
        "three_clips_of_one_emotion": score(predict(sampling.one_emotion)),
        "three_clips_of_same_emotion": score(predict(sampling.same_emotion)),
        "n_clips": {str(N_UNLABELLED): results["three_clips"]}
        | {str(n): score(predict(sampling.any_emotion(n))) for n in MORE_CLIPS},
        "emotions": common,
        "groups": speaker_metrics.by_group(test_set, unknown, seed),
    }


def table(results: dict, line: Callable[[str], None] = print) -> None:
    """Print UA in percent by corpus, with its intervals."""
    line(f"{'UA %':<10}" + "".join(f"{name:>20}" for name in HEADLINE))
    for corpus, result in results.items():
        cells = (
            "{:.1f} ({:.1f}-{:.1f})".format(*(100 * x for x in (scored["ua"], *scored["ci95"])))
            for scored in (result[name] for name in HEADLINE)
        )
        line(f"{corpus:<10}" + "".join(f"{cell:>20}" for cell in cells))
