"""Download of RAVDESS's speech recordings: resumable, verified, unpacked into place."""

import errno
import sys
import tempfile
import zipfile
from pathlib import Path

import pooch
import requests

from ser.errors import SerError
from ser.training.data.ravdess import AUDIO, CLIPS, table

# Zenodo's /api/ address of the same file does not answer Range requests.
ZENODO_URL = "https://zenodo.org/records/1188976/files/Audio_Speech_Actors_01-24.zip?download=1"
ZENODO_MD5 = "bc696df654c87fed845eb13823edef8a"
RECORD = "https://doi.org/10.5281/zenodo.1188976"
NEEDED_SPACE = 0.9  # GB: the archive and the unpacked recordings lie side by side for a while
CHUNK = 2**16  # bytes


def download(folder: str | Path, url: str = ZENODO_URL, md5: str = ZENODO_MD5) -> Path:
    """Download the archive, verify its MD5, unpack its recordings into `folder`, return the folder.

    An interrupted download goes on where it stopped (from FOLDER.zip.part) when called again.
    A folder with the complete data set is left as it is.
    Raises SerError when the folder holds anything else, the server cannot be reached, the
    checksum differs, a member would lie outside the folder, or the disk is full.
    """
    folder = Path(folder).expanduser().resolve()
    if _complete(folder):
        print(f"{folder} already holds all {CLIPS} recordings.", file=sys.stderr)
        return folder
    archive = folder.with_name(f"{folder.name}.zip")
    try:
        _fetch(url, md5, archive)
        _unpack(archive, folder)
        archive.unlink()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise SerError(
                f"The disk of {folder.parent} is full. RAVDESS needs {NEEDED_SPACE} GB. Free "
                "that much and run the same command again: it goes on where it stopped."
            ) from error
        raise SerError(
            f"Cannot write to {folder.parent}: {error}. Needed is a folder that you may write "
            "to. Choose another one or change its permissions."
        ) from error
    return folder


def _complete(folder):
    if not folder.exists():
        return False
    if not folder.is_dir():
        raise SerError(f"{folder} is a file. Needed is a folder: choose another name.")
    if not any(folder.iterdir()):
        return False
    try:
        found = len(table(folder).utterances)
    except SerError:
        found = 0
    if found < CLIPS:
        raise SerError(
            f"{folder} is not empty and holds {found} of RAVDESS's {CLIPS} speech recordings. "
            "Needed is a new or empty folder. Choose another one, or move this one away."
        )
    return True


def _fetch(url, md5, archive):
    part = archive.with_name(f"{archive.name}.part")

    def resume(url, output_file, _pooch):
        with part.open("ab") as file:
            try:
                _append(url, file)
            except requests.HTTPError as error:
                if error.response.status_code != requests.codes.range_not_satisfiable:
                    raise
                # Nothing lies beyond what is there, yet it was never verified.
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
            f"bring the archive from {RECORD} and unpack it into the folder."
        ) from error
    except ValueError as error:
        raise SerError(
            f"What {url} sent is not the published archive, and was removed: {error} Run the "
            "same command again; if it repeats, a proxy or mirror is altering the file: fetch it "
            f"from {RECORD} and unpack it into the folder."
        ) from error


def _append(url, file):
    def start_anew(response, **_):
        # 200 instead of 206: the server ignored Range and sends the file from its beginning.
        if response.status_code == requests.codes.ok:
            file.truncate(0)

    # Offsets count the stored bytes, so the server must not compress them on the way.
    headers = {"Range": f"bytes={file.tell()}-", "Accept-Encoding": "identity"}
    downloader = pooch.HTTPDownloader(
        progressbar=True, chunk_size=CHUNK, headers=headers, hooks={"response": start_anew}
    )
    downloader(url, file, None)


def _unpack(archive, folder):
    # A folder appears under its name only when it is complete, so a crash leaves no half of it.
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}.", dir=folder.parent) as temporary:
        root = Path(temporary).resolve() / "clips"
        root.mkdir()
        with zipfile.ZipFile(archive) as contents:
            for name in contents.namelist():
                if not (root / name).resolve().is_relative_to(root):
                    raise SerError(
                        f"The archive {archive} was refused: its member {name} would be written "
                        f"outside {folder}. Delete it and fetch the one at {RECORD}."
                    )
            for name in contents.namelist():
                if name.lower().endswith(AUDIO):
                    contents.extract(name, root)
        # Not every system renames onto an existing folder, be it empty.
        if folder.exists():
            folder.rmdir()
        root.rename(folder)
