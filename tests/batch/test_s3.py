"""Scoring recordings in S3, on a server on this machine."""

import json

import boto3
import pyarrow.parquet as pq
import pytest
from moto.server import ThreadedMotoServer

from ser.batch import scoring

BUCKET = "recordings"


@pytest.fixture(scope="module")
def bucket(clips):
    """The URI of a bucket with three recordings, of which one is no recording."""
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        # As whoever runs `score` would say where the server is.
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        for clip in clips[:2]:
            client.upload_file(str(clip), BUCKET, f"calls/{clip.name}")
        client.put_object(Bucket=BUCKET, Key="calls/broken.wav", Body=b"not audio")
        client.put_object(Bucket=BUCKET, Key="notes.txt", Body=b"not audio")
        yield f"s3://{BUCKET}"
    server.stop()


@pytest.mark.parametrize("turns", [False, True], ids=["recordings", "turns"])
@pytest.mark.parametrize("listed", [False, True], ids=["bucket", "table"])
def test_scores_are_those_of_local_files(bucket, clips, tmp_path, listed, turns):
    names = [*sorted(clip.name for clip in clips[:2]), "broken.wav"]
    source, uris = f"{bucket}/calls", sorted(f"{bucket}/calls/{name}" for name in names)
    if listed:
        table = tmp_path / "uris.jsonl"
        source, uris = str(table), [*uris, f"{bucket}/gone.wav", "s3://nowhere/gone.wav"]
        table.write_text("".join(json.dumps({"uri": uri}) + "\n" for uri in uris))
    scoring.score(source, tmp_path / "out", turns=turns)
    [path] = (tmp_path / "out").glob("*.parquet")
    rows = pq.read_table(path).to_pylist()
    assert list(dict.fromkeys(row["uri"] for row in rows)) == uris
    in_bucket = {f"{bucket}/calls/{clip.name}": clip for clip in clips[:2]}
    assert {row["uri"] for row in rows if not row["error"]} == set(in_bucket)
    (tmp_path / "local").mkdir()
    for clip in in_bucket.values():
        (tmp_path / "local" / clip.name).symlink_to(clip)
    scoring.score(str(tmp_path / "local"), tmp_path / "local_out", turns=turns)
    [path] = (tmp_path / "local_out").glob("*.parquet")
    local = pq.read_table(path).drop_columns("uri").to_pylist()
    scored = [dict(row) for row in rows if not row["error"]]
    for row in scored:
        del row["uri"]
    assert scored == local
