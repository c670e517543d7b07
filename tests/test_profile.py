"""Voice profiles: the same answers from the file, and no other file is read as one."""

import hashlib
import io
import random
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from harm import Harm

from ser import profile
from ser.errors import ErrorKind, SerError
from ser.labels import LABELS
from ser.models.speaker import MAX_LABELLED, UNKNOWN_SPEAKER

N_ALTERED = 2000


@pytest.fixture(scope="module")
def speaker(recognizer, clips):
    """A speaker with clips of every kind."""
    known = recognizer.analyse(clips[0]).speaker
    known = recognizer.enrol(clips[1], known)
    known = recognizer.teach(clips[2], "sad", known)
    return recognizer.teach(clips[3], "angry", known)


@pytest.fixture(scope="module")
def content(speaker, recognizer):
    return profile.to_bytes(speaker, recognizer)


def rejected(content, recognizer, kind=ErrorKind.UNUSABLE_PROFILE):
    with pytest.raises(SerError) as raised:
        profile.from_bytes(content, recognizer)
    assert raised.value.kind == kind
    return raised.value


def arrays_of(content):
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return dict(arrays)


def packed(arrays, **changed):
    return profile.pack((arrays | changed).items())


def signed(body):
    """Return an archive without a comment with its digest as the comment."""
    body = body[:-2] + profile.DIGEST.to_bytes(2, "little")
    return body + hashlib.sha256(body).digest()


