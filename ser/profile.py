"""Voice profiles: what is known of one speaker, as a file that another session can read.

A profile is an uncompressed npz file without pickle, which `numpy.load` reads, of the arrays below.
The comment at its end is the SHA-256 of all bytes before, so that a file with any other byte is
rejected before it is parsed. Anybody can compute such a digest, so nothing in the file decides how
much is read or allocated, and headers of arrays are compared with the expected ones, not parsed.
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ser.errors import ErrorKind, SerError
from ser.labels import LABELS
from ser.models.speaker import MAX_LABELLED, Features, LabelledClip, Speaker

if TYPE_CHECKING:
    from ser.recognizer import Recognizer

FORMAT = 1  # of the arrays in a profile; raise it with every change of them
MAX_BYTES = 2**18  # of a profile; one with MAX_LABELLED clips takes half of that
MAX_CLIPS = 10**6  # of a kind that is only counted and summed up
MAX_VALUE = 1e6  # of a principal component or a class score; in speech they are below 100
DIGEST = hashlib.sha256().digest_size  # bytes
HEADER = 128  # bytes of the header of an array
# Types of the arrays, in the order of the file. Those of labelled clips have a row for each.
TYPES = {
    "format": "<i8",
    "version": "|S12",  # of the artifacts
    "n_unlabelled": "<i8",
    "unlabelled_sum": "<f8",
    "expected_counts": "<f8",
    "n_neutral": "<i8",
    "neutral_sum": "<f8",
    "emotions": "|S9",  # of LABELS
    "rows": "<f4",
    "scores": "<f4",
    "similarity": "<f4",
}
UNUSABLE = (
    "{name} is no voice profile, or it is damaged. Needed is a file that this page or `python -m "
    "ser enrol` made, unchanged. Choose such a file, or make it again."
)

Shape = tuple[int, ...]


def to_bytes(speaker: Speaker, recognizer: "Recognizer") -> bytes:
    """Return the profile of a speaker whose clips the recognizer has analysed, see `from_bytes`."""
    clips = speaker.labelled
    shapes = _shapes(recognizer, len(clips))
    values = {
        "format": FORMAT,
        "version": recognizer.version,
        "emotions": [clip.emotion for clip in clips],
        **{name: getattr(speaker, name) for name in TYPES if hasattr(speaker, name)},
    }
    for name in ("rows", "scores", "similarity"):
        values[name] = [getattr(clip.features, name)[0] for clip in clips] or 0
    # Sums of no clips are numbers, which stand for zeros.
    return pack(
        {
            name: np.broadcast_to(np.asarray(values[name], kind), shapes[name])
            for name, kind in TYPES.items()
        }.items()
    )


def from_bytes(content: bytes, recognizer: "Recognizer", name: str = "The file") -> Speaker:
    """Return the speaker whose profile `to_bytes` wrote, for the same artifacts.

    recognizer: of which `version`, `adaptation` and `classifier` are used; name: of the file, for
    messages.

    Raises:
        SerError: it is no profile, is damaged, or was made with other artifacts.
    """
    unusable = SerError(UNUSABLE.format(name=name), ErrorKind.UNUSABLE_PROFILE, name=name)
    if not DIGEST < len(content) <= MAX_BYTES:
        raise unusable
    if hashlib.sha256(content[:-DIGEST]).digest() != content[-DIGEST:]:
        raise unusable
    try:
        _check_maker(_members(content, ("format", "version")), recognizer.version, name)
        return _speaker(_arrays(_members(content), recognizer))
    except SerError:
        raise
    except Exception as error:
        # zipfile raises errors of many kinds for archives that are made to break it.
        raise unusable from error


def load(path: str | Path, recognizer: "Recognizer") -> Speaker:
    """Read a speaker's profile from a file; raises a SerError as `from_bytes`, or if there is none.

    No more than MAX_BYTES are read.
    """
    name = Path(path).name
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SerError(
            f"The voice profile {path} cannot be read: {reason}. Needed is a file that `python -m "
            "ser enrol` made. Check its name and permissions."
        ) from error
    return from_bytes(content, recognizer, name)


def pack(arrays: Iterable[tuple[str, np.ndarray]]) -> bytes:
    """Return an npz file of arrays, by name, with its digest as the comment."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays:
            content = _header(array.dtype.str, array.shape) + array.tobytes()
            # Without the time, so that the same speaker has the same profile.
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content)
    # The last field of a zip file is the length of the comment that follows.
    body = file.getvalue()[:-2] + DIGEST.to_bytes(2, "little")
    return body + hashlib.sha256(body).digest()


