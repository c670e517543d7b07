"""The supported audio formats: one list for loading, folders, page, messages and docs."""

from dataclasses import dataclass
from pathlib import Path

from ser.errors import SerError


@dataclass(frozen=True)
class Format:
    """A container of audio.

    Attributes:
        name: as people call it.
        demuxers: FFmpeg's names of it.
        suffixes: of its files, the most common one first.
    """

    name: str
    demuxers: tuple[str, ...]
    suffixes: tuple[str, ...]


# What phones, browsers, messengers and recorders write. No playlists: they name further files and
# addresses, which a decoder would open.
FORMATS = (
    Format("WAV", ("wav",), (".wav", ".wave")),
    Format("FLAC", ("flac",), (".flac",)),
    Format("Ogg", ("ogg",), (".ogg", ".oga", ".opus")),
    Format("MP3", ("mp3",), (".mp3",)),
    Format("MP4", ("mov", "mp4", "m4a", "3gp", "3g2", "mj2"), (".m4a", ".m4b", ".mp4", ".mov")),
    Format("3GP", ("3gp", "3g2"), (".3gp", ".3g2")),
    Format("WebM", ("matroska", "webm"), (".webm", ".mkv", ".mka")),
    Format("AAC", ("aac",), (".aac",)),
    Format("CAF", ("caf",), (".caf",)),
    Format("AMR", ("amr",), (".amr",)),
    Format("AIFF", ("aiff",), (".aiff", ".aif", ".aifc")),
    Format("Wave64", ("w64",), (".w64",)),
    Format("AU", ("au",), (".au", ".snd")),
)
SUFFIXES = tuple(suffix for container in FORMATS for suffix in container.suffixes)
DEMUXERS = ",".join(demuxer for container in FORMATS for demuxer in container.demuxers)
NAMES = ", ".join(container.suffixes[0][1:] for container in FORMATS)  # for all messages


def audio_files(folder: Path) -> list[Path]:
    """List the audio files at any depth of a folder, sorted.

    Raises:
        SerError: the folder does not exist or holds no audio.
    """
    if not folder.is_dir():
        raise SerError(f"There is no folder {folder}. Give a folder with recordings.")
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
    if not paths:
        raise SerError(
            f"{folder} holds no audio. Give a folder with {', '.join(SUFFIXES)} files at any depth."
        )
    return paths
