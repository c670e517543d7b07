"""Download RAVDESS's speech recordings: resumable, verified, unpacked in one step."""

import errno
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import BinaryIO

import pooch
import requests

from ser.audio.formats import audio_files
from ser.errors import SerError
from ser.training.data import corpora
from ser.training.data.published import RAVDESS

# Zenodo's /api/ address of the same file does not answer Range requests.
ZENODO_URL = "https://zenodo.org/records/1188976/files/Audio_Speech_Actors_01-24.zip?download=1"
ZENODO_MD5 = "bc696df654c87fed845eb13823edef8a"
DOI = "https://doi.org/10.5281/zenodo.1188976"
N_CLIPS = sum(RAVDESS.expected_clips.values())
DISK_SPACE = 0.9  # GB, of the archive and the unpacked recordings together
CHUNK_SIZE = 2**16  # bytes


def download(folder: str | Path, url: str = ZENODO_URL, md5: str = ZENODO_MD5) -> Path:
    """Download an archive, verify its MD5 and unpack its recordings into a folder.

    An interrupted download is resumed, from FOLDER.zip.part, when called again. A folder with the
    complete data set is left as it is.

    Returns:
        the folder, as an absolute path.

    Raises:
        SerError: the folder holds anything else, the server cannot be reached, the checksum
            differs, a member would lie outside the folder, or the disk is full.
    """
    folder = Path(folder).expanduser().resolve()
    if _is_complete(folder):
        print(f"{folder} already holds all {N_CLIPS} recordings.", file=sys.stderr)
        return folder
    archive = folder.with_name(f"{folder.name}.zip")
    try:
        _fetch(url, md5, archive)
        _unpack(archive, folder)
        archive.unlink()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise SerError(
                f"The disk of {folder.parent} is full. RAVDESS needs {DISK_SPACE} GB. Free "
                "that much and run the same command again: it goes on where it stopped."
            ) from error
        raise SerError(
            f"Cannot write to {folder.parent}: {error}. Needed is a folder that you may write "
            "to. Choose another one or change its permissions."
        ) from error
    return folder


def _is_complete(folder: Path) -> bool:
    """Return whether a folder holds all recordings; a SerError if it holds anything else."""
    if not folder.exists():
        return False
    if not folder.is_dir():
        raise SerError(f"{folder} is a file. Needed is a folder: choose another name.")
    if not any(folder.iterdir()):
        return False
    try:
        n_clips = len(corpora.read(RAVDESS, audio_files(folder)).utterances)
    except SerError:
        n_clips = 0
    if n_clips < N_CLIPS:
        raise SerError(
            f"{folder} is not empty and holds {n_clips} of RAVDESS's {N_CLIPS} speech recordings. "
            "Needed is a new or empty folder. Choose another one, or move this one away."
        )
    return True


def _fetch(url: str, md5: str, archive: Path) -> None:
    """Download a file, resuming an interrupted download, and verify its MD5."""
    part = archive.with_name(f"{archive.name}.part")

    def resume(url: str, output_file: str, _pooch: pooch.Pooch) -> None:
        with part.open("ab") as file:
            try:
                _append(url, file)
            except requests.HTTPError as error:
                if error.response.status_code != requests.codes.range_not_satisfiable:
                    raise
                # The server has no bytes after those of the part, which was never verified.
                file.seek(0)
                file.truncate()
                _append(url, file)
        part.replace(output_file)

    try:
        pooch.retrieve(url, f"md5:{md5}", archive.name, archive.parent, downloader=resume)
    except requests.RequestException as error:
        raise SerError(
            f"The download stopped: {error}. Needed is a connection to the server. Check it and "
            "run the same command again: it goes on where it stopped. Without a connection, "
            f"bring the archive from {DOI} and unpack it into the folder."
        ) from error
    except ValueError as error:
        raise SerError(
            f"What {url} sent is not the published archive, and was removed: {error} Run the "
            "same command again; if it repeats, a proxy or mirror is altering the file: fetch it "
            f"from {DOI} and unpack it into the folder."
        ) from error


def _append(url: str, file: BinaryIO) -> None:
    """Download what follows the bytes that a file has already."""

    def restart(response: requests.Response, **_) -> None:
        # 200 instead of 206: the server ignored Range and sends the file from its beginning.
        if response.status_code == requests.codes.ok:
            file.truncate(0)

    # Offsets count the stored bytes, so the server must not compress the response.
    headers = {"Range": f"bytes={file.tell()}-", "Accept-Encoding": "identity"}
    downloader = pooch.HTTPDownloader(
        progressbar=True, chunk_size=CHUNK_SIZE, headers=headers, hooks={"response": restart}
    )
    downloader(url, file, None)


def _unpack(archive: Path, folder: Path) -> None:
    """Extract the recordings of an archive into a new or empty folder, in one step."""
    # The folder gets its name when it is complete, so that a crash leaves no part of it.
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}.", dir=folder.parent) as temporary:
        root = Path(temporary).resolve() / "clips"
        root.mkdir()
        with zipfile.ZipFile(archive) as contents:
            for name in contents.namelist():
                if not (root / name).resolve().is_relative_to(root):
                    raise SerError(
                        f"The archive {archive} was refused: its member {name} would be written "
                        f"outside {folder}. Delete it and fetch the one at {DOI}."
                    )
            for name in contents.namelist():
                if name.lower().endswith(".wav"):
                    contents.extract(name, root)
        # Not every system renames onto an existing folder, be it empty.
        if folder.exists():
            folder.rmdir()
        root.rename(folder)
