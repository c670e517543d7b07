"""Scores of a corpus that nothing was fitted to, by what is available of a speaker.

A corpus is scored over the emotions in common. `unknown_speaker`: nothing is available;
`two_neutral`: two neutral clips; `three_clips`: three clips without labels, sampled at random. Also
one and ten clips, three of one emotion, and three of the scored clip's own emotion, which the
adaptation must not subtract. A clip is never available for itself.
"""

import numpy as np

from ser.evaluation import metrics
from ser.evaluation.speakers import labelled_clips, speaker_metrics
from ser.evaluation.speakers.enrolment_sampling import N_UNLABELLED, EnrolmentSampling, Sampler
from ser.labels import LABELS
from ser.models.classifier import EmotionClassifier, Prediction
from ser.models.speaker import UNKNOWN_SPEAKER
from ser.training.classifier.fitting import FittedModels
from ser.training.labelled_embeddings import LabelledEmbeddings

HEADLINE = ("unknown_speaker", "two_neutral", "three_clips")
MORE_CLIPS = (1, 10)  # further numbers of clips without labels


def score(test_set: LabelledEmbeddings, models: FittedModels, seed: int) -> dict:
    """Score a corpus with models that were fitted to others.

    Returns:
        HEADLINE's conditions, `n_clips.<n>`, `three_clips_of_one_emotion` and
        `three_clips_of_same_emotion`, each as `speaker_metrics.score` returns it, the first of them
        with `metrics.reliability`, for which any of LABELS may be the answer; `emotions` in
        common; `largest_share`, of one emotion's fraction of the answers over its fraction of the
        clips; `groups` of unknown speakers; `labelled`, see labelled_clips.py.
    """
    classifier = models.classifier
    common = _common(classifier, test_set)
    scored = np.isin(test_set.emotions, common)
    features = classifier.features(test_set.embeddings)
    unadapted = classifier.predict_features(features, features.rows)

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
                    speaker = speaker.update_neutral(features.rows[sampled])
                else:
                    speaker = speaker.update(features.rows[sampled], unadapted.pooled[sampled])
            adapted.append(models.adaptation.adapt(features.rows[row], speaker))
            rows.append(row)
        predicted = np.full(len(scored), "", dtype=object)
        if rows:
            prediction = classifier.predict_features(features[rows], np.array(adapted))
            predicted[rows] = metrics.most_probable(prediction.probabilities, common)
        return predicted

    def scores(predicted: np.ndarray) -> dict:
        return speaker_metrics.score(test_set, predicted, seed) if (predicted != "").any() else {}

    sampling = EnrolmentSampling(test_set)
    unknown = np.where(scored, metrics.most_probable(unadapted.probabilities, common), "")
    emotions = test_set.emotions[scored]
    three = scores(predict(sampling.any_emotion(N_UNLABELLED)))
    return {
        "unknown_speaker": scores(unknown) | _reliability(test_set, unadapted, common),
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
        "groups": speaker_metrics.by_group(test_set, unknown, seed),
        "labelled": labelled_clips.score(
            labelled_clips.answer(
                models, features[scored], emotions, test_set.speakers[scored], seed
            )
        ),
    }


def of_unknown_speakers(classifier: EmotionClassifier, test_set: LabelledEmbeddings) -> dict:
    """Return `ua` over the emotions in common and `metrics.reliability` of their clips."""
    prediction = classifier.predict(test_set.embeddings)
    return _reliability(test_set, prediction, _common(classifier, test_set))


def _reliability(test_set: LabelledEmbeddings, prediction: Prediction, common: list[str]) -> dict:
    scored = np.isin(test_set.emotions, common)
    emotions, probabilities = test_set.emotions[scored], prediction.probabilities[scored]
    predicted = metrics.most_probable(probabilities, common)
    return {"ua": metrics.unweighted_accuracy(emotions, predicted)} | metrics.reliability(
        emotions, probabilities, metrics.confident(prediction)[scored]
    )


def _common(classifier: EmotionClassifier, test_set: LabelledEmbeddings) -> list[str]:
    known = [LABELS[column] for column in classifier.classes]
    return [label for label in known if label in test_set.emotions]
