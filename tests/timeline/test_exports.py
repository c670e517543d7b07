"""A timeline in the formats of other programs, each opened again."""

import csv
import io
import json
from dataclasses import replace
from html import unescape

import numpy as np
import pytest
import webvtt
from pympi import Elan, Praat

from ser.labels import LABELS
from ser.timeline import exports
from ser.timeline.timeline import Moment, Timeline

SEGMENTS = [(1, 3, "angry", 1), (3, 5.25, "sad", 1), (6, 3600.5, "happy", 2)]


def certain(label):
    return {other: float(other == label) for other in LABELS}


@pytest.fixture
def timeline():
    """Speaker 1, angry, then sad; a pause; Speaker 2, happy."""
    moments = [Moment(0, 1, None), Moment(5.25, 6, None)]
    moments += [Moment(start, end, certain(label), n) for start, end, label, n in SEGMENTS]
    moments = sorted(moments, key=lambda moment: moment.start)
    return Timeline(3600.5, np.ones(10, np.float32), tuple(moments), 0.6)


def test_csv_and_json(timeline):
    rows = list(csv.DictReader(io.StringIO(exports.export(timeline, "csv", "talk"))))
    content = json.loads(exports.export(timeline, "json", "talk"))["segments"]
    for read in (rows, content):
        found = [(float(r["start"]), float(r["end"]), r["label"], int(r["speaker"])) for r in read]
        assert found == SEGMENTS


def test_rttm_has_the_turns_of_each_speaker(timeline):
    lines = exports.export(timeline, "rttm", "a talk").splitlines()
    fields = [line.split() for line in lines]
    assert all(len(line) == 10 and line[:3] == ["SPEAKER", "a_talk", "1"] for line in fields)
    assert [(float(f[3]), float(f[4]), f[7]) for f in fields] == [
        (1, 4.25, "Speaker_1"),
        (6, 3594.5, "Speaker_2"),
    ]


def test_textgrid_has_a_tier_for_each_speaker(timeline, tmp_path):
    path = tmp_path / "talk.TextGrid"
    path.write_text(exports.export(timeline, "textgrid", "talk"))
    grid = Praat.TextGrid(str(path))
    assert (grid.xmin, grid.xmax) == (0, 3600.5)
    tiers = {tier.name: [i for i in tier.get_all_intervals() if i[2]] for tier in grid.get_tiers()}
    assert tiers == {
        "Speaker 1": [(1, 3, "angry"), (3, 5.25, "sad")],
        "Speaker 2": [(6, 3600.5, "happy")],
    }


def test_eaf_has_a_tier_for_each_speaker(timeline, tmp_path):
    path = tmp_path / "talk.eaf"
    path.write_text(exports.export(timeline, "eaf", "talk"))
    document = Elan.Eaf(str(path))
    assert sorted(document.get_tier_names()) == ["Speaker 1", "Speaker 2"]
    annotations = document.get_annotation_data_for_tier("Speaker 1")
    assert sorted(annotations)[0][:3] == (1000, 3000, "angry") and len(annotations) == 2


def test_audacity_labels(timeline):
    lines = exports.export(timeline, "audacity", "talk").splitlines()
    assert [line.split("\t") for line in lines][1] == ["3.000000", "5.250000", "Speaker 1: sad"]


def test_webvtt(timeline):
    captions = webvtt.from_string(exports.export(timeline, "webvtt", "talk")).captions
    assert [(caption.start, caption.end) for caption in captions][1:] == [
        ("00:00:03.000", "00:00:05.250"),
        ("00:00:06.000", "01:00:00.500"),
    ]
    assert [(caption.voice, caption.text) for caption in captions][2] == ("Speaker 2", "happy 100%")


@pytest.mark.parametrize("name", ['Anna "A" & Co, <b>', "Аня: 1, 2 --> 3;", "O'Neill;;/\\"])
def test_a_name_is_the_same_in_every_format(timeline, name, tmp_path):
    timeline = replace(timeline, names=("Ben", name))
    text = {kind: exports.export(timeline, kind, "talk") for kind in exports.FORMATS}
    (tmp_path / "grid").write_text(text["textgrid"], encoding="utf-8")
    (tmp_path / "eaf").write_text(text["eaf"], encoding="utf-8")
    found = {
        "csv": list(csv.DictReader(io.StringIO(text["csv"])))[-1]["name"],
        "json": json.loads(text["json"])["speakers"][1],
        "textgrid": Praat.TextGrid(str(tmp_path / "grid"), codec="utf-8").get_tier(name).name,
        "eaf": next(n for n in Elan.Eaf(str(tmp_path / "eaf")).get_tier_names() if n != "Ben"),
        "audacity": text["audacity"].splitlines()[-1].split("\t")[2].removesuffix(": happy"),
        "webvtt": unescape(webvtt.from_string(text["webvtt"]).captions[-1].voice),
    }
    assert found == dict.fromkeys(found, name)
    fields = text["rttm"].splitlines()[-1].split()
    assert len(fields) == 10 and fields[7] == "_".join(name.split())


def test_every_format_has_an_extension_of_its_own():
    assert len(set(exports.FORMATS.values())) == len(exports.FORMATS)
