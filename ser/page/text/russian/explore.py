"""The Explore tab, in Russian."""

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
EXPLORE_HINT = (
    "Каждая точка — запись; похожие лежат рядом. Нажмите на точку, чтобы узнать о ней и её "
    "соседях. Мышью можно обвести часть карты, чтобы рассмотреть её; двойной щелчок вернёт всё."
)
SELECTED = "Запись"
MOST_SIMILAR = "Самые похожие"
PLAY = "Прослушать"
NO_ORIGINALS = (
    "Самих записей на этом компьютере нет. Чтобы слушать их здесь, выполните: "
    "python -m ser download"
)
NOTHING_SHOWN = "Таких записей нет. Выберите другую эмоцию или другого актёра."
UNREADABLE = "Эту запись не удалось открыть."


def map_of(shown: int, recordings: int) -> str:
    """Say how many of the training clips the map shows."""
    if shown == recordings:
        return f"Вся карта: {plural(recordings, 'запись', 'записи', 'записей')}"
    return f"Показано {number(shown)} из {of_many(recordings, 'записи', 'записей')}"


def group_accuracy(accuracy: float) -> str:
    """Write the accuracy on a group of clips."""
    return f"верно {percent(accuracy)}"


def actors_accuracy(accuracy: dict) -> str:
    """Name the actors with the highest and the lowest accuracy."""
    worst, best = min(accuracy, key=accuracy.get), max(accuracy, key=accuracy.get)
    return (
        f"Смешанные цвета — хороший знак: место на карте зависит от эмоции, а не от того, кто "
        f"говорит. О записях актёра {worst} модель права в {percent(accuracy[worst])} случаев, "
        f"актёра {best} — в {percent(accuracy[best])}."
    )


def overall_accuracy(accuracy: float) -> str:
    """Say how often out-of-fold predictions were right."""
    return f"Никогда не слышав актёра, модель права в {percent(accuracy)} случаев."


def prediction(emotion: str, predicted: str, probability: float) -> str:
    """Compare a clip's emotion with its out-of-fold prediction."""
    if predicted == emotion:
        return f"узнано верно, уверенность {percent(probability)}"
    return f"принято за {EMOTIONS[predicted]}, уверенность {percent(probability)}"
