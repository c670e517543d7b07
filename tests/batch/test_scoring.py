"""Scoring a collection: every recording once, whichever process dies."""

import json
import os
import pickle
import signal
import subprocess
import sys
from collections import Counter
from functools import partial

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile
from voices import conversation as in_turns
from voices import speech_like

from ser import artifacts, profile
from ser.__main__ import main
from ser.audio.clip import SAMPLING_RATE
from ser.batch import scoring
from ser.batch.collection import find
from ser.batch.records import score_recordings
from ser.errors import SerError
from ser.labels import LABELS
from ser.models.speaker import UNKNOWN_SPEAKER


@pytest.fixture(scope="module")
def voices(tmp_path_factory):
    """A folder of 60 short recordings, one of them broken."""
    folder = tmp_path_factory.mktemp("voices")
    for seed in range(59):
        path = folder / f"{seed:02}.wav"
        soundfile.write(path, speech_like(0.5, seed, 16_000), 16_000)
    (folder / "broken.wav").write_text("not audio")
    return folder


@pytest.fixture
def small_shards(monkeypatch):
    monkeypatch.setattr(scoring, "SHARD", 8)


def rows(out):
    return [
        row for path in sorted(out.glob("*.parquet")) for row in pq.read_table(path).to_pylist()
    ]


def test_scores_are_those_of_one_by_one(clips, recognizer, tmp_path, capsys):
    folder, out = clips[0].parent, tmp_path / "out"
    assert main(["score", f"{folder}/{clips[0].stem[:8]}*", "--out", str(out)]) == 0
    by_uri = {row["uri"]: row for row in rows(out)}
    assert str(clips[0]) in by_uri
    for uri, row in list(by_uri.items())[:3]:
        alone = recognizer.analyse(uri)
        assert (row["label"], row["verdict"]) == (alone.label, alone.verdict)
        assert [row[label] for label in LABELS] == pytest.approx(
            list(alone.probabilities.values()), abs=1e-3
        )
        assert row["duration"] == alone.clip.duration
        assert (row["x"], row["y"]) == pytest.approx(tuple(alone.place.position), abs=0.05)
        assert row["model"] == recognizer.version
        assert row["error"] is None


def test_a_bad_recording_is_a_row(voices, small_shards, tmp_path):
    table = tmp_path / "uris.jsonl"
    uris = [str(voices / "00.wav"), "nowhere://x.wav", str(voices / "broken.wav"), "gone.wav"]
    table.write_text("".join(json.dumps({"uri": uri}) + "\n" for uri in uris))
    assert scoring.score(str(table), tmp_path / "out") == (4, 0)
    first, *failed = rows(tmp_path / "out")
    assert [row["uri"] for row in (first, *failed)] == uris
    assert first["error"] is None
    for row in failed:
        assert row["error"] and row["verdict"] is None and row["duration"] is None


def test_finished_shards_are_skipped(voices, small_shards, tmp_path, monkeypatch):
    table, out = tmp_path / "uris.parquet", tmp_path / "out"
    uris = sorted(map(str, voices.glob("*.wav")))[:20]
    pq.write_table(pa.table({"uri": uris}), table)
    scored = []

    def interrupted(recognizer, uris, **options):
        for uri in uris:
            scored.append(uri)
            if len(scored) == 13:
                raise KeyboardInterrupt
            yield from score_recordings(recognizer, [uri], **options)

    score_recordings = scoring.score_recordings
    monkeypatch.setattr(scoring, "score_recordings", interrupted)
    with pytest.raises(KeyboardInterrupt):
        scoring.score(str(table), out)
    assert [path.name for path in out.glob("*.parquet")] == ["part-00000.parquet"]
    assert scoring.score(str(table), out) == (12, 8)
    assert [row["uri"] for row in rows(out)] == uris
    assert Counter(scored).most_common(1)[0][1] == 2 and scored.count(uris[0]) == 1
    assert scoring.score(str(table), out) == (0, 20)


def test_another_collection_in_the_same_folder_is_an_error(voices, small_shards, tmp_path):
    scoring.score(str(voices / "0[0-2].wav"), tmp_path)
    with pytest.raises(SerError, match="another collection"):
        scoring.score(str(voices / "0[0-3].wav"), tmp_path)


def test_runs_of_earlier_versions_are_continued(voices, small_shards, tmp_path):
    source, former = str(voices / "0[0-2].wav"), tmp_path / "collection.json"
    scoring.score(source, tmp_path)
    (tmp_path / scoring.COLLECTION).rename(former)
    with pytest.raises(SerError, match="another collection"):
        scoring.score(str(voices / "0[0-3].wav"), tmp_path)
    (tmp_path / scoring.COLLECTION).rename(former)
    assert scoring.score(source, tmp_path) == (0, 3)
    assert not former.exists()


