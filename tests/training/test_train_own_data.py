"""Training on recordings of one's own: a single corpus of a few emotions with a metadata file."""

import itertools
import json

import soundfile
from encoders import save_tiny_encoder
from voices import speech_like

from ser import artifacts
from ser.__main__ import main
from ser.evaluation import evaluate
from ser.labels import LABELS
from ser.recognizer import Recognizer
from ser.training import embedding


def test_three_emotions_with_a_metadata_file(quick_training, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(embedding, "CACHE", tmp_path / "cache")
    encoder = save_tiny_encoder(tmp_path / "encoder")
    folder, out = tmp_path / "home", tmp_path / "out"
    folder.mkdir()
    emotions = ("neutral", "happy", "sad")
    rows = ["file\tspeaker\temotion\tsentence"]
    for seed, (speaker, emotion, take) in enumerate(
        itertools.product(("Ada", "Bo", "Cy", "Di", "Ed", "Flo"), emotions, range(4))
    ):
        name = f"{speaker}-{emotion}-{take}.wav"
        # Bo's last two takes are one recording.
        seed -= (speaker, take) == ("Bo", 3)
        soundfile.write(folder / name, speech_like(0.8, seed, 16_000), 16_000)
        rows.append(f"{name}\t{speaker}\t{emotion}\tWell")
    tsv = tmp_path / "table.tsv"
    tsv.write_text("\n".join(rows))
    arguments = ["--data", folder, "--table", tsv, "--encoder", encoder, "--out", out]
    assert main(["train", *map(str, arguments)]) == 0
    assert "chance        33.3" in capsys.readouterr().out

    assert not (out / artifacts.OTHER_CORPORA).exists()
    assert artifacts.verify(out)["data"]["other_corpora"] == []
    metrics = json.loads((out / artifacts.METRICS).read_text())
    assert evaluate.reevaluate(out) == metrics
    for result in metrics["protocols"].values():
        assert tuple(result["per_class_recall"]) == emotions
        assert [sum(row) for row in result["confusion"]] == [24, 0, 24, 24, 0, 0, 0, 0]
        assert len(result["per_actor"]) == 6
    analysis = Recognizer.load(out, "cpu").analyse(folder / "Ada-sad-0.wav")
    assert {label for label in LABELS if analysis.probabilities[label] > 0} == set(emotions)
    neighbour = analysis.to_json()["neighbours"][0]
    assert neighbour["actor"] in ("Ada", "Bo", "Cy", "Di", "Ed", "Flo")
    assert {clip.sentence for clip in analysis.place.neighbours} == {"Well"}
    json.dumps(analysis.to_json())
