"""Distillation of a small teacher into a small student."""

import csv
import itertools
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
import torch
from transformers import (
    Wav2Vec2Config,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2Model,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForAudioClassification,
)

from ser.audio.clip import SAMPLING_RATE
from ser.audio.loading import load
from ser.errors import SerError
from ser.training import rooms
from ser.training.augmentation import NoiseBank
from ser.training.encoder import distillation, trainer
from ser.training.encoder import speech as speech_module
from ser.training.encoder import student as student_module
from ser.training.encoder.export import export
from ser.training.encoder.teacher import TEACHER_RMS, Teacher

HIDDEN, LAYERS = 32, 3


@pytest.fixture(scope="module", autouse=True)
def few_rooms():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rooms, "N_ROOMS", 2)
        yield


@pytest.fixture(scope="module")
def teacher_folder(tmp_path_factory):
    """A Whisper of three narrow layers with strong random weights."""
    torch.manual_seed(0)
    sizes = {"d_model": HIDDEN, "encoder_layers": LAYERS, "encoder_attention_heads": 4}
    config = WhisperConfig(**sizes, encoder_ffn_dim=64, decoder_layers=1, init_std=0.2)
    folder = tmp_path_factory.mktemp("teacher")
    WhisperForAudioClassification(config).save_pretrained(folder)
    WhisperFeatureExtractor().save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def teacher(teacher_folder):
    return Teacher(teacher_folder)


