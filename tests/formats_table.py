"""Tables of docs/formats.md: how files of every kind are answered, whole and with every defect.

`make formats` writes them; a test compares them with its own results.
"""

import io
import re
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
import soxr
from containers import KINDS, RATE, Kind, cut, retitled, tagged, tagged_behind, write

from ser.audio import loading
from ser.audio.formats import FORMATS
from ser.errors import SerError
from ser.recognizer import Analysis, Recognizer

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "formats.md"
VOICES = ROOT / "ser" / "page" / "static" / "examples"
VOICE = ("flat", "hurried")
# Not as in `blocks`: these tables take minutes, and `make docs` does not write them.
BLOCK = "(<!-- {0} -->\n).*?(<!-- end of {0} -->)"
CLOSE = 0.25  # largest difference of a probability from the wav's; GSM 6.10 is the farthest
FRACTIONS = (0.3, 0.6)  # of a file that are left when it is cut off
LENGTHS = {  # as written into a header
    "0": lambda length: 0,
    "half": lambda length: length // 2,
    "44 more": lambda length: length + 44,
    "twice": lambda length: 2 * length,
    "not known": lambda length: -1,
}
WHOLE, PART, OTHER, NONE, EARLY = "whole", "part", "another answer", "", ", “ends early”"


@cache
def voice() -> np.ndarray:
    """Return two sentences of synthetic speech, float32 at 48 kHz, that are in the project."""
    parts = [soundfile.read(VOICES / f"{name}.flac", dtype="float32") for name in VOICE]
    return np.concatenate([soxr.resample(waveform, rate, RATE) for waveform, rate in parts])


def damaged(kind: Kind) -> dict[str, bytes | None]:
    """Return a file of a kind with each defect, None where it can have none such."""
    whole = write(kind, voice())
    middle = len(voice()) // 2
    files = {
        "whole": whole,
        "tag in front": tagged(whole),
        "tag behind": tagged_behind(whole),
        "title not in UTF-8": retitled(whole),
        "two joined": write(kind, voice()[:middle]) + write(kind, voice()[middle:]),
    }
    files |= {f"cut at {fraction:.0%}": cut(whole, fraction) for fraction in FRACTIONS}
    for name, change in LENGTHS.items():
        files[name] = kind.length and kind.length.replaced(whole, change)
    return files


def outcomes(recognizer: Recognizer) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """Return the outcome of each kind with each defect, and the messages by their kind."""
    wavs = {
        rate: recognizer.analyse((rate, soxr.resample(voice(), RATE, rate)))
        for rate in {kind.rate for kind in KINDS.values()}
    }
    results, messages, answers = {}, {}, {}

    def outcome(wav: Analysis, content: bytes) -> str:
        try:
            clip = loading.load(io.BytesIO(content))
        except SerError as error:
            messages[f"refused: {error.kind}"] = str(error)
            return f"refused: {error.kind}"
        early = EARLY if "ends early" in clip.notes else ""
        if abs(clip.duration - wav.clip.duration) > 0.02 * wav.clip.duration:
            return PART + early
        # Many files hold the same samples, which need to be answered only once.
        samples = clip.waveform.tobytes()
        if samples not in answers:
            answers[samples] = recognizer.analyse_embedding(
                clip, recognizer.encoder.embed([clip])[0]
            )
        return (WHOLE if _same(answers[samples], wav) else OTHER) + early

    for name, kind in KINDS.items():
        results[name] = {
            defect: NONE if content is None else outcome(wavs[kind.rate], content)
            for defect, content in damaged(kind).items()
        }
    return results, messages


def _same(answer: Analysis, wav: Analysis) -> bool:
    close = all(
        abs(answer.probabilities[label] - probability) < CLOSE
        for label, probability in wav.probabilities.items()
    )
    return close and answer.label == wav.label


def table(results: dict[str, dict[str, str]], messages: dict[str, str]) -> str:
    """Return both tables, of defects and of lengths in headers, and the messages in Markdown."""
    lengths = [*LENGTHS]
    defects = [defect for defect in next(iter(results.values())) if defect not in lengths]
    with_length = {kind: cells for kind, cells in results.items() if cells[lengths[0]] != NONE}
    lines = [*_rows(results, defects), "", "The length in the header:", ""]
    lines += [*_rows(with_length, lengths), ""]
    lines += [f"- {cell}: “{message}”" for cell, message in sorted(messages.items())]
    return "\n".join(lines) + "\n"


def _rows(results: dict[str, dict[str, str]], columns: list[str]) -> list[str]:
    head = f"| | {' | '.join(columns)} |"
    rows = [
        f"| {kind} | {' | '.join(cells[column] for column in columns)} |"
        for kind, cells in results.items()
    ]
    return [head, "|---" * (len(columns) + 1) + "|", *rows]


def containers() -> str:
    """Return the list of containers and suffixes in Markdown."""
    rows = [f"| {container.name} | {' '.join(container.suffixes)} |" for container in FORMATS]
    return "\n".join(["| container | suffixes |", "|---|---|", *rows]) + "\n"


def written(page: str, name: str, block: str) -> str:
    """Return the page with a generated block in its place."""
    pattern = re.compile(BLOCK.format(name), re.DOTALL)
    return pattern.sub(lambda place: place[1] + block + place[2], page)


if __name__ == "__main__":
    page = written(PAGE.read_text(), "containers", containers())
    page = written(page, "outcomes", table(*outcomes(Recognizer.load(device="cpu"))))
    PAGE.write_text(page)