def test_names_that_are_no_text(voices, tmp_path):
    source, out = tmp_path / "odd", tmp_path / "out"
    source.mkdir()
    (source / "caf\udce9.wav").write_bytes((voices / "00.wav").read_bytes())
    assert scoring.score(str(source), out) == (1, 0)
    [row] = rows(out)
    assert row["uri"].endswith("caf\\xe9.wav") and row["error"] is None


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
@pytest.mark.parametrize("invalid", [None, 5, ""])
def test_rows_without_a_uri_are_explained(invalid, kind, tmp_path):
    table = tmp_path / f"table.{kind}"
    uris = [invalid] if invalid == 5 else ["a.wav", invalid, invalid]
    if kind == "parquet":
        pq.write_table(pa.table({"uri": uris}), table)
    else:
        table.write_text("".join(json.dumps({"uri": uri, "n": 1}) + "\n" for uri in uris))
    message = (
        "cannot be read.*number" if kind == "jsonl" and invalid == 5 else "in row|first in row"
    )
    with pytest.raises(SerError, match=message):
        find(str(table))


def test_text_that_looks_like_a_date_is_a_uri(tmp_path):
    table = tmp_path / "table.jsonl"
    table.write_text('{"uri": "2024-01-01"}\n')
    assert find(str(table)) == ["2024-01-01"]


def test_sources_that_are_no_collection_are_explained(tmp_path):
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text('{"path": "a.wav"}\n')
    for source, message in (
        (tmp_path / "nowhere", "names no recording"),
        (wrong, "column `uri`"),
        (tmp_path / "nowhere.parquet", "cannot be read"),
        ("nowhere://bucket", "cannot be read"),
    ):
        with pytest.raises(SerError, match=message):
            find(str(source))


CLUSTER = """
import sys
from ray.cluster_utils import Cluster
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
workers = [cluster.add_node(num_cpus=1) for _ in range(2)]
print(cluster.address, flush=True)
sys.stdin.readline()
cluster.remove_node(workers[0], allow_graceful=False)
print("killed", flush=True)
sys.stdin.readline()
cluster.shutdown()
"""


