"""The texts around the tabs, in Russian."""

from ser.audio import formats, sandbox
from ser.page.text.russian import grammar
from ser.page.text.russian.common import percent
from ser.page.text.russian.grammar import decimal

LANGUAGE = "Русский"
SWITCH = "Эта страница по-русски"
TITLE = "Какая эмоция слышна в вашем голосе?"
INVITATION = "Скажите фразу или выберите запись. Ответ появится сам."
PRIVACY = (
    "Ваша запись удаляется не позже чем через десять минут. Всё, что стало известно о вашем "
    "голосе, забывается, когда вы закрываете страницу. Ничего не сохраняется и не передаётся."
)
NOTICE = (
    "Ответ — это то, что может услышать в голосе слушатель. Это не то, что чувствует человек, "
    "и ответ может быть ошибочным."
)
# By the reason why there is no microphone, see page.js.
MICROPHONE = {
    "refused": "Браузеру не разрешено пользоваться микрофоном. Разрешите это в адресной строке "
    "(значок рядом с адресом) и снова нажмите «Запись»; или загрузите файл.",
    "absent": "Микрофон не найден. Подключите его и снова нажмите «Запись» или загрузите файл.",
    "busy": "Микрофон не открывается; возможно, он занят другой программой. Закройте её и снова "
    "нажмите «Запись» или загрузите файл.",
    "insecure": "Браузеры дают микрофон только страницам с https или с этого же компьютера "
    "(localhost), а эта страница не такая. Загрузить файл можно.",
}
DEVICES = {"cpu": "процессор (CPU)", "cuda": "видеокарта NVIDIA", "mps": "видеоядро Apple"}
# Labels that gradio has in English only, and their translations.
CONTROLS = {
    "File upload": "Выбор файла",
    "Upload file": "Загрузить файл",
    "Record audio": "Записать голос",
    "Select input device": "Выбор микрофона",
    "Clear": "Очистить",
    "Adjust volume": "Громкость",
    "Trim audio to selection": "Обрезать по выделенному",
    "Reset audio": "Вернуть всю запись",
    "Uploading": "Загрузка",
    "Close": "Закрыть",
    "More tabs": "Другие вкладки",
    "Gradio footer navigation": "Ссылки внизу страницы",
}
# Why a file is rejected before its upload, with {} for its name.
NOT_AUDIO = (
    f"{{}} — не аудиофайл из тех, что здесь читаются. Выберите файл такого типа: {formats.NAMES}."
)
TOO_LARGE = (
    f"Файл {{}} больше {sandbox.MAX_BYTES // 2**20} МБ."
    " Выберите часть покороче или сохраните его как mp3, m4a или flac."
)
QUEUE_POSITION = "Очередь: ваш номер #\N{HORIZONTAL ELLIPSIS}"
NO_SUCH_PAGE = "Здесь ничего нет. Страница находится в корне этого адреса."
TOO_MUCH = "Запрос слишком велик. Загрузите запись, затем пришлите путь из ответа."
PRESENT = "Показ"
PRESENT_HOW = "Крупный шрифт для проектора (Alt+P); Esc — выход"


def speaker_independent_accuracy(ua: float, emotions: int) -> str:
    """Say how often the answer is right for speakers who are not in the training data.

    ua: unweighted accuracy under the protocol `actors`, 0-1.
    emotions: how many there are in the training data.
    """
    right, guessing = percent(ua), decimal(100 / emotions)
    return (
        f"Об актёрах, на которых модель не училась, она права в {right} случаев "
        f"(наугад — {guessing}{grammar.NO_BREAK}%)."
    )


def cross_corpus_accuracy(ua: float, human_ua: float) -> str:
    """Say how often the answer is right for speakers of other corpora.

    ua, human_ua: unweighted accuracy of the classifier and of human listeners, 0-1.
    """
    right = percent(ua)
    return f"О людях из других собраний записей — в {right} (слушатели — в {percent(human_ua)})."


def device(name: str) -> str:
    """Name the device that computes the answers."""
    return f"Отвечает {DEVICES.get(name, name)}."