def _header(kind: str, shape: Shape) -> bytes:
    """Return the header of an array in numpy's format 1.0, always HEADER bytes for ours."""
    text = str({"descr": kind, "fortran_order": False, "shape": shape}).encode()
    length = HEADER - 10  # of the text, which spaces and a line feed fill
    return b"\x93NUMPY\x01\x00" + length.to_bytes(2, "little") + text.ljust(length - 1) + b"\n"


def _shapes(recognizer: "Recognizer", n_labelled: int) -> dict[str, Shape]:
    """Return the shapes of a profile's arrays; numbers have the shape ()."""
    n_components = recognizer.adaptation.class_means.shape[1]
    return dict.fromkeys(TYPES, ()) | {
        "unlabelled_sum": (n_components,),
        "expected_counts": (len(LABELS),),
        "neutral_sum": (n_components,),
        "emotions": (n_labelled,),
        "rows": (n_labelled, n_components),
        "scores": (n_labelled, len(recognizer.classifier.classes)),
        "similarity": (n_labelled, 1),
    }


def _members(content: bytes, names: Iterable[str] | None = None) -> dict[str, bytes]:
    """Return the members of an archive by name, of which nothing is compressed.

    names: of these members; None for those in TYPES, which must be all.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {}
        _require(names is not None or archive.namelist() == [f"{name}.npy" for name in TYPES])
        for name in names or TYPES:
            entry = archive.getinfo(f"{name}.npy")
            _require(entry.compress_type == zipfile.ZIP_STORED)
            _require(HEADER <= entry.file_size == entry.compress_size < len(content))
            members[name] = archive.read(entry)
        return members


def _check_maker(members: dict[str, bytes], version: str, name: str) -> None:
    """Raise a SerError if a profile is of another format or was made with other artifacts."""
    _require(len(members["format"]) == HEADER + 8)
    found = int.from_bytes(members["format"][HEADER:], "little")
    if found != FORMAT:
        raise SerError(
            f"{name} is a voice profile of format {found}; this version reads format {FORMAT}. "
            "Make it again with: python -m ser enrol"
        )
    maker = members["version"][HEADER:].decode("ascii")
    _require(re.fullmatch("[0-9a-f]{12}", maker) is not None)
    if maker != version:
        raise SerError(
            f"The voice profile {name} was made with the model {maker}; needed is one of the model "
            f"{version}, which answers now. Teach your voice again, or make a profile from your "
            "recordings with: python -m ser enrol",
            ErrorKind.OTHER_PROFILE,
            name=name,
            maker=maker,
            model=version,
        )


def _arrays(members: dict[str, bytes], recognizer: "Recognizer") -> dict[str, np.ndarray]:
    """Return a profile's arrays, writable, of the expected types and shapes."""
    n_labelled = (len(members["emotions"]) - HEADER) // np.dtype(TYPES["emotions"]).itemsize
    _require(n_labelled <= MAX_LABELLED)
    arrays = {}
    for name, shape in _shapes(recognizer, n_labelled).items():
        header, values = members[name][:HEADER], members[name][HEADER:]
        _require(header == _header(TYPES[name], shape))
        # Raises a ValueError if there are more or fewer values.
        arrays[name] = np.frombuffer(values, TYPES[name]).reshape(shape).copy()
    return arrays


def _speaker(arrays: dict[str, np.ndarray]) -> Speaker:
    """Return the speaker of a profile's arrays, whose values are checked."""
    n_unlabelled, n_neutral = int(arrays["n_unlabelled"]), int(arrays["n_neutral"])
    _require(0 <= n_unlabelled <= MAX_CLIPS and 0 <= n_neutral <= MAX_CLIPS)
    # What was added and removed again leaves rounding errors, so no limit is 0.
    limits = {
        "unlabelled_sum": MAX_VALUE * (n_unlabelled + 1),
        "neutral_sum": MAX_VALUE * (n_neutral + 1),
        "expected_counts": n_unlabelled + 1,
        "rows": MAX_VALUE,
        "scores": MAX_VALUE,
        "similarity": 1.01,
    }
    for name, limit in limits.items():
        # False for NaN too.
        _require(bool((np.abs(arrays[name]) <= limit).all()))
    emotions = [emotion.decode("ascii") for emotion in arrays["emotions"].tolist()]
    _require(set(emotions) <= set(LABELS))
    features = Features(arrays["rows"], arrays["scores"], arrays["similarity"])
    return Speaker(
        n_unlabelled,
        arrays["unlabelled_sum"],
        arrays["expected_counts"],
        n_neutral,
        arrays["neutral_sum"],
        tuple(LabelledClip(emotion, features[[row]]) for row, emotion in enumerate(emotions)),
    )


def _require(condition: bool) -> None:
    if not condition:
        raise ValueError("not as expected of a voice profile")
