"""The Long recording tab, in Russian."""

from ser.page.text.russian.common import IN_PROGRESS, NOTES, percent
from ser.page.text.shared import clock, top_two

LONG = "Длинная запись"
LONG_RECORDING = "До 30 минут одного голоса"
LONG_WAITING = (
    "Выберите запись или сделайте её и посмотрите, как эмоция меняется от секунды к секунде."
)
LONG_TITLE = "Эмоция во времени: нажмите на любой момент, чтобы его услышать"
SEGMENTS = "Момент за моментом"
NO_SEGMENTS = "Здесь появятся части записи; каждую можно услышать одним нажатием."
SEGMENTS_COLUMNS = ("Когда", "Звучит", "Уверенность")
SEGMENTS_NOTE = (
    "О каждой секунде судят по трём вокруг неё. Предполагается один голос, и его узнают по всей "
    "записи; если эмоция всё время одна и та же, ответ бледнее, чем должен быть."
)
LONG_IT_WAS_HINT = "Укажите эмоцию, и модель научится на трёх секундах из середины отрезка"
PLAY_SEGMENT = "Прослушать"
DOWNLOAD_CSV = "Таблица (CSV)"
DOWNLOAD_JSON = "Всё (JSON)"
NOT_VOICED = "голоса нет"


def progress(fraction: float, seconds_left: float | None) -> str:
    """Say which fraction of a recording was analysed; None is an unknown time."""
    if seconds_left is None:
        return IN_PROGRESS
    if seconds_left < 60:
        return f"{IN_PROGRESS} {percent(fraction)}, осталось около {max(1, seconds_left):.0f} с"
    return f"{IN_PROGRESS} {percent(fraction)}, осталось около {seconds_left / 60:.0f} мин"


def timeline_verdict(fractions: dict[str, float]) -> tuple[str, tuple[str, ...]]:
    """Return the answer on a whole recording as a sentence with `{}` for each emotion, and those.

    fractions: of the time with a voice, 0-1, by label.
    """
    first, second = top_two(fractions)
    if fractions[second] < 0.05:
        return "Голос звучит {} " + f"{percent(fractions[first])} времени.", (first,)
    most = "в основном " if fractions[first] >= 0.5 else "чаще всего "
    return (
        f"Голос звучит {most}" + "{} " + f"({percent(fractions[first])} времени), реже — "
        "{} " + f"({percent(fractions[second])}).",
        (first, second),
    )


def timeline_duration(duration: float, voiced: float, notes: tuple[str, ...]) -> str:
    """Say how long a recording and its voiced part are, in seconds, and remark on its file."""
    remarks = "".join(f" {NOTES[note].capitalize()}." for note in notes)
    return f"Прослушано {clock(duration)} мин, из них с голосом {clock(voiced)} мин.{remarks}"


def confidence(probability: float, threshold: float) -> str:
    """Write the probability of a segment's emotion, with a remark if it is below the threshold."""
    return percent(probability) + (", трудно сказать" if probability < threshold else "")
