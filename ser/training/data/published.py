"""The published corpora, which are recognised by the names of their files.

To add one, write a function that reads a name, and add a Corpus to CORPORA.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ser.training.data.metadata import Row, without
from ser.training.data.utterance import Utterance


@dataclass(frozen=True)
class Corpus:
    """A corpus under its published names.

    Attributes:
        name: `Utterance.corpus` of its recordings.
        title: its name in messages.
        example: the name of one of its files.
        pattern: matches the names of its files, without the extension.
        parse: from a file's path, the match of its name, and its row of clips.tsv, which may be
            empty, to its Utterance, or to the reason why the file is ignored.
        remedy: how to get the whole corpus, for messages; a clause without a full stop.
        folds: the published folds, each the speakers that it tests; empty if there are none.
        expected_clips: of each speaker, the number of recordings; empty if it is not checked.
        duplicates: from the name of a recording to the other name of the same recording.
    """

    name: str
    title: str
    example: str
    pattern: re.Pattern
    parse: Callable[[Path, re.Match, Row], Utterance | str]
    remedy: str
    folds: tuple[tuple[int | str, ...], ...] = ()
    expected_clips: Mapping[int | str, int] = field(default_factory=dict)
    duplicates: Mapping[str, str] = field(default_factory=dict)

    def matches(self, path: Path) -> bool:
        """Return whether a file is named as this corpus names its files."""
        return self.pattern.fullmatch(path.stem) is not None

    def utterance(self, path: Path, row: Row | None = None) -> Utterance | str:
        """Return a file's Utterance, or the reason why it is ignored; the file is not opened."""
        match = self.pattern.fullmatch(path.stem)
        return self.parse(path, match, row or {}) if match else f"not named like {self.example}"


def _ravdess(path: Path, match: re.Match, row: Row) -> Utterance | str:
    """Livingstone and Russo 2018, doi 10.1371/journal.pone.0196391: English, 24 actors."""
    suffix = path.suffix.lower()
    if match["modality"] != "03" or suffix == ".mp4":
        return "RAVDESS videos, where only audio is used"
    if match["channel"] == "02":
        return "RAVDESS songs, where only speech is used"
    if suffix not in (".wav", ".flac"):
        return "RAVDESS in a format other than .wav and .flac"
    emotions = "neutral calm happy sad angry fearful disgust surprised".split()
    sentences = ("Kids are talking by the door", "Dogs are sitting by the door")
    actor = int(match["actor"])
    return Utterance(
        path=path,
        corpus="ravdess",
        speaker=actor,
        sex="male" if actor % 2 else "female",
        emotion=emotions[int(match["emotion"]) - 1],
        sentence=sentences[int(match["statement"]) - 1],
        licence="CC BY-NC-SA 4.0",
        intensity=("normal", "strong")[int(match["intensity"]) - 1],
    )


def _crema_d(path: Path, match: re.Match, row: Row) -> Utterance:
    """Cao et al. 2014, doi 10.1109/TAFFC.2014.2336244: English, 91 actors."""
    emotions = dict(
        ANG="angry", DIS="disgust", FEA="fearful", HAP="happy", NEU="neutral", SAD="sad"
    )
    return Utterance(
        path=path,
        corpus="crema_d",
        speaker=int(match["speaker"]),
        sex=row.get("sex", ""),
        emotion=emotions[match["emotion"]],
        sentence=match["sentence"],
        licence="ODbL 1.0",
        details=without(row, "file actor sex sentence emotion".split()),
    )


def _nemo(path: Path, match: re.Match, row: Row) -> Utterance:
    """Christop 2024, arXiv 2404.06292: Polish, nine actors."""
    emotions = {"anger": "angry", "fear": "fearful", "happiness": "happy", "sadness": "sad"}
    return Utterance(
        path=path,
        corpus="nemo",
        speaker=match["speaker"],
        sex=row.get("sex", ""),
        emotion=emotions.get(match["emotion"], match["emotion"]),
        sentence=row.get("text") or match["sentence"],
        licence="CC BY-NC-SA 4.0",
        details=without(row, "file actor sex sentence emotion text".split()),
    )


