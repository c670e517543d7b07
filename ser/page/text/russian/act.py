"""The Act it tab, corrections and what was learned of a voice, in Russian."""

from __future__ import annotations

from ser.page.text.russian.common import percent
from ser.page.text.russian.grammar import plural

ACT = "Сыграйте"
ACT_RECORDING = "Ваша запись"
ACT_SENTENCES = ("«Дети болтают у двери»", "«Собаки сидят у двери»")
ACT_HOW = "Скажите так, чтобы звучало"
ACT_OWN = "Или любую свою фразу."
ACT_RIGHT = "Именно это вы и сыграли."
ACT_NEXT, ACT_AGAIN, ACT_SKIP = "Дальше", "Ещё раз", "Пропустить"
ACT_ROUND = "Этот круг"
ACT_LIST_NOTE = "Модель учится на ваших записях, когда круг закончен, и не раньше."
ACT_TAUGHT_NOTE = "Удалите неудачную запись, и модель её забудет."
ACT_FINISH = "Закончить круг"
ACT_SKIPPED = "пропущено"
ACT_KNOWS = "Теперь ваш голос ей знаком. Сыграйте ещё круг и посмотрите, что это дало."
ACT_ANOTHER = "Ещё один круг"
ACT_CONFUSION = "Что вы сыграли и что было услышано"
IT_WAS = "На самом деле:"
IT_WAS_HINT = "Укажите эмоцию, и модель научится на этой записи"
FORGET = "Забыть"
FORGET_HINT = "Забыть всё, что стало известно об этом голосе"


def act_progress(number: int, total: int) -> str:
    """Say which prompt of a round is shown."""
    return f"{number} из {total}"


def act_heard(probability: float) -> str:
    """Return the answer to a take as a sentence with `{}` for the emotion."""
    return "Услышано: {}, " + f"{percent(probability)}."


def act_wrong(emotion: str) -> str:
    """Say what was acted where something else was heard."""
    return f"Вы играли: {emotion}."


def act_remove(emotion: str) -> str:
    """Label the button that removes the take of an emotion."""
    return f"Удалить запись: {emotion}"


def act_score(right: int, total: int) -> str:
    """Say how many takes of a round were understood."""
    return f"Модель поняла {right} из {total}."


def act_first_score(right: int, total: int) -> str:
    """Say how many takes of the first round were understood, after a later one."""
    return f"В первом круге она поняла {right} из {total}."


def act_round(number: int, right: int, total: int) -> str:
    """Name a round and its score."""
    return f"Круг {number}: {right} из {total}"


def knows_voice(recordings: int) -> str:
    """Say how many recordings the answers are adapted to, some with their emotion."""
    return f"Ваш голос знаком: {plural(recordings, 'запись', 'записи', 'записей')}"
