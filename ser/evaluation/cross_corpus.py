"""Protocol `corpora`: how right the answers are for people, rooms and microphones never met.

Each corpus in turn is left out of everything that learns from labels, the encoder included, and is
scored over the emotions in common. What is known of a speaker by then differs:

`stranger` nothing; `neutral` two neutral clips; `session` three earlier clips, unlabelled, drawn at
random; beside it one, ten, three of one and the same emotion, and three of the scored clip's own,
which must not become what is normal. A clip is never scored with itself among what is known.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from ser import artifacts
from ser.evaluation import speaker_metrics
from ser.evaluation.enrolment_sampling import SESSION, Draw, Draws, nothing
from ser.labels import LABELS
from ser.models.classifier import EmotionClassifier
from ser.models.encoder import Encoder
from ser.models.speaker import UNKNOWN_SPEAKER, SpeakerAdaptation
from ser.training.classifier import enrolment
from ser.training.data import corpora, ravdess
from ser.training.data.corpora import speakers
from ser.training.data.utterance import Utterance
from ser.training.embedding import embed
from ser.training.generated_sounds import in_noise
from ser.training.train import SEED

HOME = ravdess.CORPUS  # the corpus that the shipped classifier is trained on
HEADLINE = ("unknown_speaker", "two_neutral", "three_clips")
SESSIONS = (1, 10)  # clips, beside SESSION, which is the headline


def evaluate(
    data: Sequence[Path],
    taught_without: Mapping[str, Path],
    folder: Path = artifacts.FOLDER,
    beside: Sequence[Path] = (),
) -> dict:
    """Score every corpus as a stranger; write `protocols.corpora` into metrics.json, return it.

    Args:
        data: folders, each with a labelled corpus, RAVDESS among them.
        taught_without: by corpus, the encoder that was not taught its labels; the one in `folder`
            where none is named.
        beside: folders of further encoders, told apart by their names; each is scored on the
            corpora that it was not taught, in HEADLINE's conditions (`<corpus>.beside.<name>`).

    Raises:
        SerError: a corpus would be scored with an encoder that was taught its labels.
    """
    tables = {}
    for path in data:
        utterances = corpora.table(path).utterances
        tables[utterances[0].corpus] = utterances
    others = {path.name: Encoder(path) for path in beside}
    results = {}
    for corpus in tables:
        encoder = Encoder(taught_without.get(corpus, folder / "encoder"))
        speaker_metrics.require_untaught(encoder, corpus, f"--encoder {corpus}=DIR")
        results[corpus] = _heard_by(encoder, corpus, tables)
        results[corpus]["other_encoders"] = {
            name: _heard_by(other, corpus, tables, brief=True)
            for name, other in others.items()
            if corpus not in other.fine_tuned_on
        }
    metrics = artifacts.read_json(folder / artifacts.METRICS)
    metrics["protocols"]["cross_corpus"] = results
    artifacts.write_metrics(folder, metrics)
    return results


def _heard_by(
    encoder: Encoder,
    corpus: str,
    tables: Mapping[str, Sequence[Utterance]],
    brief: bool = False,
) -> dict[str, object]:
    """Score a corpus with an encoder that was not taught it, and a classifier of the others."""
    home = [HOME] if corpus != HOME else [name for name in tables if name != HOME]
    embeddings, copies, readable = {}, {}, {}
    for name in (corpus, *home):
        embeddings[name], readable[name], _ = embed(encoder, tables[name])
    for name in home:
        copies[name] = embed(encoder, readable[name], in_noise(SEED))[0]
    result = leave_out(corpus, embeddings, copies, encoder.directions, readable, home, SEED, brief)
    result["encoder_fine_tuned_on"] = list(encoder.fine_tuned_on)
    if corpus != HOME:
        result["speaker_independent_probe"] = speaker_metrics.by_speakers(
            embeddings[corpus], readable[corpus], SEED
        )
    if not brief and (crowd := speaker_metrics.listeners(readable[corpus])):
        result["human_listeners"] = crowd
    return result


def leave_out(
    corpus: str,
    embeddings: Mapping[str, np.ndarray],
    copies: Mapping[str, np.ndarray],
    directions: np.ndarray,
    tables: Mapping[str, Sequence[Utterance]],
    home: Sequence[str],
    seed: int,
    brief: bool = False,
) -> dict:
    """Score a corpus with a classifier that was trained on others.

    Args:
        embeddings, tables: by corpus; of an encoder that was not taught the left-out one's labels.
        home: the corpora to train the classifier on.
        copies: by home corpus, the embeddings of a copy of each clip in noise.
        directions: the encoder's.
        brief: score in HEADLINE's conditions alone.

    Returns:
        `stranger`, `neutral`, `session`, `sessions.<clips>`, `session_of_one_emotion`,
        `session_of_its_emotion`, `without_copies` and `without_directions` (a stranger, had the
        classifier not learned from them), each with `ua`, its 95 % interval `ci95` and `n` clips;
        `stranger`, if trained on RAVDESS, with what `people.sure_answers` tells; `emotions` in
        common; `groups` of strangers, as far as the corpus tells them.
    """
    lessons = [each for name in home for each in tables[name]]
    emotions = [each.emotion for each in lessons]
    lessons_heard, noisy = (
        np.concatenate([heard[name] for name in home]) for heard in (embeddings, copies)
    )
    taught = lessons_heard, emotions, speakers(lessons)
    classifier = EmotionClassifier(seed).fit(*taught, [noisy], directions)
    adaptation = SpeakerAdaptation.fit(lessons_heard, emotions)
    enrolled = (
        enrolment.train(lessons_heard, noisy, lessons, directions, adaptation, seed) or classifier
    )
    utterances, unseen = tables[corpus], embeddings[corpus]
    common = sorted(set(emotions) & {each.emotion for each in utterances}, key=LABELS.index)

    expected_counts, answers = classifier.answer(unseen)
    scored = np.isin([each.emotion for each in utterances], common)

    def under(
        draw: Draw, answering: EmotionClassifier = enrolled, neutral: bool = False
    ) -> np.ndarray:
        """Predict each clip given what is drawn; empty where it is not to be scored."""
        random = np.random.default_rng(seed)
        adapted, rows = [], []
        for row in range(len(utterances)):
            before = draw(row, random)
            if before is None or not scored[row]:
                continue
            speaker = UNKNOWN_SPEAKER
            for other in before:
                if neutral:
                    speaker = speaker.update_neutral(unseen[other])
                else:
                    speaker = speaker.update(unseen[other], expected_counts[other])
            adapted.append(adaptation.adapt(unseen[row], speaker))
            rows.append(row)
        predicted = np.full(len(utterances), "", dtype=object)
        predicted[rows] = _among(common, answering.probabilities(unseen[rows], np.array(adapted)))
        return predicted

    draws = Draws(utterances)
    stranger = np.where(scored, _among(common, answers), "")
    predictions = {
        "unknown_speaker": stranger,
        "two_neutral": under(draws.neutral(seed), neutral=True),
        "three_clips": under(draws.any(SESSION)),
    }
    if not brief:
        alone = EmotionClassifier(seed).fit(*taught, directions=directions)
        untold = EmotionClassifier(seed).fit(*taught, [noisy])
        predictions |= {
            "without_noisy_copies": under(nothing, alone),
            "without_directions": under(nothing, untold),
            "three_clips_of_one_emotion": under(draws.of_one_emotion),
            "three_clips_of_same_emotion": under(draws.of_its_emotion),
        }
    scores = {
        name: speaker_metrics.score(utterances, found, seed) for name, found in predictions.items()
    }
    if brief:
        return scores
    # Clips that the encoder was taught are answered too well to tell when strangers are.
    if HOME in home:
        scores["unknown_speaker"] |= speaker_metrics.sure_answers(
            answers, utterances, common, classifier.threshold
        )
    others = {
        str(count): speaker_metrics.score(utterances, under(draws.any(count)), seed)
        for count in SESSIONS
    }
    return {
        **scores,
        "n_clips": {str(SESSION): scores["three_clips"]} | others,
        "emotions": common,
        "groups": speaker_metrics.by_group(utterances, stranger, seed),
    }


def table(results: dict, line: Callable[[str], None] = print) -> None:
    """Print UA in percent by corpus, with the intervals."""
    line(f"{'UA %':<10}" + "".join(f"{name:>20}" for name in HEADLINE))
    for corpus, result in results.items():
        cells = (
            "{:.1f} ({:.1f}-{:.1f})".format(*(100 * x for x in (scored["ua"], *scored["ci95"])))
            for scored in (result[name] for name in HEADLINE)
        )
        line(f"{corpus:<10}" + "".join(f"{cell:>20}" for cell in cells))


def _among(emotions: Sequence[str], probabilities: np.ndarray) -> np.ndarray:
    """The most probable of some emotions, probabilities of shape (n, 8)."""
    columns = [LABELS.index(emotion) for emotion in emotions]
    return np.array(emotions)[probabilities[:, columns].argmax(axis=1)]
