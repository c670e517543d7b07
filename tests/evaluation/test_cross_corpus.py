"""Cross-corpus evaluation: what is trained on, with which encoder, and what is written."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from synthetic import COMMON

from ser import artifacts
from ser.errors import SerError
from ser.evaluation import cross_corpus
from ser.evaluation.ablation import WITHOUT_PART
from ser.evaluation.speakers import speaker_metrics
from ser.training.data.utterance import Table


def test_a_corpus_is_left_out(sets):
    for corpus, home, other in (
        ("ravdess", "crema_d", "nemo"),
        ("crema_d", "ravdess", "nemo"),
        ("nemo", "ravdess", "crema_d"),
    ):
        training_set = cross_corpus.leave_out(sets, corpus)
        assert training_set.utterances == sets[home].utterances
        assert np.array_equal(training_set.embeddings, sets[home].embeddings)
        assert set(training_set.others.corpora) == {other}
        assert len(training_set.others.rows) == len(sets[other].utterances)


def test_speaker_independent_probe_of_a_corpus(sets):
    scored = speaker_metrics.speaker_independent_probe(sets["crema_d"], 0)
    assert scored["n"] == 240 and scored["ua"] > 0.8


class FakeEncoder:
    """Stands for an encoder; embeds nothing."""

    def __init__(self, checkpoint, fine_tuned_on=()):
        self.checkpoint, self.fine_tuned_on = checkpoint, fine_tuned_on


@pytest.fixture
def evaluated(quick_training, sets, tmp_path, monkeypatch):
    """Evaluate corpora, whose folders have their names, with artifacts in `tmp_path`.

    Returns what `evaluate` does.
    """
    artifacts.write_json(tmp_path / artifacts.MANIFEST, {})
    earlier = {
        "protocols": {"actors": {"ua": 0.5}},
        "ablation": {"actors": {"none": {"clean": 0.7}}},
    }
    artifacts.write_json(tmp_path / artifacts.METRICS, earlier)

    def evaluate(*corpora, fine_tuned_on=(), encoders=()):
        shipped = FakeEncoder("tiny", fine_tuned_on)
        further = {encoder.checkpoint: encoder for encoder in encoders}
        replacements = {
            "Recognizer": SimpleNamespace(load=lambda _: SimpleNamespace(encoder=shipped)),
            "Encoder": lambda path: further[path.name],
            "embed_labelled": lambda encoder, utterances: (sets[utterances[0].corpus], []),
        }
        for name, replacement in replacements.items():
            monkeypatch.setattr(cross_corpus, name, replacement)
        monkeypatch.setattr(
            cross_corpus.corpora, "table", lambda path: Table(list(sets[path.name].utterances), [])
        )
        data, paths = map(Path, corpora), map(Path, further)
        return cross_corpus.evaluate(list(data), tmp_path, list(paths))

    return evaluate


def test_no_encoder_is_scored_on_what_it_was_fine_tuned_on(evaluated):
    with pytest.raises(SerError, match="tiny was fine-tuned on crema_d.*--without crema_d"):
        evaluated("ravdess", "crema_d", "nemo", fine_tuned_on=("crema_d",))
    first, second = FakeEncoder("first", ("nemo",)), FakeEncoder("second", ("crema_d",))
    results = evaluated(
        "ravdess", "crema_d", "nemo", fine_tuned_on=("crema_d", "nemo"), encoders=(first, second)
    )
    fine_tuned_on = [scored["encoder_fine_tuned_on"] for scored in results.values()]
    assert fine_tuned_on == [["crema_d", "nemo"], ["nemo"], ["crema_d"]]


def test_three_corpora_are_needed(evaluated):
    with pytest.raises(SerError, match="2 corpora; at least 3"):
        evaluated("ravdess", "crema_d")


def test_every_corpus_is_scored_and_the_metrics_are_written(evaluated, result, tmp_path, capsys):
    results = evaluated("ravdess", "crema_d", "nemo")
    content = artifacts.read_json(tmp_path / artifacts.METRICS)
    assert content["protocols"] == {"actors": {"ua": 0.5}, "cross_corpus": results}
    assert list(results) == ["ravdess", "crema_d", "nemo"]
    assert results["crema_d"]["human_listeners"]["n"] == 240
    assert "human_listeners" not in results["nemo"]
    assert results["nemo"]["speaker_independent_probe"]["n"] == 144
    assert result.items() < results["crema_d"].items()
    # The other corpora hold neither calm nor surprised voices.
    assert results["ravdess"]["emotions"] == COMMON
    cross_corpus.table(results | {"nemo": results["nemo"] | {"two_neutral": {}}})
    _, *lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(results)
    assert f"{100 * results['nemo']['unknown_speaker']['ua']:.1f}" in lines[-1]
    assert [line.count("(") for line in lines] == [3, 3, 2]

    ablated = content["ablation"]["cross_corpus"]
    assert set(ablated) == {"none", *WITHOUT_PART, "other corpora"}
    for key in ("ua", "ece"):
        of_corpora = [scored["unknown_speaker"][key] for scored in results.values()]
        assert ablated["none"][key] == pytest.approx(np.mean(of_corpora))
    assert ablated["calibration"]["ua"] == ablated["none"]["ua"]
    # No corpus is like the home corpus here, so boosting corrects nothing.
    assert ablated["boosting"] == pytest.approx(ablated["none"])
    for part in ("calibration", "linear model", "other corpora"):
        assert ablated[part] != ablated["none"]
    # Another study writes this.
    assert content["ablation"]["actors"] == {"none": {"clean": 0.7}}
