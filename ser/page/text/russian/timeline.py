"""The tab for a long recording, in Russian."""

from ser.page.text.russian.common import LISTENING, NOTES, clock, percent

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
HEAR = "Прослушать"
DOWNLOAD_CSV = "Таблица (CSV)"
DOWNLOAD_JSON = "Всё (JSON)"
NOT_VOICED = "голоса нет"


def listening(share: float, left: float | None) -> str:
    """Say how much of a recording was heard, and how many seconds it will take when known."""
    if left is None:
        return LISTENING
    if left < 60:
        return f"{LISTENING} {percent(share)}, осталось около {max(1, left):.0f} с"
    return f"{LISTENING} {percent(share)}, осталось около {left / 60:.0f} мин"


def course(shares: dict[str, float]) -> tuple[str, tuple[str, ...]]:
    """Return what a recording sounds like in all as a sentence with `{}` for each emotion.

    shares: by label, of the time with a voice.
    """
    first, second = sorted(shares, key=shares.get, reverse=True)[:2]
    if shares[second] < 0.05:
        return "Голос звучит {} " + f"{percent(shares[first])} времени.", (first,)
    most = "в основном " if shares[first] >= 0.5 else "чаще всего "
    return (
        f"Голос звучит {most}" + "{} " + f"({percent(shares[first])} времени), реже — "
        "{} " + f"({percent(shares[second])}).",
        (first, second),
    )


def voiced(duration: float, voice: float, notes: tuple[str, ...]) -> str:
    """Say how long a recording is and how long it has a voice, in seconds, and what it lacks."""
    remarks = "".join(f" {NOTES[note].capitalize()}." for note in notes)
    return f"Прослушано {clock(duration)} мин, из них с голосом {clock(voice)} мин.{remarks}"


def sureness(probability: float, sure: float) -> str:
    """Say how sure a part's emotion is, sure being from where on it is."""
    return percent(probability) + (", трудно сказать" if probability < sure else "")