def _casia(path: Path, match: re.Match, row: Row) -> Utterance:
    """Institute of Automation, Chinese Academy of Sciences: Mandarin, four actors."""
    return _by_fields(path, match, "casia", "non-commercial research")


def _aesdd(path: Path, match: re.Match, row: Row) -> Utterance:
    """Vryzas et al. 2018, J. Audio Eng. Soc. 66:457: Greek, six actors."""
    return _by_fields(path, match, "aesdd", "free use in research")


def _by_fields(path: Path, match: re.Match, corpus: str, licence: str) -> Utterance:
    """Return the utterance of a name that holds speaker, emotion and sentence."""
    return Utterance(path, corpus, sex="", licence=licence, **match.groupdict())


RAVDESS = Corpus(
    name="ravdess",
    title="RAVDESS",
    example="03-01-06-01-02-01-12.wav",
    pattern=re.compile(
        r"(?!..-..-01-02)"  # no actor recorded a strong neutral
        r"(?P<modality>0[1-3])-(?P<channel>0[12])-(?P<emotion>0[1-8])-(?P<intensity>0[12])"
        r"-(?P<statement>0[12])-(?P<repetition>0[12])-(?P<actor>0[1-9]|1\d|2[0-4])"
    ),
    parse=_ravdess,
    remedy="`python -m ser download` fetches the whole data set",
    # EmoBox's (Ma et al. 2024, arXiv 2406.07162).
    folds=(
        *((1, 11, 20, 21), (4, 10, 12, 14), (8, 9, 19, 23)),
        *((3, 5, 7, 24), (2, 15, 16, 18), (6, 13, 17, 22)),
    ),
    expected_clips=dict.fromkeys(range(1, 25), 60),
    duplicates={"03-01-03-01-02-02-07": "03-01-03-01-02-01-07"},
)

CREMA_D = Corpus(
    name="crema_d",
    title="CREMA-D",
    example="1001_DFA_ANG_XX.wav",
    pattern=re.compile(
        r"(?P<speaker>1\d{3})_(?P<sentence>[A-Z]{3})"
        r"_(?P<emotion>ANG|DIS|FEA|HAP|NEU|SAD)_(LO|MD|HI|XX?)"
    ),
    parse=_crema_d,
    remedy="https://github.com/CheyneyComputerScience/CREMA-D has the whole data set",
)

NEMO = Corpus(
    name="nemo",
    title="nEMO",
    example="EB0_anger_1.wav",
    pattern=re.compile(
        r"(?P<speaker>[A-Z]{2}\d)"
        r"_(?P<emotion>anger|fear|happiness|neutral|sadness|surprised)_(?P<sentence>\d+)"
    ),
    parse=_nemo,
    remedy="https://arxiv.org/abs/2404.06292 says where the whole data set is",
)

CASIA = Corpus(
    name="casia",
    title="CASIA",
    example="C1_angry_201.wav",
    pattern=re.compile(
        r"(?P<speaker>C\d)_(?P<emotion>angry|fearful|happy|neutral|sad|surprised)_(?P<sentence>\d{3})"
    ),
    parse=_casia,
    remedy="the Institute of Automation of the Chinese Academy of Sciences publishes it",
)

AESDD = Corpus(
    name="aesdd",
    title="AESDD",
    example="A1_angry_01.wav",
    pattern=re.compile(
        r"(?P<speaker>A\d)_(?P<emotion>angry|disgust|fearful|happy|sad)_(?P<sentence>\d{2})[a-z]?"
    ),
    parse=_aesdd,
    remedy="the Multidisciplinary Media Group of Thessaloniki's university publishes it",
)

CORPORA = (RAVDESS, CREMA_D, NEMO, CASIA, AESDD)
