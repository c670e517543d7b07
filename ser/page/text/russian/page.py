"""What is said around the tabs, in Russian."""

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
# By what became of the request for the microphone, see page.js.
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
# By what gradio calls them, in no other language, in its audio boxes and around.
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
# Of files that are refused before they are uploaded, with {} for their names.
NOT_AUDIO = (
    f"{{}} — не аудиофайл из тех, что здесь читаются. Выберите файл такого типа: {formats.NAMES}."
)
TOO_LARGE = (
    f"Файл {{}} больше {sandbox.MAX_BYTES // 2**20} МБ."
    " Выберите часть покороче или сохраните его как mp3, m4a или flac."
)
IN_LINE = "Очередь: ваш номер #\N{HORIZONTAL ELLIPSIS}"
NO_SUCH_PAGE = "Здесь ничего нет. Страница находится в корне этого адреса."
TOO_MUCH = "Запрос слишком велик. Загрузите запись, затем пришлите путь из ответа."
PRESENT = "Показ"
PRESENT_HOW = "Крупный шрифт для проектора (Alt+P); Esc — выход"


def honesty(unweighted_accuracy: float, emotions: int) -> str:
    """Say how often the answer is right for people who are not in the training data.

    emotions: how many the training data have, among which a guess would choose.
    """
    right, guessing = percent(unweighted_accuracy), decimal(100 / emotions)
    return (
        f"Об актёрах, на которых модель не училась, она права в {right} случаев "
        f"(наугад — {guessing}{grammar.NO_BREAK}%)."
    )


def strangers(unweighted_accuracy: float, listeners: float) -> str:
    """Say how often it is right for people recorded elsewhere, and how often people are.

    listeners: share of right answers of a crowd that heard the same recordings.
    """
    right = percent(unweighted_accuracy)
    return f"О людях из других собраний записей — в {right} (слушатели — в {percent(listeners)})."


def device(name: str) -> str:
    """Say which device computes the answers."""
    return f"Отвечает {DEVICES.get(name, name)}."
