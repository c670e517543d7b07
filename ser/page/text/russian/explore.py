"""The tab that shows the data set, in Russian."""

from ser.page.text.russian.common import EMOTIONS, number, percent
from ser.page.text.russian.grammar import of_many, plural

EXPLORE = "Данные на карте"
COLOUR_BY = "Что показывает цвет"
COLOURS = {
    "emotion": "эмоция",
    "actor": "актёр",
    "sex": "женщина или мужчина",
    "intensity": "сила игры",
    "right": "права ли модель",
}
SHOW_EMOTION, ANY_EMOTION = "Эмоция", "все эмоции"
SHOW_ACTOR, ANY_ACTOR = "Актёр", "все актёры"
BY_NAME = "Найти запись"
GROUPS = {
    "sex": {"female": "женщины", "male": "мужчины"},
    "intensity": {"normal": "обычная", "strong": "сильная"},
    "right": {"right": "верно", "wrong": "ошибка"},
}
UNKNOWN = "неизвестно"
POINT_AT = (
    "Каждая точка — запись; похожие лежат рядом. Нажмите на точку, чтобы узнать о ней и её "
    "соседях. Мышью можно обвести часть карты, чтобы рассмотреть её; двойной щелчок вернёт всё."
)
CHOSEN = "Запись"
ALIKE = "Самые похожие"
PLAY = "Прослушать"
NO_ORIGINALS = (
    "Самих записей на этом компьютере нет. Чтобы слушать их здесь, выполните: "
    "python -m ser download"
)
NOTHING_SHOWN = "Таких записей нет. Выберите другую эмоцию или другого актёра."
UNREADABLE = "Эту запись не удалось открыть."


def map_of(shown: int, recordings: int) -> str:
    """Say how many recordings of the data set a map shows."""
    if shown == recordings:
        return f"Вся карта: {plural(recordings, 'запись', 'записи', 'записей')}"
    return f"Показано {number(shown)} из {of_many(recordings, 'записи', 'записей')}"


def group_right(share: float) -> str:
    """Say how often the model was right on a group's recordings."""
    return f"верно {percent(share)}"


def actors_right(right: dict) -> str:
    """Say how often the model was right on whom it did best and worst, by actor."""
    worst, best = min(right, key=right.get), max(right, key=right.get)
    return (
        f"Смешанные цвета — хороший знак: место на карте зависит от эмоции, а не от того, кто "
        f"говорит. О записях актёра {worst} модель права в {percent(right[worst])} случаев, "
        f"актёра {best} — в {percent(right[best])}."
    )


def overall_right(share: float) -> str:
    """Say how often the model was right on recordings whose actors it had never heard."""
    return f"Никогда не слышав актёра, модель права в {percent(share)} случаев."


def recognised(emotion: str, label: str, share: float) -> str:
    """Say what the model heard in a recording whose actor it had never heard."""
    if label == emotion:
        return f"узнано верно, уверенность {percent(share)}"
    return f"принято за {EMOTIONS[label]}, уверенность {percent(share)}"
