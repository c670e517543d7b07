"""Who speaks when in conversations (conversations.py), and in which emotion.

The speakers served for nothing else: what tells speakers apart was fitted to and chosen by others
(speaker_separation.HELD_OUT), and the classifier is fitted again without them, to embeddings of an
encoder that was not fine-tuned on their corpora.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pyannote.core import Annotation, Segment
from pyannote.core import Timeline as Extent
from pyannote.metrics.diarization import DiarizationErrorRate
from tqdm import tqdm

from ser import artifacts
from ser.audio.clip import SAMPLING_RATE
from ser.errors import SerError
from ser.evaluation import conversations, metrics
from ser.evaluation.conversations import Conversation, Turn
from ser.evaluation.cross_corpus import independent_encoder
from ser.models.encoder import Encoder
from ser.recognizer import Recognizer
from ser.timeline import speakers
from ser.timeline.timeline import Timeline
from ser.timeline.turns import Windows, find_windows, timeline_of
from ser.training.classifier import fitting, speaker_separation
from ser.training.data import corpora
from ser.training.data.utterance import Utterance
from ser.training.labelled_embeddings import SEED, embed_labelled, project

N_CONVERSATIONS = 40
COLLAR = 0.25  # s around the edges of turns that is not scored, as pyannote.metrics takes it
NO_ANSWER = ""  # emotion of a turn in which no voice was detected


@dataclass(frozen=True)
class Answers:
    """The timelines of one conversation.

    Attributes:
        turns: the truth.
        given, found: with the number of speakers said and found.
        one_voice: of the same windows, with one voice assumed.
    """

    turns: tuple[Turn, ...]
    given: Timeline
    found: Timeline
    one_voice: Timeline


def measure(
    data: Sequence[Path],
    folder: Path = artifacts.FOLDER,
    n_conversations: int = N_CONVERSATIONS,
    encoders: Sequence[Path] = (),
) -> dict:
    """Score generated conversations; write and return `protocols.conversations` of metrics.json.

    Args:
        data: folders with a labelled corpus each, the home corpus first, those of
            speaker_separation.HELD_OUT among them.
        folder: of the artifacts.
        n_conversations: fewer are the first ones.
        encoders: further ones; used is the first, after that of the artifacts, which was not
            fine-tuned on the corpora of HELD_OUT.

    Raises:
        SerError: a folder cannot be used, there are too few held-out speakers, or all encoders were
            fine-tuned on their corpora.
    """
    of_speakers, training = split([corpora.table(path).utterances for path in data])
    recognizer = without_held_out(training, folder, encoders)
    generated = conversations.generate(of_speakers, n_conversations, SEED)
    answers = (
        _answers(recognizer, conversation)
        for conversation in tqdm(generated, "Conversations", n_conversations)
    )
    results = score(answers)
    results["encoder_fine_tuned_on"] = list(recognizer.encoder.fine_tuned_on)
    content = artifacts.read_json(folder / artifacts.METRICS)
    content["protocols"]["conversations"] = results
    artifacts.write_metrics(folder, content)
    return results


def score(answers: Iterable[Answers]) -> dict:
    """Return diarisation error rates, 0 on, and UA of turns, 0-1.

    Returns:
        `der_given`, `der_found` and `der_one_speaker`; `right_number`, 0-1; `ua_given`, `ua_found`
        and `ua_one_voice`; the number of `conversations`, `turns` and `hours`.
    """
    rates = {
        name: DiarizationErrorRate(collar=COLLAR, skip_overlap=False)
        for name in ("given", "found", "one_speaker")
    }
    right, seconds, emotions, predicted = [], 0.0, [], {}
    for answer in answers:
        truth = _annotation((turn.start, turn.end, turn.speaker) for turn in answer.turns)
        extent = Extent([Segment(0, answer.given.duration)])
        rates["given"](truth, _annotation(answer.given.turns), uem=extent)
        rates["found"](truth, _annotation(answer.found.turns), uem=extent)
        alone = [(start, end, 1) for start, end, _ in answer.given.turns]
        rates["one_speaker"](truth, _annotation(alone), uem=extent)
        right.append(answer.found.n_speakers == len({turn.speaker for turn in answer.turns}))
        seconds += answer.given.duration
        emotions += [turn.emotion for turn in answer.turns]
        for name in ("given", "found", "one_voice"):
            labels = [emotion_of(turn, getattr(answer, name)) for turn in answer.turns]
            predicted.setdefault(name, []).extend(labels)
    return (
        {"conversations": len(right), "turns": len(emotions), "hours": seconds / 3600}
        | {f"der_{name}": float(abs(rate)) for name, rate in rates.items()}
        | {"right_number": float(np.mean(right))}
        | {
            f"ua_{name}": metrics.unweighted_accuracy(np.array(emotions), np.array(labels))
            for name, labels in predicted.items()
        }
    )


def emotion_of(turn: Turn, timeline: Timeline) -> str:
    """Return the emotion that is the most probable on average over the time of a turn."""
    total: dict[str, float] = {}
    for moment in timeline.moments:
        common = min(turn.end, moment.end) - max(turn.start, moment.start)
        if common > 0 and moment.probabilities:
            for label, probability in moment.probabilities.items():
                total[label] = total.get(label, 0.0) + common * probability
    return max(total, key=total.get) if total else NO_ANSWER


def table(results: dict) -> str:
    """Return the scores as text, in percent."""
    counts, others = ("conversations", "turns"), ("hours", "encoder_fine_tuned_on")
    cells = {
        name: str(value) if name in counts else f"{100 * value:.1f}"
        for name, value in results.items()
        if name not in others
    }
    return "\n".join(f"{name:<16} {cell}" for name, cell in cells.items())


def split(
    tables: Sequence[Sequence[Utterance]],
) -> tuple[list[list[Utterance]], list[list[Utterance]]]:
    """Return the utterances of held-out speakers, of corpora that have any, and all others'.

    Raises:
        SerError: a corpus of speaker_separation.HELD_OUT is missing, or only a part of it is there.
    """
    held_out, others = [], []
    for utterances in tables:
        left_out = speaker_separation.held_out(corpora.speakers(utterances))
        of_corpus = [u for u, out in zip(utterances, left_out, strict=True) if out]
        others.append([u for u, out in zip(utterances, left_out, strict=True) if not out])
        if of_corpus:
            held_out.append(of_corpus)
    if len(held_out) < len(speaker_separation.HELD_OUT):
        raise SerError(
            f"{len(held_out)} corpora hold speakers who are kept for conversations; "
            f"{len(speaker_separation.HELD_OUT)} are needed. Give the whole folders of "
            f"{' and '.join(speaker_separation.HELD_OUT)} to --data, beside the other corpora."
        )
    return held_out, others


def without_held_out(
    tables: Sequence[Sequence[Utterance]], folder: Path, encoders: Sequence[Path]
) -> Recognizer:
    """Return the recognizer with models fitted to these utterances, the home corpus first.

    encoders: as `measure` takes them.
    """
    shipped = Recognizer.load(folder)
    further = [Encoder(path) for path in encoders]
    encoder = independent_encoder([shipped.encoder, *further], tuple(speaker_separation.HELD_OUT))
    home, *others = [embed_labelled(encoder, utterances)[0] for utterances in tables]
    training_set = replace(home, others=project(others, encoder.fine_tuned_on, SEED))
    models = fitting.fit(training_set, SEED)
    return replace(
        shipped,
        encoder=encoder,
        classifier=models.classifier,
        adaptation=models.adaptation,
    )


def answers_of(recognizer: Recognizer, found: Windows, turns: tuple[Turn, ...]) -> Answers:
    """Return the timelines of a conversation's windows."""
    between = recognizer.speaker_projection.between

    def timeline(n_speakers: int | None) -> Timeline:
        numbers = speakers.assign(found.voices, found.durations, between, n_speakers)
        return timeline_of(found, numbers, recognizer.adaptation, recognizer.classifier)

    return Answers(turns, *map(timeline, (len({turn.speaker for turn in turns}), None, 1)))


def _answers(recognizer: Recognizer, conversation: Conversation) -> Answers:
    *_, found = find_windows(
        (SAMPLING_RATE, conversation.waveform),
        recognizer.encoder,
        recognizer.voice_detector,
        recognizer.classifier,
        recognizer.speaker_projection,
    )
    return answers_of(recognizer, found, conversation.turns)


def _annotation(turns: Iterable[tuple[float, float, str | int]]) -> Annotation:
    annotation = Annotation()
    for track, (start, end, speaker) in enumerate(turns):
        annotation[Segment(start, end), track] = str(speaker)
    return annotation