@pytest.fixture(scope="module")
def small_student(tmp_path_factory):
    """The folder of an untrained encoder that fits the teacher, with a small front-end."""
    torch.manual_seed(0)
    config = Wav2Vec2Config(
        hidden_size=HIDDEN,
        num_hidden_layers=LAYERS,
        num_attention_heads=4,
        intermediate_size=64,
        do_stable_layer_norm=True,
        feat_extract_norm="layer",
        conv_bias=True,
        conv_dim=(64, 64),
        conv_kernel=(832, 3),  # the receptive field of the bundled encoder's front-end
        conv_stride=(160, 2),
        num_conv_pos_embeddings=64,
        num_conv_pos_embedding_groups=HIDDEN,
    )
    folder = tmp_path_factory.mktemp("student")
    Wav2Vec2Model(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def speech(tmp_path_factory):
    """A folder with a dozen harmonic sounds of one to two seconds and varying pitch."""
    rng = np.random.default_rng(0)
    folder = tmp_path_factory.mktemp("speech")
    for number in range(12):
        time = np.arange(int(rng.uniform(1.3, 2.0) * SAMPLING_RATE)) / SAMPLING_RATE
        phase = 2 * np.pi * (rng.uniform(90, 300) * time + rng.uniform(2, 9) * np.sin(5 * time))
        tone = sum(rng.uniform() / k * np.sin(k * phase) for k in range(1, 25))
        breath = 0.05 * rng.standard_normal(len(time))
        sound = (tone + breath) * (1.1 + np.sin(rng.uniform(10, 30) * time))
        soundfile.write(folder / f"{number}.wav", 0.2 * sound / np.abs(sound).max(), SAMPLING_RATE)
    return folder


@pytest.fixture
def one_step_a_second(monkeypatch):
    """Make a training step take a second of a fake clock; small batches, fast learning."""
    monkeypatch.setattr(trainer, "time", SimpleNamespace(monotonic=itertools.count().__next__))
    monkeypatch.setattr(distillation, "CALIBRATION_BATCHES", 4)
    monkeypatch.setattr(distillation, "WARM_UP_STEPS", 5)
    rates = {"front-end": (2e-3, 0.0), "whole": (2e-3, 1e-3)}
    monkeypatch.setattr(distillation, "LEARNING_RATES", rates)
    monkeypatch.setattr(speech_module, "BATCH_SIZE", 2)


def losses(out):
    with (out.with_name(f"{out.name}-training") / "losses.csv").open() as file:
        return list(csv.DictReader(file))


def sound(speech, number=0):
    return torch.tensor(load(speech / f"{number}.wav").waveform)[None]


def test_log_mel_equals_that_of_whispers_feature_extractor(teacher, speech):
    waveform = sound(speech)
    quiet = waveform[0].numpy() * TEACHER_RMS
    expected = WhisperFeatureExtractor()(quiet, sampling_rate=SAMPLING_RATE).input_features[0]
    log_mel = teacher.log_mel(waveform)[0]
    assert np.allclose(log_mel, expected[:, : log_mel.shape[1]], atol=1e-4)


def test_initialised_layers_equal_the_teachers_given_its_front_end(teacher, speech):
    front_end = teacher.states(sound(speech), 0)[0]
    student = student_module.from_teacher(teacher.encoder)
    student.feature_projection.forward = lambda _: (front_end - student_module.OFFSET, None)
    states = student_module.student_states(student, sound(speech), LAYERS)
    positions = teacher.encoder.embed_positions.weight[student_module.ALIGNMENT :]
    expected = front_end + positions[: front_end.shape[1]]
    for depth, layer in enumerate(teacher.encoder.layers, start=1):
        expected = layer(expected, None)
        assert (states[depth] - expected).norm() < 0.01 * expected.norm()


def test_positional_convolution_adds_the_teachers_positions_up_to_its_span(teacher):
    student = student_module.from_teacher(teacher.encoder)
    span = student_module.POSITION_SPAN // 2 + 1
    hidden = torch.full((1, span + 20, HIDDEN), -student_module.OFFSET)
    with torch.no_grad():
        added = student.encoder.pos_conv_embed(hidden)[0] - student_module.OFFSET
    positions = teacher.encoder.embed_positions.weight[student_module.ALIGNMENT :]
    assert torch.allclose(added[:span], positions[:span], atol=2e-3)
    assert torch.allclose(added[span:], positions[span - 1].expand(20, -1), atol=2e-3)


def test_padding_in_a_batch_changes_no_state(teacher, speech):
    student = student_module.from_teacher(teacher.encoder)
    short, long = sound(speech, 1)[:, :20_000], sound(speech, 2)[:, :20_800]
    batch = torch.cat([torch.nn.functional.pad(short, (0, 800)), long])
    mask = (torch.arange(20_800) < torch.tensor([[20_000], [20_800]])).long()
    with torch.no_grad():
        alone = student(short).last_hidden_state[0]
        padded = student(batch, attention_mask=mask).last_hidden_state[0, : len(alone)]
    assert torch.allclose(alone, padded, atol=1e-3)


def test_a_student_from_a_checkpoint_keeps_its_front_end(teacher, small_student, speech):
    before = Wav2Vec2Model.from_pretrained(small_student).eval()
    after = student_module.from_checkpoint(small_student, teacher.encoder)
    with torch.no_grad():
        features = before.feature_extractor(sound(speech)).transpose(1, 2)
        expected = before.feature_projection(features)[0]
        expected = expected + before.encoder.pos_conv_embed.conv.bias
        state = student_module.student_states(after, sound(speech), 0)[0]
    assert torch.allclose(state, expected, atol=1e-3)


def test_the_loss_falls_and_the_encoder_loads(
    teacher_folder, small_student, speech, tmp_path, one_step_a_second
):
    out = tmp_path / "encoder"
    distillation.distil(teacher_folder, [speech], None, out, init=small_student, minutes=1)
    first, *_, last = losses(out)
    assert all(float(last[key]) < 0.9 * float(first[key]) for key in distillation.STATISTICS)
    assert (tmp_path / "encoder-training" / "losses.html").is_file()
    encoder = Wav2Vec2Model.from_pretrained(out, dtype=torch.float32)
    assert Wav2Vec2FeatureExtractor.from_pretrained(out).do_normalize
    with torch.no_grad():
        states = encoder(sound(speech), output_hidden_states=True).hidden_states
    assert len(states) == LAYERS + 1
    assert all(torch.isfinite(state).all() for state in states)


def test_without_a_checkpoint_the_front_end_is_trained_alone_first(
    teacher_folder, speech, tmp_path, one_step_a_second
):
    out = tmp_path / "encoder"
    distillation.distil(teacher_folder, [speech], None, out, minutes=0.5)
    rows = losses(out)
    assert [row["phase"] for row in rows] == ["front-end", "front-end", "whole"]
    assert float(rows[1]["frames"]) < float(rows[0]["frames"])
    config = Wav2Vec2Config.from_pretrained(out)
    assert config.num_conv_pos_embeddings == student_module.POSITION_SPAN


def test_export_halves_the_size_and_keeps_the_states(teacher, speech, tmp_path):
    student = student_module.from_teacher(teacher.encoder)
    export(student, tmp_path)
    loaded = Wav2Vec2Model.from_pretrained(tmp_path, dtype=torch.float32).eval()
    with torch.no_grad():
        before, after = (model(sound(speech)).last_hidden_state for model in (student, loaded))
    assert (after - before).norm() < 0.01 * before.norm()
    float32_size = sum(4 * weight.numel() for weight in student.state_dict().values())
    assert (tmp_path / "model.safetensors").stat().st_size < 0.6 * float32_size


def test_an_interrupted_run_resumes_with_the_losses_of_an_uninterrupted_one(
    teacher_folder, small_student, speech, tmp_path, one_step_a_second, monkeypatch
):
    uninterrupted, resumed = tmp_path / "uninterrupted", tmp_path / "resumed"
    settings = {"noise": None, "init": small_student, "minutes": 0.5}
    distillation.distil(teacher_folder, [speech], out=uninterrupted, **settings)

    calls, states = itertools.count(), Teacher.states

    def interrupted(*arguments):
        if next(calls) == distillation.CALIBRATION_BATCHES + 20:
            raise KeyboardInterrupt
        return states(*arguments)

    with monkeypatch.context() as context, pytest.raises(KeyboardInterrupt):
        context.setattr(Teacher, "states", interrupted)
        distillation.distil(teacher_folder, [speech], out=resumed, **settings)
    assert [row["step"] for row in losses(resumed)] == ["10", "20"]
    distillation.distil(teacher_folder, [speech], out=resumed, resume=True, **settings)
    assert losses(resumed) == losses(uninterrupted)


def test_resuming_needs_a_checkpoint(teacher_folder, small_student, speech, tmp_path):
    with pytest.raises(SerError, match="no checkpoint"):
        distillation.distil(
            teacher_folder, [speech], None, tmp_path / "new", init=small_student, resume=True
        )


def test_actors_21_to_24_are_held_out(speech, tmp_path):
    used, held_out = "03-01-05-01-02-01-20.wav", "03-01-05-01-02-01-21.wav"
    for number, name in enumerate((used, held_out)):
        (tmp_path / name).write_bytes((speech / f"{number}.wav").read_bytes())
    clips = speech_module.UnlabelledSpeech([tmp_path]).folders[0]
    assert [len(clip) for clip in clips] == [len(load(tmp_path / used).waveform)]
    (tmp_path / used).unlink()
    with pytest.raises(SerError, match="None of the"):
        speech_module.UnlabelledSpeech([tmp_path])


def test_a_folder_named_twice_is_sampled_twice_as_often(speech, tmp_path):
    (tmp_path / "other.wav").write_bytes((speech / "0.wav").read_bytes())
    weights = speech_module.UnlabelledSpeech([speech, speech, tmp_path]).weights
    assert weights.tolist() == pytest.approx([2 / 3, 1 / 3])


def test_a_batch_is_of_one_length_normalised_and_repeatable(speech):
    unlabelled = speech_module.UnlabelledSpeech([speech])
    batches = [unlabelled.batch(np.random.default_rng(3), NoiseBank()) for _ in range(2)]
    for waveforms, again in zip(*batches, strict=True):
        assert torch.equal(waveforms, again)
        assert waveforms.shape[0] == speech_module.BATCH_SIZE
        assert torch.allclose(waveforms.mean(1), torch.zeros(len(waveforms)), atol=1e-4)
        assert torch.allclose(waveforms.std(1), torch.ones(len(waveforms)), atol=1e-2)


def test_only_the_students_waveforms_pass_through_a_channel(speech, monkeypatch):
    monkeypatch.setattr(speech_module, "change_voice", lambda waveform, rng: -waveform)
    monkeypatch.setattr(speech_module, "change_channel", lambda waveform, *_: waveform[::-1])
    unlabelled, rng = speech_module.UnlabelledSpeech([speech]), np.random.default_rng(0)
    batches = [unlabelled.batch(rng, NoiseBank()) for _ in range(10)]
    pairs = [pair for batch in batches for pair in zip(*batch, strict=True)]
    changed = [torch.allclose(student, teacher.flip(0), atol=1e-4) for teacher, student in pairs]
    unchanged = [torch.equal(teacher, student) for teacher, student in pairs]
    assert all(a != b for a, b in zip(changed, unchanged, strict=True))
    assert np.mean(unchanged) == pytest.approx(speech_module.CLEAN_PROBABILITY, abs=0.15)


@pytest.mark.parametrize("missing", ["teacher", "init"])
def test_a_missing_model_says_what_is_needed(
    missing, teacher_folder, small_student, speech, tmp_path
):
    models = {"teacher": teacher_folder, "init": small_student, missing: str(tmp_path / "nothing")}
    with pytest.raises(SerError, match="config.json"):
        distillation.distil(speech=[speech], noise=None, out=tmp_path / "out", **models)
