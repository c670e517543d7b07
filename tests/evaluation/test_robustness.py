"""The protocol `rooms`: only test clips are changed, each always in the same way."""

from types import SimpleNamespace

import numpy as np
import pytest
from synthetic import embeddings_of, labelled

from ser import artifacts
from ser.errors import SerError
from ser.evaluation import robustness
from ser.evaluation.ablation import WITHOUT_PART
from ser.training.augmentation import NoiseBank


@pytest.fixture(scope="module")
def changes():
    hum = np.sin(np.arange(32_000) / 9).astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(robustness, "N_ROOMS", 3)
        yield robustness.conditions(NoiseBank([hum]))


@pytest.fixture
def clips():
    """Embeddings of twelve speakers."""
    return labelled(*embeddings_of(np.random.default_rng(0), 24, n_speakers=12))


def test_every_condition_changes_a_clip_in_the_same_way_each_time(changes, speech):
    assert set(changes) == {"room_0.3", "room_0.6", "noise", "telephone", "opus"}
    waveforms = []
    for change in changes.values():
        clip, again = change.load(speech), change.load(speech)
        assert np.array_equal(clip.waveform, again.waveform)
        assert np.isfinite(clip.waveform).all()
        assert clip.waveform.std() == pytest.approx(1, abs=1e-3)
        waveforms.append(clip.waveform)
    for row, waveform in enumerate(waveforms):
        for other in waveforms[:row]:
            assert np.abs(waveform - other).max() > 0.1


def test_noise_is_at_15_db(changes):
    tone = np.sin(np.arange(16_000) / 5).astype(np.float32)
    rng = np.random.default_rng(0)
    added = changes["noise"].change(tone, rng) - tone
    assert 10 * np.log10(np.mean(tone**2) / np.mean(added**2)) == pytest.approx(15, abs=0.1)


def test_conditions_need_background_sounds():
    with pytest.raises(SerError, match="no background sounds"):
        robustness.conditions(NoiseBank())


def test_scores_are_those_of_the_changed_test_clips(clips):
    useless = np.random.default_rng(1).normal(size=clips.embeddings.shape)
    room = robustness.ABLATED["room"]
    results, ablated = robustness.score(clips, {"same": clips.embeddings, room: useless})
    assert results["same"] == results[robustness.CLEAN]
    assert results[room]["ua"] < 0.3 < 0.6 < results["same"]["ua"]
    rows = robustness.table(results).splitlines()[2:]
    assert len(rows) == 3 and f"{100 * results['same']['ua']:.1f}" in rows[1]

    assert set(ablated) == {"none", *WITHOUT_PART, "other corpora"}
    assert ablated["none"] == {
        "clean": results[robustness.CLEAN]["ua"],
        "room": results[room]["ua"],
    }
    for part, scores in ablated.items():
        assert scores["room"] < 0.3 < 0.6 < scores["clean"], part
    # There are none.
    assert ablated["other corpora"] == ablated["none"]


def test_measured_scores_are_written(clips, changes, tmp_path, monkeypatch):
    artifacts.write_json(tmp_path / artifacts.MANIFEST, {})
    artifacts.write_json(tmp_path / artifacts.METRICS, {"protocols": {"actors": {"ua": 0.5}}})
    recognizer = SimpleNamespace(encoder=None)
    monkeypatch.setattr(robustness, "Recognizer", SimpleNamespace(load=lambda _: recognizer))
    monkeypatch.setattr(robustness.labelled_embeddings, "load", lambda _: clips)
    monkeypatch.setattr(robustness.augmentation, "load_noise_bank", lambda _, test: None)
    monkeypatch.setattr(robustness, "conditions", lambda _: changes)
    monkeypatch.setattr(
        robustness.corpora, "table", lambda _: SimpleNamespace(utterances=clips.utterances)
    )
    monkeypatch.setattr(robustness, "embed", lambda *_: [clips.embeddings])
    monkeypatch.setattr(
        robustness, "score", lambda _, changed: (dict.fromkeys(changed, 1), {"none": 2})
    )
    results = robustness.measure(tmp_path, tmp_path, tmp_path)
    assert set(results) == set(changes)
    content = artifacts.read_json(tmp_path / artifacts.METRICS)
    assert content["protocols"] == {"actors": {"ua": 0.5}, "rooms": results}
    assert content["ablation"] == {"actors": {"none": 2}}


def test_changed_recordings_are_in_the_order_of_the_labelled_ones(clips, changes, monkeypatch):
    asked = []
    monkeypatch.setattr(
        robustness, "embed", lambda _, recordings, change: asked.append(recordings) or [None]
    )
    utterances = list(clips.utterances)
    robustness.embed_conditions(None, utterances[::-1], clips, changes)
    assert asked == [utterances] * len(changes)
    with pytest.raises(SerError, match="2 of the recordings.*such as made-0000"):
        robustness.embed_conditions(None, utterances[2:], clips, changes)
