"""The Live tab, in Russian."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ser.page.text.russian.analyse import verdict

if TYPE_CHECKING:
    from ser.recognizer import Analysis

LIVE = "Вживую"
MICROPHONE_LABEL = "Ваш микрофон"
LIVE_INVITATION = "Нажмите «Запись» и говорите. Ответ следует за голосом."
LIVE_NOTE = (
    "Здесь ответ даётся по последним трём секундам. Когда вы остановитесь, они забудутся; "
    "о вашем голосе по ним узнают, только если вы поправите последний ответ."
)
LIVE_IT_WAS_HINT = "Укажите эмоцию, и модель научится на этих последних трёх секундах"
LIVE_MAP = "Где ваш голос на карте и где он был"
# By the state of the stream, see live.js.
LIVE_STATES = {
    "off": "Не в эфире",
    "starting": "Начинаю\N{HORIZONTAL ELLIPSIS}",
    "crowded": "Сейчас в эфире другие. Вы — сразу за ними, как только кто-то закончит.",
    "on": "В эфире",
    "stopped": "Не в эфире. Вы остановили запись.",
    "limit": "Не в эфире. Через две минуты запись останавливается сама; чтобы продолжить, "
    "нажмите «Запись».",
    "hidden": "Не в эфире. Запись остановилась, потому что страницу не было видно.",
}
LIVE_LEFT = "осталось {}"  # of the two minutes, as 1:05


def live_sentence(analysis: Analysis) -> tuple[str, tuple[str, ...]]:
    """Return the answer on the last seconds in few words, as `verdict` does."""
    _, emotions = verdict(analysis)
    return ("Звучит {}" if len(emotions) == 1 else "Трудно сказать: {} или {}"), emotions
