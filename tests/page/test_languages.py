"""Both languages have the same texts, and the Russian ones follow the rules of Russian."""

import inspect
import re
from types import FunctionType, SimpleNamespace

import numpy as np
import pytest
from bad import bad_recordings

from ser.audio import loading
from ser.audio.clip import NOTES
from ser.errors import ErrorKind, SerError
from ser.labels import CONFIDENT, LABELS, NO_VOICE, UNCERTAIN
from ser.page.text import ENGLISH, RUSSIAN, preferred_language
from ser.page.text.russian.grammar import decimal, of_many, plural

NB = "\N{NO-BREAK SPACE}"
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
NOT_RUSSIAN = {"CARD_FILE_NAME", "CORPORA", "FILE_NAME", "PROFILE_FILE_NAME", "SEPARATORS"}


def shape(value):
    """Return what has to be the same in both languages: signatures, keys, lengths, fields."""
    if isinstance(value, FunctionType):
        return [str(parameter) for parameter in inspect.signature(value).parameters.values()]
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [shape(item) for item in value]
    return sorted(re.findall(r"\{.*?\}", value)) if isinstance(value, str) else type(value)


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, tuple)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


def test_no_name_is_missing():
    assert set(vars(RUSSIAN)) == set(vars(ENGLISH))


@pytest.mark.parametrize("name", sorted(vars(ENGLISH)))
def test_texts_have_the_same_shape(name):
    russian, english = getattr(RUSSIAN, name), getattr(ENGLISH, name)
    expected = re.sub(r"\{speech.*?\}", "{speech}", str(shape(english)))
    assert str(shape(russian)) == expected


@pytest.mark.parametrize("name", sorted(set(vars(RUSSIAN)) - NOT_RUSSIAN))
def test_russian_is_russian(name):
    for text in strings(getattr(RUSSIAN, name)):
        assert CYRILLIC.search(text), text
    for text in strings(getattr(ENGLISH, name)):
        assert not CYRILLIC.search(text), text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 записей"),
        (1, "1 запись"),
        (2, "2 записи"),
        (4, "4 записи"),
        (5, "5 записей"),
        (11, "11 записей"),
        (12, "12 записей"),
        (21, "21 запись"),
        (112, "112 записей"),
        (1440, "1440 записей"),
        (100_003, "100 003 записи"),
    ],
)
def test_plural(count, text):
    assert plural(count, "запись", "записи", "записей") == text.replace(" ", NB)


def test_genitive():
    assert of_many(21, "записи", "записей") == f"21{NB}записи"
    assert of_many(22, "записи", "записей") == f"22{NB}записей"
    assert RUSSIAN.map_title(1440, 24) == f"Ваш голос среди 1440{NB}записей 24{NB}актёров"


def test_numbers():
    assert decimal(0.456, 2) == "0,46" and decimal(12) == "12,0"
    percents = [RUSSIAN.percent(fraction) for fraction in (0, 0.001, 0.724, 0.999, 1)]
    assert percents == [f"{text}{NB}%" for text in ("0", "<1", "72", ">99", "100")]


def analysis(verdict, notes=(), clips_before=0, familiarity=0.9, **highest):
    rest = (1 - sum(highest.values())) / (len(LABELS) - len(highest))
    return SimpleNamespace(
        verdict=verdict,
        probabilities={label: highest.get(label, rest) for label in LABELS},
        clip=SimpleNamespace(notes=notes, speech=0.44, start=0.5, end=2, duration=3),
        clips_before=clips_before,
        familiarity=familiarity,
    )


def text(sentence, labels):
    return sentence.format(*(RUSSIAN.SOUNDS[label] for label in labels)).replace(NB, " ")


def test_the_answer():
    assert text(*RUSSIAN.verdict(analysis(CONFIDENT, angry=0.72))) == "Голос звучит сердито, 72 %."
    unsure = analysis(UNCERTAIN, disgust=0.41, sad=0.33)
    assert text(*RUSSIAN.verdict(unsure)) == (
        "Трудно сказать: голос звучит скорее с отвращением (41 %), но, возможно, и грустно (33 %)."
    )
    assert RUSSIAN.verdict(analysis(NO_VOICE, angry=0.72)) == (RUSSIAN.NO_VOICE, ())
    assert text(*RUSSIAN.live_sentence(unsure)) == "Трудно сказать: с отвращением или грустно"
    assert text(*RUSSIAN.timeline_verdict({"calm": 0.7, "sad": 0.3})) == (
        "Голос звучит в основном спокойно (70 % времени), реже — грустно (30 %)."
    )


def test_its_quality():
    uncertain = analysis(UNCERTAIN, ("quiet", "short"), angry=0.41, sad=0.33)
    assert RUSSIAN.quality(uncertain.clip) == "Слышно, но запись очень тихая и речи всего 0,4 с."
    assert RUSSIAN.why_unsure(uncertain) == (
        "Почему неуверенно: гнев и грусть почти наравне, запись очень тихая, речи всего 0,4 с, "
        "этот голос ещё незнаком; помогут ещё одна запись или две нейтральные фразы."
    )
    assert RUSSIAN.analysed_part(uncertain.clip) == "Что прослушано: с 0,5 по 2,0 с из 3,0 с"


@pytest.mark.parametrize("note", NOTES)
def test_every_remark_has_its_text(note):
    clip = SimpleNamespace(notes=(note,), speech=0.44)
    assert NOTES[note].format(speech=0.44) in ENGLISH.quality(clip)
    assert RUSSIAN.NOTES[note].format(speech="0,4") in RUSSIAN.quality(clip)


def test_errors_of_visitors_are_in_russian(tmp_path):
    recordings = [
        None,
        (16_000, np.zeros(16_000)),
        (16_000, np.sin(np.arange(1_500))),
        (16_000, np.zeros(0)),
    ]
    recordings += [(16_000, np.full(16_000, np.nan)), (10, np.ones(16_000))]
    recordings += list(bad_recordings(tmp_path))
    kinds = set()
    for recording in recordings:
        try:
            loading.load(recording)
        except SerError as error:
            kinds.add(error.kind)
            assert CYRILLIC.match(RUSSIAN.explained(error)), str(error)
            assert ENGLISH.explained(error) == str(error)
    assert {
        ErrorKind.NO_RECORDING,
        ErrorKind.SILENT,
        ErrorKind.TOO_SHORT,
        ErrorKind.EMPTY_FILE,
        ErrorKind.NO_AUDIO,
        ErrorKind.UNSUPPORTED_FORMAT,
        ErrorKind.NOT_FINITE,
    } <= kinds


def test_other_errors_stay_english():
    assert RUSSIAN.explained(SerError("There is no folder.")) == "There is no folder."


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en-US,en;q=0.9,ru;q=0.8", "en"),
        ("de-DE,de;q=0.9,ru;q=0.5,en;q=0.3", "ru"),
        ("de", "en"),
        ("ru;q=nonsense, en", "en"),
        ("*", "en"),
    ],
)
def test_preferred_language(header, language):
    assert preferred_language(header) == language
