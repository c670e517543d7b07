"""The protocol of conversations: error rates and emotions of turns."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from synthetic import made_up

from ser import artifacts
from ser.errors import SerError
from ser.evaluation import diarisation
from ser.evaluation.conversations import Turn
from ser.evaluation.diarisation import Answers
from ser.labels import LABELS
from ser.timeline.timeline import Moment, Timeline
from ser.training.classifier import speaker_separation

TURNS = (
    Turn(0, 10, "a", "angry"),
    Turn(10, 20, "b", "sad"),
    Turn(20, 30, "a", "sad"),
    Turn(30, 40, "b", "angry"),
)


def timeline(*parts):
    """Return a timeline of ten-second moments, of speakers and emotions."""
    moments = [
        Moment(10 * i, 10 * i + 10, emotion and {o: float(o == emotion) for o in LABELS}, speaker)
        for i, (speaker, emotion) in enumerate(parts)
    ]
    return Timeline(40.0, np.ones(400, np.float32), tuple(moments), 0.5)


RIGHT = timeline((1, "angry"), (2, "sad"), (1, "sad"), (2, "angry"))
ONE = timeline((1, "angry"), (1, "angry"), (1, "angry"), (1, "angry"))


def test_scores():
    missed = timeline((1, "angry"), (2, "sad"), (1, "sad"), (1, None))
    results = diarisation.score(
        [Answers(TURNS, RIGHT, ONE, ONE), Answers(TURNS, missed, RIGHT, ONE)]
    )
    assert (results["conversations"], results["turns"]) == (2, 8)
    assert results["hours"] == pytest.approx(80 / 3600)
    assert results["der_given"] == pytest.approx(1 / 8, abs=0.01)
    assert results["der_found"] == pytest.approx(2 / 8, abs=0.01)
    assert results["right_number"] == 0.5
    assert results["ua_given"] == pytest.approx(7 / 8)
    assert (results["ua_found"], results["ua_one_voice"]) == (0.75, 0.5)
    # What nobody was detected to say is missed by the baseline, too.
    assert results["der_one_speaker"] == pytest.approx(4 / 8, abs=0.02)
    assert "der_given" in diarisation.table(results)


def test_the_emotion_of_a_turn_is_that_of_most_of_its_time():
    assert diarisation.emotion_of(Turn(4, 17, "a", ""), RIGHT) == "sad"
    nothing = timeline((1, None), (1, "sad"))
    assert diarisation.emotion_of(Turn(1, 9, "a", ""), nothing) == diarisation.NO_ANSWER


def test_the_last_speakers_of_large_corpora_are_held_out():
    names = [f"crema_d {n}" for n in range(1001, 1092)] + [f"nemo {n}" for n in "ABCDEFGHI"]
    names += ["ravdess 01"] * 50
    held_out = speaker_separation.held_out(np.array(names))
    assert [name for name, out in zip(names, held_out, strict=True) if out] == [
        *(f"crema_d {n}" for n in range(1072, 1092)),
        *(f"nemo {n}" for n in "FGHI"),
    ]
    assert not speaker_separation.held_out(np.array(names[:30])).any()


def test_speakers_are_held_out_and_the_rest_is_trained_on():
    tables = [
        made_up("ravdess", 24, ("angry",), 1),
        made_up("crema_d", 41, ("angry", "sad"), 1),
        made_up("nemo", 9, ("angry",), 2),
    ]
    held_out, training = diarisation.split(tables)
    numbers = [{utterance.speaker for utterance in of_corpus} for of_corpus in held_out]
    assert [len(of_corpus) for of_corpus in numbers] == [20, 4]
    kept = [{utterance.speaker for utterance in of_corpus} for of_corpus in training]
    assert [len(of_corpus) for of_corpus in kept] == [24, 21, 5]
    assert not numbers[0] & kept[1] and not numbers[1] & kept[2]
    with pytest.raises(SerError, match="1 corpora hold speakers.*2 are needed"):
        diarisation.split([*tables[:2], made_up("nemo", 8, ("angry",), 2)])


def test_the_encoder_has_not_seen_the_labels_and_results_are_written(
    quick_training, recognizer, sets, tmp_path, monkeypatch
):
    artifacts.write_json(tmp_path / artifacts.MANIFEST, {})
    artifacts.write_json(tmp_path / artifacts.METRICS, {"protocols": {"actors": 1}})
    encoders = {
        name: SimpleNamespace(checkpoint=name, fine_tuned_on=fine_tuned_on)
        for name, fine_tuned_on in {"of nemo": ["nemo"], "of casia": ["casia"]}.items()
    }
    shipped = replace(
        recognizer, encoder=SimpleNamespace(checkpoint="shipped", fine_tuned_on=["crema_d"])
    )
    used = []

    def embedded(encoder, utterances):
        used.append(encoder.checkpoint)
        return sets[utterances[0].corpus], []

    tables = {name: list(labelled.utterances) for name, labelled in sets.items()}
    replacements = {
        "Recognizer": SimpleNamespace(load=lambda _: shipped),
        "Encoder": lambda path: encoders[path.name],
        "split": lambda found: ([found[1][:9]], found),
        "embed_labelled": embedded,
        "_answers": lambda *_: Answers(TURNS, RIGHT, RIGHT, ONE),
    }
    for name, replacement in replacements.items():
        monkeypatch.setattr(diarisation, name, replacement)
    monkeypatch.setattr(
        diarisation.corpora, "table", lambda path: SimpleNamespace(utterances=tables[path.name])
    )
    monkeypatch.setattr(diarisation.conversations, "generate", lambda *_: iter([None] * 2))
    data, further = list(map(Path, tables)), list(map(Path, encoders))
    results = diarisation.measure(data, tmp_path, 2, further)
    assert used == ["of casia"] * 3
    content = artifacts.read_json(tmp_path / artifacts.METRICS)
    assert content["protocols"] == {"actors": 1, "conversations": results}
    assert results["conversations"] == 2 and results["der_given"] == 0
    assert results["encoder_fine_tuned_on"] == ["casia"]
    with pytest.raises(SerError, match="fine-tuned on crema_d, nemo and.*--without crema_d nemo"):
        diarisation.measure(data, tmp_path, 2, further[:1])
