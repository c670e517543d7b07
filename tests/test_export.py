"""The exported ONNX graph gives the page's answers, and the examples of docs/onnx.md run."""

import json
import re
import subprocess
import sys

import javascript
import numpy as np
import onnx
import onnxruntime
import pytest
import soundfile
import torch
from documentation import ROOT
from encoders import save_tiny_encoder
from synthetic import embeddings_of, fitted

from ser.__main__ import main
from ser.audio import loading
from ser.audio.clip import SAMPLING_RATE
from ser.errors import SerError
from ser.export.graph import ClassifierGraph, EncoderGraph
from ser.labels import CONFIDENT, LABELS, NO_VOICE, UNCERTAIN
from ser.models import pretrained
from ser.models.classifier import boosting_features
from ser.models.embedding_map import N_NEIGHBORS
from ser.models.encoder import WINDOW

DOCS = (ROOT / "docs" / "onnx.md").read_text()
CORPORA = ("ravdess", "crema_d", "nemo", "aesdd", "casia")
PER_CORPUS = 10
SAME = 1e-3


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    path = tmp_path_factory.mktemp("export") / "emotion.onnx"
    subprocess.run([sys.executable, "-m", "ser", "export", str(path)], cwd=ROOT, check=True)
    return path


@pytest.fixture(scope="module")
def session(exported):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(exported, options)


