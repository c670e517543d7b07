"""Teaching: absent emotions are masked, the loss falls, an interrupted run goes on."""

import csv

import pytest
import soundfile
import torch
from encoders import save_tiny_encoder
from transformers import Wav2Vec2Model
from voices import speech_like

from ser.errors import SerError
from ser.labels import LABELS
from ser.models.encoder import Encoder
from ser.training.augmentation import NoiseBank
from ser.training.data.corpora import table
from ser.training.encoder import augmented_states, fine_tuning, fine_tuning_run

EMOTIONS = ("ANG", "DIS", "FEA", "HAP", "NEU", "SAD")  # CREMA-D's; no calm, no surprise


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Four people with a synthetic clip of each of CREMA-D's emotions, one of them unreadable."""
    folder = tmp_path_factory.mktemp("crema_d")
    for speaker in range(1001, 1005):
        for number, emotion in enumerate(EMOTIONS):
            path = folder / f"{speaker}_DFA_{emotion}_XX.wav"
            soundfile.write(path, speech_like(0.9, 7 * number, 16_000), 16_000)
    path.write_text("damaged")
    return folder


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("untaught") / "encoder"
    return save_tiny_encoder(folder, do_stable_layer_norm=True, feat_extract_norm="layer")


@pytest.fixture(autouse=True)
def quick(monkeypatch, tmp_path_factory):
    monkeypatch.setattr(augmented_states, "CACHE", tmp_path_factory.getbasetemp() / "embeddings")
    monkeypatch.setattr(fine_tuning_run, "LOG_EVERY", 1)
    monkeypatch.setattr(fine_tuning_run, "RATES", {"head": 5e-3, "layers": 1e-3})


def losses(out):
    with out.with_name(f"{out.name}-training").joinpath("losses.csv").open() as file:
        return list(csv.DictReader(file))


def test_emotions_that_a_corpus_lacks_are_masked(data):
    utterances = table(data).utterances
    allowed = fine_tuning_run.allowed(utterances)
    present = [label not in ("calm", "surprised") for label in LABELS]
    assert allowed.tolist() == [present] * len(utterances)


def test_masked_emotions_are_never_the_answer(data, encoder):
    utterances = table(data).utterances[:-1]
    listener = Encoder(encoder, "cpu", layers=(1, 2, 3))
    heard = augmented_states.hear(listener, utterances, NoiseBank(), 0)
    layers = Wav2Vec2Model.from_pretrained(encoder).eval().encoder.layers[-2:]
    run = fine_tuning_run.Teaching(layers, heard, utterances, 1, 0)
    scores = run._scores(run._standardise(run.pooled[:, 0]), slice(None))
    absent = [LABELS.index("calm"), LABELS.index("surprised")]
    assert torch.isneginf(scores[:, absent]).all()
    assert torch.isfinite(scores[:, [k for k in range(8) if k not in absent]]).all()
    with torch.no_grad():
        run.head.bias[absent] = 100
    assert {run.answer(own[0]) for own in heard} <= {each.emotion for each in utterances}
    run.head.weight.grad = None
    torch.nn.functional.cross_entropy(scores, run.emotions).backward()
    assert run.head.weight.grad[absent].count_nonzero() == 0


def test_teaching_falls_changes_only_upper_layers_and_resumes(data, encoder, tmp_path, monkeypatch):
    out = tmp_path / "taught"
    fine_tuning.tune(encoder, [data], out, epochs=12)
    rows = losses(out)
    assert [int(row["step"]) for row in rows] == list(range(1, 25))
    first, last = ([float(row["cross-entropy"]) for row in part] for part in (rows[:4], rows[-4:]))
    assert sum(last) < 0.7 * sum(first)

    before = Wav2Vec2Model.from_pretrained(encoder).state_dict()
    after = Wav2Vec2Model.from_pretrained(out, dtype=torch.float32)
    assert after.config.fine_tuned_on == ["crema_d"]
    moved = {
        name
        for name, weight in after.state_dict().items()
        if not torch.allclose(weight, before[name], atol=2e-3)
    }
    assert moved and all(
        name.startswith(("encoder.layers.1", "encoder.layers.2")) for name in moved
    )

    # What is broken off goes on where it was, and nothing is heard twice.
    again = tmp_path / "again"
    learn, done = fine_tuning_run.Teaching._learn, []

    def broken_off(run, rows):
        if len(done) == 9:
            raise KeyboardInterrupt
        done.append(run.step)
        return learn(run, rows)

    monkeypatch.setattr(fine_tuning_run.Teaching, "_learn", broken_off)
    with pytest.raises(KeyboardInterrupt):
        fine_tuning.tune(encoder, [data], again, epochs=12)
    monkeypatch.setattr(fine_tuning_run.Teaching, "_learn", learn)
    monkeypatch.setattr(
        augmented_states.audio, "load", lambda path: pytest.fail(f"{path} heard again")
    )
    readable = [u for u in table(data).utterances if u.path.stat().st_size > 100]
    monkeypatch.setattr(fine_tuning, "lessons", lambda *_: readable)
    fine_tuning.tune(encoder, [data], again, epochs=12, resume=True)
    assert [int(row["step"]) for row in losses(again)] == list(range(1, 25))


def test_what_cannot_be_taught_is_said(data, encoder, tmp_path):
    with pytest.raises(SerError, match="no checkpoint"):
        fine_tuning.tune(encoder, [data], tmp_path / "new", resume=True)
    with pytest.raises(SerError, match="no corpus nemo"):
        fine_tuning.tune(encoder, [data], tmp_path / "new", without="nemo")
    with pytest.raises(SerError, match="Nothing is left"):
        fine_tuning.tune(encoder, [data], tmp_path / "new", without="crema_d")
    with pytest.raises(SerError, match="no Wav2Vec2 encoder"):
        fine_tuning.tune(tmp_path, [data], tmp_path / "new")
    soundfile.write(tmp_path / "03-01-05-01-01-01-01.wav", speech_like(1, 0, 16_000), 16_000)
    with pytest.raises(SerError, match="RAVDESS is among"):
        fine_tuning.tune(encoder, [data, tmp_path], tmp_path / "new")
