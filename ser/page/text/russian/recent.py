"""The recent recordings of the Analyse tab and the comparison of two, in Russian."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ser.page.text.russian import grammar
from ser.page.text.russian.common import percent

if TYPE_CHECKING:
    from ser.page.recent.difference import Difference

RECENT = "Ваши записи"
RECENT_HOW = "Выберите одну, чтобы снова увидеть её ответ; отметьте две, чтобы сравнить."
COMPARISON = "Сравнение"
CLOSE_COMPARISON = "Закрыть"
COMPARED_MAP = "От одной записи к другой на карте"
COMPARISON_NOTE = (
    "Это то, чем записи различаются, а не причина разных ответов. Громкость зависит ещё и от "
    "микрофона и расстояния до него."
)
RECORDINGS_GONE = (
    "Самих записей уже нет (или одной из них): они удаляются в течение десяти минут. Поэтому "
    "звучание сравнить нельзя."
)
# How the voice sounds in comparison with another recording.
MORE = {
    "neutral": "нейтральнее",
    "calm": "спокойнее",
    "happy": "радостнее",
    "sad": "грустнее",
    "angry": "сердитее",
    "fearful": "испуганнее",
    "disgust": "с большим отвращением",
    "surprised": "удивлённее",
}


def recording_name(number: int) -> str:
    """Name a recording by its number."""
    return f"Запись {number}"


def mark(number: int) -> str:
    """Say what ticking a recording does."""
    return f"Сравнить запись {number}"


def compared(
    numbers: tuple[int, int],
    first: Mapping[str, float],
    second: Mapping[str, float],
    emotion: str | None,
) -> str:
    """Say how the second recording sounds unlike the first, with `{}` for what it is more.

    first, second: their probabilities by label.
    emotion: the label whose probability rises most, None if none does much.
    """
    one, other = numbers
    if emotion is None:
        return f"Записи {one} и {other} звучат почти одинаково."
    before, after = percent(first[emotion]), percent(second[emotion])
    change = f"{before}{grammar.NO_BREAK}→{grammar.NO_BREAK}{after}"
    return f"Запись {other} звучит {{}}, чем запись {one}: {change}."


def sound_compared(difference: Difference) -> str:
    """Say how loud, high and fast the second recording is compared with the first."""
    found = []
    if difference.level is not None:
        way = "громче" if difference.level > 0 else "тише"
        found.append(f"{way} на {abs(difference.level):.0f}{grammar.NO_BREAK}дБ")
    if difference.pitch is not None:
        way, size = "выше" if difference.pitch > 0 else "ниже", round(abs(difference.pitch))
        found.append(f"{way} на {grammar.plural(size, 'полутон', 'полутона', 'полутонов')}")
    if difference.rates is not None:
        before, after = map(grammar.decimal, difference.rates)
        way = "быстрее" if difference.rates[1] > difference.rates[0] else "медленнее"
        found.append(f"{way} (примерно {after} слога в секунду вместо {before})")
    if not found:
        return "Громкость, высота и темп почти не различаются."
    *others, last = found
    return f"Она {', '.join(others) + ' и ' if others else ''}{last}."