@pytest.fixture(scope="module")
def recordings(shared, clips):
    """Fifty recordings of all corpora at hand, and a long and a short one made of some."""
    found = []
    for corpus in CORPORA:
        paths = sorted((shared / corpus).rglob("*.flac")) + sorted(
            (shared / corpus).rglob("*.opus")
        )
        found += [paths[i] for i in np.linspace(0, len(paths) - 1, PER_CORPUS, dtype=int) if paths]
    waveforms = [loading.load(path).waveform / 40 for path in clips[:7]]
    long, short = np.concatenate(waveforms), waveforms[0][: 3 * SAMPLING_RATE // 5]
    return [*(found or clips), (SAMPLING_RATE, long), (SAMPLING_RATE, short)]


def near_a_split(classifier, embedding):
    """Return whether a rounding error may decide which way a tree of the boosting goes."""
    features = classifier.features(embedding[None])
    [pooled] = classifier.predict(embedding[None]).pooled
    weight = classifier.gate.weight(features.similarity)
    linear = classifier.linear.log_probabilities(features.rows)
    others = boosting_features(linear, weight)[0]
    columns = np.concatenate([np.log(pooled[classifier.classes]), others])
    feature, threshold = classifier.boosting.feature, classifier.boosting.threshold
    return np.abs(columns[feature] - threshold)[feature >= 0].min() < SAME


def near_a_tie(recognizer, embedding):
    """Return whether a rounding error may decide which clips on the map are the nearest."""
    [pooled] = recognizer.classifier.predict(embedding[None]).pooled
    distances = np.sort(np.linalg.norm(recognizer.embedding_map.roots - np.sqrt(pooled), axis=1))
    return distances[N_NEIGHBORS] - distances[N_NEIGHBORS - 1] < SAME


def test_answers_are_the_recognizers(session, recognizer, recordings):
    lengths, differing = [], 0
    for recording in recordings:
        clip = loading.load(recording)
        lengths.append(len(clip.waveform))
        embedding = recognizer.encoder.embed([clip])[0]
        expected = recognizer.analyse_embedding(clip, embedding)
        # The graph normalises.
        outputs = session.run(None, {"waveform": 0.1 * clip.waveform + np.float32(0.01)})
        exported, probabilities, position, threshold = outputs
        assert np.allclose(exported, embedding, rtol=SAME, atol=SAME)
        if np.abs(probabilities - list(expected.probabilities.values())).max() >= SAME:
            assert near_a_split(recognizer.classifier, embedding)
            differing += 1
            continue
        if np.abs(position - expected.place.position).max() >= SAME:
            assert near_a_tie(recognizer, embedding)
            differing += 1
        assert LABELS[probabilities.argmax()] == expected.label
        verdict = CONFIDENT if probabilities.max() >= threshold else UNCERTAIN
        assert expected.verdict in (verdict, NO_VOICE)
    assert differing <= len(lengths) / 10
    assert min(lengths) < SAMPLING_RATE and max(lengths) > 2 * WINDOW


def test_the_file_describes_itself_and_not_this_machine(exported, session, recognizer):
    metadata = session.get_modelmeta().custom_metadata_map
    assert metadata["labels"].split(",") == list(LABELS)
    assert metadata["sampling_rate"] == str(SAMPLING_RATE)
    assert float(metadata["threshold"]) == recognizer.classifier.calibration.threshold
    assert metadata["version"] == recognizer.version
    assert "CC BY-NC-SA 4.0" in metadata["licence"]
    onnx.checker.check_model(exported, full_check=True)
    content = exported.read_bytes()
    assert len(content) < 100e6 and str(ROOT).encode() not in content


@pytest.fixture
def with_voice(exported, speech, tmp_path):
    """A folder with what the examples take: the model, and a recording with silence around it."""
    waveform = np.pad(loading.decode(speech), SAMPLING_RATE // 2)
    soundfile.write(tmp_path / "voice.wav", waveform, SAMPLING_RATE, subtype="PCM_16")
    (tmp_path / "emotion.onnx").symlink_to(exported)
    return tmp_path


def example(language):
    (code,) = re.findall(rf"^```{language}\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)
    return code


def check_answer(printed, folder, recognizer):
    expected = recognizer.analyse(folder / "voice.wav")
    assert expected.clip.start > 0
    answer, probabilities = printed.strip().splitlines()
    assert answer == f"{expected.label} {expected.verdict}"
    assert list(expected.probabilities.values()) == pytest.approx(
        json.loads(probabilities), abs=SAME
    )


def test_the_python_example(with_voice, recognizer):
    code = example("python") + "\nprint(probabilities.tolist())"
    # -I: without this project on the path.
    command = [sys.executable, "-I", "-c", code]
    done = subprocess.run(command, cwd=with_voice, capture_output=True, text=True, check=True)
    check_answer(done.stdout, with_voice, recognizer)


def test_the_javascript_example(with_voice, recognizer):
    if failure := javascript.install():
        pytest.skip(f"{javascript.PACKAGE} cannot be installed: {failure}")
    code = example("javascript") + "\nconsole.log(JSON.stringify([...probabilities.data]));"
    check_answer(javascript.run(code, with_voice), with_voice, recognizer)
    labels = re.search(r'const labels = "(.*?)"', code)[1]
    assert labels.split() == list(LABELS)


@pytest.mark.parametrize("occurring", [LABELS, ("neutral", "sad", "disgust")])
def test_the_graph_of_any_classifier(occurring):
    embeddings, emotions, speakers = embeddings_of(np.random.default_rng(0), 30)
    rows = np.isin(emotions, occurring)
    classifier = fitted(embeddings[rows], emotions[rows], speakers[rows])
    graph = ClassifierGraph(classifier)
    test, *_ = embeddings_of(np.random.default_rng(1), 3)
    expected = classifier.predict(test)
    for number, embedding in enumerate(np.float32(test)):
        pooled, probabilities = graph(torch.from_numpy(embedding).reshape(1, -1))
        assert np.allclose(pooled, expected.pooled[number], atol=SAME)
        assert np.allclose(probabilities, expected.probabilities[number], atol=SAME)


def test_an_encoder_that_takes_no_mask(tmp_path):
    checkpoint = save_tiny_encoder(tmp_path, feat_extract_norm="group")
    with pytest.raises(SerError, match="group norm"):
        EncoderGraph(pretrained.load(str(checkpoint)))


def test_errors_name_what_to_do(tmp_path, monkeypatch, capsys):
    assert main(["export", str(tmp_path / "none" / "emotion.onnx")]) == 1
    assert "Make it first" in capsys.readouterr().err
    monkeypatch.delitem(sys.modules, "ser.export.onnx_file")
    monkeypatch.delattr("ser.export.onnx_file")
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    assert main(["export", str(tmp_path / "emotion.onnx")]) == 1
    assert "requirements-export.txt" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
