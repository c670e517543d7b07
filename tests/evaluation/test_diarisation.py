"""The protocol of conversations: error rates and emotions of turns."""

from types import SimpleNamespace

import numpy as np
import pytest

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


def test_results_are_written(tmp_path, monkeypatch):
    artifacts.write_json(tmp_path / artifacts.MANIFEST, {})
    artifacts.write_json(tmp_path / artifacts.METRICS, {"protocols": {"actors": 1}})
    monkeypatch.setattr(diarisation, "_held_out", lambda path: path)
    monkeypatch.setattr(diarisation, "without_held_out", lambda _: None)
    monkeypatch.setattr(diarisation.conversations, "generate", lambda *_: iter([None] * 2))
    monkeypatch.setattr(diarisation, "_answers", lambda *_: Answers(TURNS, RIGHT, RIGHT, ONE))
    results = diarisation.measure([tmp_path], tmp_path, 2)
    content = artifacts.read_json(tmp_path / artifacts.METRICS)
    assert content["protocols"] == {"actors": 1, "conversations": results}
    assert results["conversations"] == 2 and results["der_given"] == 0


def test_a_folder_without_speakers_that_were_kept_is_an_error(monkeypatch, tmp_path):
    few = SimpleNamespace(utterances=[SimpleNamespace(corpus="nemo", speaker="A")])
    monkeypatch.setattr(diarisation.corpora, "table", lambda _: few)
    with pytest.raises(SerError, match="holds 0 speakers .*at least 4"):
        diarisation._held_out(tmp_path)
