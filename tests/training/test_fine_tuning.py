"""Fine-tuning: absent emotions are masked, the loss falls, an interrupted run resumes."""

import csv
from pathlib import Path

import pytest
import soundfile
import torch
from encoders import save_tiny_encoder
from transformers import Wav2Vec2Model
from voices import speech_like

from ser.errors import SerError
from ser.labels import LABELS
from ser.models.encoder import Encoder
from ser.training import rooms
from ser.training.augmentation import NoiseBank
from ser.training.data.corpora import table
from ser.training.data.utterance import Utterance
from ser.training.encoder import augmented_states, fine_tuning, fine_tuning_run
from ser.training.encoder.fine_tuning_run import FineTuning

EMOTIONS = ("ANG", "DIS", "FEA", "HAP", "NEU", "SAD")  # CREMA-D's; not calm, not surprised


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Four speakers with a synthetic clip of each of CREMA-D's emotions, one of them unreadable."""
    folder = tmp_path_factory.mktemp("crema_d")
    for speaker in range(1001, 1005):
        for number, emotion in enumerate(EMOTIONS):
            path = folder / f"{speaker}_DFA_{emotion}_XX.wav"
            soundfile.write(path, speech_like(0.9, 7 * number, 16_000), 16_000)
    path.write_text("damaged")
    return folder


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pretrained") / "encoder"
    return save_tiny_encoder(folder, do_stable_layer_norm=True, feat_extract_norm="layer")


@pytest.fixture(autouse=True)
def fast_and_logged_every_step(monkeypatch, tmp_path_factory):
    monkeypatch.setattr(augmented_states, "CACHE", tmp_path_factory.getbasetemp() / "embeddings")
    monkeypatch.setattr(rooms, "N_ROOMS", 2)
    monkeypatch.setattr(FineTuning, "log_every", 1)
    monkeypatch.setattr(fine_tuning_run, "LEARNING_RATES", {"head": 5e-3, "layers": 1e-3})


def losses(out):
    with out.with_name(f"{out.name}-training").joinpath("losses.csv").open() as file:
        return list(csv.DictReader(file))


def test_label_mask_excludes_emotions_that_a_corpus_lacks(data):
    utterances = table(data).utterances
    present = [label not in ("calm", "surprised") for label in LABELS]
    assert fine_tuning_run.label_mask(utterances).tolist() == [present] * len(utterances)


def test_masked_emotions_are_neither_predicted_nor_trained(data, encoder):
    utterances = table(data).utterances[:-1]
    frozen = Encoder(encoder, "cpu", layers=(1, 2, 3))
    states = augmented_states.compute(frozen, utterances, NoiseBank(), 0)
    layers = Wav2Vec2Model.from_pretrained(encoder).eval().encoder.layers[-2:]
    run = FineTuning(layers, states, utterances, 1, 0)
    features = run._standardise(run.pooled[:, 0])
    logits = run._logits(features, slice(None))
    absent = [LABELS.index("calm"), LABELS.index("surprised")]
    assert torch.isneginf(logits[:, absent]).all()
    assert torch.isfinite(logits[:, [k for k in range(8) if k not in absent]]).all()
    with torch.no_grad():
        run.head.bias[absent] = 100
    predicted = run._logits(features, slice(None)).argmax(dim=1)
    assert {LABELS[k] for k in predicted} <= {utterance.emotion for utterance in utterances}
    run.head.weight.grad = None
    torch.nn.functional.cross_entropy(logits, run.emotions).backward()
    assert run.head.weight.grad[absent].count_nonzero() == 0


def test_the_loss_falls_and_only_upper_layers_change(data, encoder, tmp_path):
    out = tmp_path / "fine-tuned"
    fine_tuning.fine_tune(encoder, [data], out, epochs=12)
    rows = losses(out)
    assert [int(row["step"]) for row in rows] == list(range(1, 25))
    first, last = ([float(row["cross-entropy"]) for row in part] for part in (rows[:4], rows[-4:]))
    assert sum(last) < 0.7 * sum(first)

    before = Wav2Vec2Model.from_pretrained(encoder).state_dict()
    after = Wav2Vec2Model.from_pretrained(out, dtype=torch.float32)
    assert after.config.fine_tuned_on == ["crema_d"]
    changed = {
        name
        for name, weight in after.state_dict().items()
        if not torch.allclose(weight, before[name], atol=2e-3)
    }
    assert changed and all(
        name.startswith(("encoder.layers.1", "encoder.layers.2")) for name in changed
    )