@pytest.fixture
def cluster(monkeypatch):
    """A local Ray cluster of two workers; killing one is a line to its standard input."""
    ray = pytest.importorskip("ray", reason="needs ray, see requirements-scale.txt")
    # Workers are new processes, which import `ser` from the same folder.
    monkeypatch.setenv("PYTHONPATH", str(artifacts.FOLDER.parent))
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    # The processor may be busy.
    monkeypatch.setenv("RAY_raylet_start_wait_time_s", "300")
    process = subprocess.Popen(
        [sys.executable, "-c", CLUSTER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    process.address = process.stdout.readline().strip()
    yield process
    ray.shutdown()
    process.communicate("\n\n", timeout=60)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def test_a_worker_killed_in_the_middle_loses_nothing(cluster, voices, small_shards, tmp_path):
    out, killed = tmp_path / "out", []
    complete_shards = scoring._complete_shards

    def killing(records, shards, progress):
        for shard in complete_shards(records, shards, progress):
            if not killed:
                cluster.stdin.write("kill\n")
                cluster.stdin.flush()
                killed.append(cluster.stdout.readline().strip())
            yield shard

    scoring._complete_shards = killing
    try:
        assert scoring.score(str(voices), out, ray=cluster.address) == (60, 0)
    finally:
        scoring._complete_shards = complete_shards
    assert killed == ["killed"]
    scores = rows(out)
    assert [row["uri"] for row in scores] == sorted(map(str, voices.glob("*.wav")))
    assert [row["uri"] for row in scores if row["error"]] == [str(voices / "broken.wav")]
    assert scoring.score(str(voices), out, ray=cluster.address) == (0, 60)


@pytest.fixture
def voice_profile(recognizer, clips, tmp_path):
    """A profile of a speaker, in a file."""
    path = tmp_path / "profile.npz"
    path.write_bytes(profile.to_bytes(recognizer.teach(clips[0], "sad"), recognizer))
    return path


def test_with_a_profile_every_answer_is_that_speakers(
    voices, voice_profile, recognizer, tmp_path, small_shards
):
    source, out = str(voices / "0*.wav"), tmp_path / "out"
    arguments = ["score", source, "--out", str(out)]
    assert main([*arguments, "--profile", str(voice_profile)]) == 0
    speaker = profile.load(voice_profile, recognizer)
    scores = rows(out)
    assert len(scores) == 10
    for row in scores[:3]:
        expected = recognizer.analyse(row["uri"], speaker).probabilities
        assert [row[label] for label in LABELS] == pytest.approx(list(expected.values()), abs=1e-3)
        unknown = recognizer.analyse(row["uri"]).probabilities
        assert list(expected.values()) != pytest.approx(list(unknown.values()), abs=1e-3)
    # What is there is this speaker's.
    assert main([*arguments, "--profile", str(voice_profile)]) == 0
    assert main(arguments) == 1
    voice_profile.write_bytes(profile.to_bytes(UNKNOWN_SPEAKER, recognizer))
    assert main([*arguments, "--profile", str(voice_profile)]) == 1


def test_a_profile_that_cannot_be_used_ends_before_anything_is_loaded_or_written(
    voices, voice_profile, tmp_path, monkeypatch
):
    monkeypatch.setattr(scoring.Recognizer, "load", None)
    voice_profile.write_bytes(voice_profile.read_bytes()[:-1])
    with pytest.raises(SerError, match="no voice profile"):
        scoring.score(str(voices), tmp_path / "out", profile=voice_profile)
    assert not (tmp_path / "out").exists()


def test_an_actor_answers_by_the_profile(voices, voice_profile, recognizer):
    pytest.importorskip("ray", reason="needs ray, see requirements-scale.txt")
    from ser.batch.ray_cluster import Scorer

    path, speaker = voices / "00.wav", profile.load(voice_profile, recognizer)
    score_uris = pickle.loads(pickle.dumps(partial(score_recordings, speaker=speaker)))
    [rows] = Scorer(artifacts.FOLDER, "cpu", score_uris)({"number": [0], "uri": [str(path)]})[
        "rows"
    ]
    expected = recognizer.analyse(path, speaker).probabilities
    assert json.loads(rows)[0]["sad"] == pytest.approx(expected["sad"], abs=1e-3)


@pytest.fixture
def conversation(clips, unfamiliar, ravdess, tmp_path):
    """A wav of two voices in eight turns, and where each begins."""
    others = sorted((ravdess / "Actor_03").glob("*.flac"))[:4] if ravdess else [unfamiliar] * 4
    waveform, edges = in_turns(clips[:4], others, longest=4)
    path = tmp_path / "talk.wav"
    soundfile.write(path, waveform, SAMPLING_RATE)
    return path, [start for start, _ in edges]


def test_turns_are_rows(conversation, voices, tmp_path, recognizer):
    path, starts = conversation
    table, out = tmp_path / "uris.jsonl", tmp_path / "out"
    in_memory = "memory://talks/again.wav"
    fsspec.filesystem("memory").pipe(in_memory, path.read_bytes())
    uris = [str(path), str(voices / "broken.wav"), "memory://talks/gone.wav", in_memory]
    table.write_text("".join(json.dumps({"uri": uri}) + "\n" for uri in uris))
    arguments = ["score", str(table), "--out", str(out), "--turns"]
    assert main([*arguments, "--speakers", "2"]) == 0
    by_uri = {uri: [row for row in rows(out) if row["uri"] == uri] for uri in uris}
    assert [row["uri"] for row in rows(out)] == sorted(
        (row["uri"] for row in rows(out)), key=uris.index
    )
    for uri in uris[1:3]:
        [row] = by_uri[uri]
        assert row["error"] and row["start"] is None and row["speaker"] is None
    turns = by_uri[uris[0]]
    assert all(row["error"] is None and row["model"] == recognizer.version for row in turns)
    assert [{**row, "uri": uris[0]} for row in by_uri[in_memory]] == turns
    for number, start in enumerate(starts):
        [first, *_] = [row for row in turns if start - 0.3 <= row["start"] <= start + 1.5]
        assert first["speaker"] == 1 + number % 2
    for row, following in zip(turns[:-1], turns[1:], strict=True):
        assert row["start"] < row["end"] <= following["start"]
        assert sum(row[label] for label in LABELS) == pytest.approx(1, abs=1e-4)
        assert row["label"] == max(LABELS, key=row.get)
    # A folder holds one kind of scores.
    assert main([*arguments, "--speakers", "2"]) == 0
    assert main(arguments) == main(arguments[:-1]) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"turns": True, "n_speakers": 7}, "7 speakers"),
        ({"n_speakers": 2}, "--turns"),
        ({"turns": True, "profile": "profile.npz"}, "of one person"),
    ],
    ids=["seven speakers", "speakers of what", "one person's"],
)
def test_options_that_contradict_each_other_end_before_anything_is_written(
    voices, tmp_path, options, message
):
    with pytest.raises(SerError, match=message):
        scoring.score(str(voices), tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()