def archive(members, compression=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as made:
        for name, member in members:
            made.writestr(zipfile.ZipInfo(name), member, compression)
    return signed(file.getvalue())


def members_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as read:
        return {entry.filename: read.read(entry) for entry in read.infolist()}


def test_a_profile_gives_the_same_answers(recognizer, speaker, content, clips, unfamiliar):
    restored = profile.from_bytes(content, recognizer)
    assert [clip.emotion for clip in restored.labelled] == ["sad", "angry"]
    assert restored.n_clips == speaker.n_clips == 4
    for path in (clips[4], unfamiliar):
        before, after = (recognizer.analyse(path, one) for one in (speaker, restored))
        assert after.to_json() == before.to_json()
        assert after.probabilities != recognizer.analyse(path).probabilities
    # A restored speaker learns on.
    learned = [recognizer.teach(clips[5], "happy", one) for one in (speaker, restored)]
    assert profile.to_bytes(learned[0], recognizer) == profile.to_bytes(learned[1], recognizer)


@pytest.mark.parametrize("kind", ["none", "unlabelled", "neutral", "labelled"])
def test_a_profile_may_have_clips_of_one_kind(recognizer, speaker, clips, kind):
    known = {
        "none": lambda: UNKNOWN_SPEAKER,
        "unlabelled": lambda: recognizer.analyse(clips[0]).speaker,
        "neutral": lambda: recognizer.enrol(clips[0]),
        "labelled": lambda: replace(UNKNOWN_SPEAKER, labelled=speaker.labelled),
    }[kind]()
    restored = profile.from_bytes(profile.to_bytes(known, recognizer), recognizer)
    assert restored.n_clips == known.n_clips
    expected = recognizer.analyse(clips[4], known).to_json()
    assert recognizer.analyse(clips[4], restored).to_json() == expected


def test_numpy_reads_a_profile(content, speaker, recognizer):
    arrays = arrays_of(content)
    assert list(arrays) == list(profile.TYPES)
    assert arrays["emotions"].tolist() == [b"sad", b"angry"]
    assert arrays["version"].item().decode() == recognizer.version
    assert np.array_equal(arrays["rows"][1], speaker.labelled[1].features.rows[0])
    assert packed(arrays) == content


def test_names_fit_the_types(recognizer):
    assert max(map(len, LABELS)) <= np.dtype(profile.TYPES["emotions"]).itemsize
    assert len(recognizer.version) == np.dtype(profile.TYPES["version"]).itemsize


def test_the_largest_profile_is_read(recognizer, speaker):
    [clip, _] = speaker.labelled
    full = replace(speaker, labelled=(clip,) * MAX_LABELLED)
    content = profile.to_bytes(full, recognizer)
    assert len(content) < profile.MAX_BYTES
    assert len(profile.from_bytes(content, recognizer).labelled) == MAX_LABELLED
    more = profile.to_bytes(replace(full, labelled=(clip,) * (MAX_LABELLED + 1)), recognizer)
    rejected(more, recognizer)


def test_files_that_are_no_profile_are_rejected(recognizer, speech, tmp_path):
    for wrong in (b"", b"PK\x03\x04", b"no profile", bytes(1000), speech.read_bytes()):
        assert "no voice profile" in str(rejected(wrong, recognizer))
    other = io.BytesIO()
    np.savez(other, rows=np.zeros(3))
    rejected(other.getvalue(), recognizer)
    for path in (tmp_path / "missing.npz", tmp_path, tmp_path / ("x" * 5000), "a\0b"):
        with pytest.raises(SerError, match="cannot be read"):
            profile.load(path, recognizer)


def test_no_more_than_the_limit_is_read(recognizer, tmp_path):
    path = tmp_path / "large.npz"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(SerError) as raised:
        profile.load(path, recognizer)
    assert raised.value.kind == ErrorKind.UNUSABLE_PROFILE


def test_a_profile_of_other_artifacts_is_explained(recognizer, content):
    other = replace(recognizer, version="0123456789ab")
    message = str(rejected(content, other, ErrorKind.OTHER_PROFILE))
    assert recognizer.version in message and other.version in message and "enrol" in message


def test_a_profile_of_a_later_format_is_explained(recognizer, content):
    arrays = arrays_of(content)
    later = packed(arrays, format=np.int64(profile.FORMAT + 1), further=np.zeros(3))
    with pytest.raises(SerError, match=f"format {profile.FORMAT + 1}"):
        profile.from_bytes(later, recognizer)


def altered(content, rng):
    """Return a profile with one to four faults at random."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        position = rng.randrange(len(changed) or 1)
        end = position + rng.randint(1, 64)
        fault = rng.choice(["flip", "write", "cut", "drop", "insert", "repeat", "splice"])
        if fault == "flip" and changed:
            changed[position] ^= 1 << rng.randrange(8)
        elif fault == "write":
            changed[position:end] = rng.randbytes(end - position)
        elif fault == "cut":
            del changed[position:]
        elif fault == "drop":
            del changed[position:end]
        elif fault == "insert":
            changed[position:position] = rng.randbytes(end - position)
        elif fault == "repeat":
            changed[position:position] = changed[position:end]
        elif fault == "splice":
            changed[position:] = content[rng.randrange(len(content)) :]
    return bytes(changed)


def test_no_altered_profile_is_read(recognizer, content):
    rng = random.Random(0)
    variants = {altered(content, rng) for _ in range(N_ALTERED + 200)} - {content}
    assert len(variants) >= N_ALTERED
    for variant in variants:
        rejected(variant, recognizer)


def test_every_byte_counts(recognizer):
    content = profile.to_bytes(UNKNOWN_SPEAKER, recognizer)
    for position in range(len(content)):
        variant = bytearray(content)
        variant[position] ^= 0xFF
        rejected(bytes(variant), recognizer)
        rejected(content[:position], recognizer)


def test_altered_profiles_with_the_right_digest_are_rejected_or_harmless(
    recognizer, content, clips
):
    """Whoever alters a profile on purpose can compute its digest."""
    rng, body = random.Random(1), content[: -profile.DIGEST]
    read = []
    for _ in range(N_ALTERED):
        changed = altered(body, rng)
        try:
            variant = changed + hashlib.sha256(changed).digest()
            read.append(profile.from_bytes(variant, recognizer))
        except SerError:
            continue
    # Dates, flags and the like in the archive, but no values, which have checksums.
    assert len(read) < N_ALTERED / 10
    for known in read:
        assert profile.to_bytes(known, recognizer) == content


def wrong_arrays(arrays, recognizer):
    """Yield what is wrong with arrays that are packed as a profile is."""

    def with_value(name, value):
        array = arrays[name].copy()
        array[(0,) * array.ndim] = value
        return {name: array}

    for name in ("unlabelled_sum", "expected_counts", "neutral_sum", "rows", "scores"):
        for value in (np.nan, np.inf, -np.inf, 1e30):
            yield with_value(name, value)
        yield {name: arrays[name][..., :-1]}
        yield {name: arrays[name][..., None]}
        yield {name: arrays[name].astype("f2")}
        yield {name: arrays[name].astype(">f8")}
        yield {name: np.zeros(0, arrays[name].dtype)}
    for value in (np.nan, -2.0, 2.0):
        yield with_value("similarity", value)
    for name in ("n_unlabelled", "n_neutral"):
        for value in (-1, 2**62, -(2**63)):
            yield {name: np.int64(value)}
        yield {name: np.float64(1)}
        yield {name: np.zeros(2, "<i8")}
    for emotion in (b"", b"bored", b"\xff", b"Angry", b"angry\0sad"):
        yield with_value("emotions", emotion)
    yield {"emotions": arrays["emotions"][:1]}
    yield {"emotions": arrays["emotions"].astype("S20")}
    yield {"emotions": np.array(["sad", "angry"])}
    yield {"rows": np.repeat(arrays["rows"], 40, axis=0)}
    many = {name: np.repeat(arrays[name], 40, axis=0) for name in ("emotions", "rows")}
    yield many | {name: np.repeat(arrays[name], 40, axis=0) for name in ("scores", "similarity")}
    yield {"version": np.array(b"../../../etc")}
    yield {"further": np.zeros(3)}


def test_wrong_arrays_with_the_right_digest_are_rejected(recognizer, content):
    arrays = arrays_of(content)
    wrong = list(wrong_arrays(arrays, recognizer))
    assert len(wrong) > 50
    for changed in wrong:
        rejected(packed(arrays, **changed), recognizer)
    for name in profile.TYPES:
        rejected(packed({n: array for n, array in arrays.items() if n != name}), recognizer)
    rejected(packed(dict(reversed(arrays.items()))), recognizer)


def headers():
    """Yield headers of arrays that would run code, take memory or break a parser."""
    for text in (
        "{'descr': '|O', 'fortran_order': False, 'shape': (2, 512), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000000000), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 512), }",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 512), }",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 512), }",
        "-" * 60_000 + "1",
        "(" * 60_000,
        "__import__('os').abort()",
    ):
        header = text.encode().ljust(profile.HEADER - 11) + b"\n"
        yield b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    yield b"\x93NUMPY\x02\x00" + (2**32 - 1).to_bytes(4, "little")
    yield b""


def test_malicious_archives_with_the_right_digest_are_rejected(recognizer, content, tmp_path):
    members, harm = members_of(content), tmp_path / "harm"
    for header in headers():
        changed = members | {"rows.npy": header + members["rows.npy"][profile.HEADER :]}
        rejected(archive(changed.items()), recognizer)
    pickled = io.BytesIO()
    np.save(pickled, np.array([Harm(harm)] * 2, object), allow_pickle=True)
    for name in members:
        rejected(archive((members | {name: pickled.getvalue()}).items()), recognizer)
    assert not harm.exists()
    # The same arrays, compressed; and bombs.
    for kind in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        rejected(archive(members.items(), kind), recognizer)
        for name in ("format.npy", "rows.npy"):
            bomb = members | {name: bytes(50 * 2**20)}
            rejected(archive(bomb.items(), kind), recognizer)


def test_archives_with_many_or_repeated_members_are_rejected(recognizer, content):
    members = list(members_of(content).items())
    many = [*members, *((f"{number}", b"") for number in range(2000))]
    assert len(archive(many)) < profile.MAX_BYTES
    rejected(archive(many), recognizer)
    with pytest.warns(UserWarning, match="Duplicate"):
        repeated = archive([*members, members[-1]])
    rejected(repeated, recognizer)
    rejected(archive([*members, ("../../outside", b"")]), recognizer)


def test_archives_that_declare_false_sizes_are_rejected(recognizer, content):
    body = bytearray(content[: -profile.DIGEST])
    first = body.index(b"PK\x01\x02")
    # Offsets of the sizes, in the entry of the first member and at the end of the archive.
    for offset in (first + 20, first + 24, first + 42, len(body) - 10, len(body) - 6):
        for value in (0, 2**31 - 1, 2**32 - 1):
            changed = body.copy()
            changed[offset : offset + 4] = value.to_bytes(4, "little")
            if changed != body:
                rejected(bytes(changed) + hashlib.sha256(changed).digest(), recognizer)


def test_the_largest_values_are_answered(recognizer, content, clips):
    arrays = arrays_of(content)
    extreme = {
        name: np.full_like(arrays[name], profile.MAX_VALUE)
        for name in ("unlabelled_sum", "neutral_sum", "rows", "scores")
    }
    extreme["rows"][1] *= -1
    known = profile.from_bytes(packed(arrays, **extreme), recognizer)
    probabilities = list(recognizer.analyse(clips[4], known).probabilities.values())
    assert sum(probabilities) == pytest.approx(1) and min(probabilities) >= 0