def test_an_interrupted_run_resumes_without_loading_recordings_again(
    data, encoder, tmp_path, monkeypatch
):
    out, steps, loss = tmp_path / "resumed", [], FineTuning.loss

    def interrupted(run):
        if len(steps) == 9:
            raise KeyboardInterrupt
        steps.append(run.step)
        return loss(run)

    with monkeypatch.context() as context, pytest.raises(KeyboardInterrupt):
        context.setattr(FineTuning, "loss", interrupted)
        fine_tuning.fine_tune(encoder, [data], out, epochs=12)
    before = losses(out)
    assert [int(row["step"]) for row in before] == list(range(1, 10))
    monkeypatch.setattr(
        augmented_states.loading, "load", lambda path: pytest.fail(f"{path} loaded again")
    )
    readable = [u for u in table(data).utterances if u.path.stat().st_size > 100]
    monkeypatch.setattr(fine_tuning, "training_utterances", lambda *_: readable)
    fine_tuning.fine_tune(encoder, [data], out, epochs=12, resume=True)
    after = losses(out)
    assert [int(row["step"]) for row in after] == list(range(1, 25))
    assert after[:9] == before


def test_what_cannot_be_fine_tuned_is_an_error(data, encoder, tmp_path):
    out = tmp_path / "new"
    with pytest.raises(SerError, match="no checkpoint"):
        fine_tuning.fine_tune(encoder, [data], out, resume=True)
    with pytest.raises(SerError, match="no corpus nemo"):
        fine_tuning.fine_tune(encoder, [data], out, without=["nemo"])
    with pytest.raises(SerError, match="Nothing is left"):
        fine_tuning.fine_tune(encoder, [data], out, without=["crema_d"])
    with pytest.raises(SerError, match="no Wav2Vec2 encoder"):
        fine_tuning.fine_tune(tmp_path, [data], out)
    soundfile.write(tmp_path / "03-01-05-01-01-01-01.wav", speech_like(1, 0, 16_000), 16_000)
    with pytest.raises(SerError, match="RAVDESS is among"):
        fine_tuning.fine_tune(encoder, [data, tmp_path], out)


def test_what_listeners_perceived_is_part_of_the_target():
    ratings = {"a": "", "b": "angry", "c": "neutral/sad", "d": "surprised"}
    utterances = [
        Utterance(Path(f"{name}.wav"), "made", 1, "", "angry", "", "", details={"heard_as": rating})
        for name, rating in ratings.items()
    ]
    utterances += [
        Utterance(Path("e.wav"), "made", 1, "", emotion, "", "") for emotion in ("neutral", "sad")
    ]
    rows = fine_tuning_run.targets(utterances)
    weight = fine_tuning_run.PERCEIVED_WEIGHT
    assert torch.allclose(rows.sum(dim=1), torch.ones(6))
    angry, neutral, sad = (LABELS.index(label) for label in ("angry", "neutral", "sad"))
    assert rows[:4, angry].tolist() == pytest.approx([1, 1, 1 - weight, 1])
    assert rows[2, [neutral, sad]].tolist() == pytest.approx([weight / 2, weight / 2])


def test_emotions_weigh_the_same_and_corpora_by_the_root_of_their_clips():
    counts = {("a", "sad"): 30, ("a", "angry"): 6, ("b", "sad"): 4, ("b", "happy"): 5}
    utterances = [
        Utterance(Path("x.wav"), corpus, 1, "", emotion, "", "")
        for (corpus, emotion), count in counts.items()
        for _ in range(count)
    ]
    weights = fine_tuning_run.balanced_weights(utterances)
    assert weights.mean() == pytest.approx(1)
    totals = {
        cell: float(sum(w for w, u in zip(weights, utterances, strict=True)
                        if (u.corpus, u.emotion) == cell))
        for cell in counts
    }  # fmt: skip
    assert totals["a", "sad"] == pytest.approx(totals["a", "angry"], rel=1e-4)
    assert totals["b", "sad"] == pytest.approx(totals["b", "happy"], rel=1e-4)
    assert totals["a", "sad"] / totals["b", "sad"] == pytest.approx(2, rel=1e-4)


def test_the_average_of_the_weights_follows_them_and_replaces_them(data, encoder):
    utterances = table(data).utterances[:-1]
    states = augmented_states.compute(
        Encoder(encoder, "cpu", layers=(1, 2, 3)), utterances, NoiseBank(), 0
    )
    layers = Wav2Vec2Model.from_pretrained(encoder).eval().encoder.layers[-2:]
    run = FineTuning(layers, states, utterances, 1, 0)
    weight = run.head.bias
    for value in (1.0, 2.0, 3.0):
        weight.data.fill_(value)
        run.after_update()
    # Initialised with the first; then 9 / 11 and 9 / 12 of the way.
    expected = 1 + 9 / 11
    expected += (3 - expected) * 9 / 12
    run.use_average()
    assert weight[0].item() == pytest.approx(expected)
