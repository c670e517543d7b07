"""A timeline in the formats of other programs."""

import json
import tempfile
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

import webvtt
from pympi import Elan, Praat

from ser.artifacts import atomic_write
from ser.timeline.timeline import Segment, Timeline


def export(timeline: Timeline, file_format: str, name: str) -> str:
    """Return a timeline as the content of a text file.

    Args:
        file_format: one of FORMATS.
        name: of the recording.
    """
    return _WRITERS[file_format](timeline, name)


def write(timeline: Timeline, file_format: str, folder: Path, name: str) -> None:
    """Write a timeline to a file in a folder, named as the recording is."""
    with atomic_write(folder / f"{name}{FORMATS[file_format]}") as file:
        file.write(export(timeline, file_format, name).encode())


def _csv(timeline: Timeline, name: str) -> str:
    return timeline.to_csv()


def _json(timeline: Timeline, name: str) -> str:
    return json.dumps(timeline.to_json(), indent=1) + "\n"


def _rttm(timeline: Timeline, name: str) -> str:
    """NIST's Rich Transcription Time Marked: who speaks when, without emotions."""
    recording = _one_field(name)
    return "".join(
        f"SPEAKER {recording} 1 {start:.3f} {end - start:.3f} <NA> <NA> "
        f"{_one_field(timeline.name(speaker))} <NA> <NA>\n"
        for start, end, speaker in timeline.turns
    )


def _audacity(timeline: Timeline, name: str) -> str:
    return "".join(
        f"{segment.start:.6f}\t{segment.end:.6f}\t"
        f"{timeline.name(segment.speaker)}: {segment.label}\n"
        for segment in timeline.segments
    )


def _textgrid(timeline: Timeline, name: str) -> str:
    """Praat's: a tier for each speaker, an interval for each segment."""
    grid = Praat.TextGrid(xmax=timeline.duration)
    for speaker, segments in _by_speaker(timeline):
        tier = grid.add_tier(speaker.replace('"', '""'))  # pympi does so in intervals only
        for segment in segments:
            tier.add_interval(segment.start, segment.end, segment.label)
    return _written(grid.to_file)


def _eaf(timeline: Timeline, name: str) -> str:
    """ELAN's: a tier for each speaker, an annotation for each segment."""
    document = Elan.Eaf(author="")
    for speaker, segments in _by_speaker(timeline):
        document.add_tier(speaker)
        for segment in segments:
            start, end = (round(1000 * time) for time in (segment.start, segment.end))
            document.add_annotation(speaker, start, end, segment.label)
    document.remove_tier("default")
    return _written(document.to_file)


def _webvtt(timeline: Timeline, name: str) -> str:
    """Subtitles, of which players show the emotion and, by their voice tag, the speaker."""
    captions = [
        webvtt.Caption(
            _clock(segment.start),
            _clock(segment.end),
            f"<v {escape(timeline.name(segment.speaker), quote=False)}>"
            f"{segment.label} {segment.probability:.0%}",
        )
        for segment in timeline.segments
    ]
    return webvtt.WebVTT(captions=captions).content + "\n"


# By name of a format, what writes it; and its file name's extension.
_WRITERS: dict[str, Callable[[Timeline, str], str]] = {
    "csv": _csv,
    "json": _json,
    "rttm": _rttm,
    "textgrid": _textgrid,
    "eaf": _eaf,
    "audacity": _audacity,
    "webvtt": _webvtt,
}
FORMATS = {
    "csv": ".csv",
    "json": ".json",
    "rttm": ".rttm",
    "textgrid": ".TextGrid",
    "eaf": ".eaf",
    "audacity": ".txt",
    "webvtt": ".vtt",
}


def _by_speaker(timeline: Timeline) -> Iterator[tuple[str, list[Segment]]]:
    for speaker in range(1, timeline.n_speakers + 1):
        segments = [segment for segment in timeline.segments if segment.speaker == speaker]
        yield timeline.name(speaker), segments


def _one_field(name: str) -> str:
    """Return a name without blanks, which separate fields."""
    return "_".join(name.split())


def _written(write: Callable[[str], None]) -> str:
    """Return what a library writes, which it does to a path only."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "timeline"
        write(str(path))
        return path.read_text(encoding="utf-8")


def _clock(time: float) -> str:
    minutes, milliseconds = divmod(round(1000 * time), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"
