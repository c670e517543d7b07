"""The Evaluation tab, in Russian."""

from ser.page.text.russian.common import EMOTIONS, number, percent
from ser.page.text.russian.grammar import decimal, of_many

QUALITY = "Насколько это точно?"
ACCURACY_TITLE = "Как часто ответ верен"
PROTOCOLS_TITLE = "Что проверено и зачем"
PROTOCOLS = {
    "actors": (
        "Незнакомые актёры",
        "Четырёх актёров за раз не показывают при обучении, а потом проверяют модель на них. "
        "Этого можно ждать от нового голоса в студии.",
    ),
    "random": (
        "Знакомые актёры",
        "Пятую часть записей не показывают при обучении, но другие записи тех же актёров — "
        "показывают. Во многих работах приводят только эту, более лёгкую проверку.",
    ),
    "cross_corpus": (
        "Люди из других собраний",
        "Модель учится без целого собрания записей, а потом проверяется на нём. Другие люди, "
        "комнаты и языки: это труднее всего и ближе всего к обычной жизни.",
    ),
    "rooms": (
        "В комнате и в шуме",
        "Записи незнакомых актёров, какими они были бы в комнате, в шуме, по телефону и после "
        "сильного сжатия. Ноутбук дома ближе к этому, чем студия.",
    ),
}
CONDITIONS = {
    "room_0.3": "В небольшой комнате",
    "room_0.6": "В гулкой комнате",
    "noise": "В шуме",
    "telephone": "По телефону",
    "opus": "После сильного сжатия",
}
GUESSING = "Наугад"
LISTENERS = "Люди-слушатели"
CONFUSED = "Что с чем путается"
ACTED, PREDICTED = "сыграно", "услышано"
EACH_EMOTION = "Каждая эмоция"
EACH_ACTOR = "Каждый актёр"
SPEAKER_GROUPS_TITLE = "Разные люди"
SPEAKER_GROUPS_NOTE = (
    "Люди из других собраний записей, по сведениям этих собраний. Линия показывает, где в 95 "
    "случаях из 100 лежит истинное значение; если линии перекрываются, разница может быть "
    "случайной."
)
# In the order in which they are shown; other groups follow under their own names.
SPEAKER_GROUPS = {
    "female": "женщины",
    "male": "мужчины",
    "up to 29": "до 29 лет",
    "30 to 44": "от 30 до 44 лет",
    "45 and older": "45 лет и старше",
    "African American": "афроамериканцы",
    "Asian": "азиаты",
    "Caucasian": "белые",
    "Hispanic": "латиноамериканцы",
    "Not Hispanic": "не латиноамериканцы",
}
CALIBRATION = "Знает ли модель, когда она права"
CONFIDENCE, ACCURACY = "насколько была уверена", "как часто была права"
LIMITS = "Чего она не может"
LIMITS_LIST = (
    "Она слышит, как голос звучит для слушателя. Что человек чувствует или думает, она не знает.",
    "Она училась на актёрах, которые произносили заданные фразы в студии. Обычная речь труднее.",
    "Спокойствие сыграно только в одном из пяти собраний записей, в других такой голос назван "
    "нейтральным. Поэтому ответ «спокойно» возможен, только если запись похожа на записи того "
    "собрания.",
    "Она не для детей, пения или шёпота и не для решений о людях.",
)
LAW = "Что говорит закон"
LAW_LIST = (
    "В Европейском союзе запрещено определять эмоции людей на работе и в учёбе "
    "(Закон об ИИ, статья 5(1)(f)).",
    "В остальных случаях людей обязаны предупредить (Закон об ИИ, статья 50(3)).",
)
DATA = "Данные и лицензия"
DATA_LIST = (
    "RAVDESS: Livingstone и Russo 2018, doi 10.5281/zenodo.1188976, CC BY-NC-SA 4.0. "
    "CREMA-D: Cao et al. 2014, ODbL 1.0. nEMO: Christop 2024, CC BY-NC-SA 4.0. "
    "CASIA: Академия наук Китая. AESDD: Vryzas et al. 2018.",
    "Модель и карта: CC BY-NC-SA 4.0, только некоммерческое использование. Программа: MIT. "
    "Ни одна запись этих собраний в неё не входит.",
)
FROM_PROGRAMS = "Пользоваться из своих программ"
FROM_PYTHON = "Python, после pip install gradio_client"
FROM_SHELL = "Любая командная строка с curl"


def accuracy_summary(protocols: dict, emotions: int) -> str:
    """Say how often the answer is right for unknown speakers, of RAVDESS and of CREMA-D.

    protocols: those of metrics.json.
    emotions: how many there are in the training data.
    """
    right = 100 * protocols["actors"]["ua"]
    text = f"Из 100 записей актёров, которых модель не слышала, она верно называет {right:.0f}; "
    text += f"наугад верен был бы один ответ из {emotions}."
    if result := protocols.get("cross_corpus", {}).get("crema_d"):
        ua, human_ua = result["unknown_speaker"]["ua"], result["human_listeners"]["ua"]
        text += (
            f" Из 100 записей другого собрания (CREMA-D) — {100 * ua:.0f}; люди, которые их "
            f"слушали, — {100 * human_ua:.0f}."
        )
    return text


def most_frequent_confusion(acted: str, predicted: str, fraction: float) -> str:
    """Say which emotion is most often predicted as which other, and how often."""
    return (
        f"Читайте строку слева направо: что сыграно, затем что услышано. Самая частая ошибка: "
        f"«{EMOTIONS[acted]}» в {percent(fraction)} случаев принимается за «{EMOTIONS[predicted]}»."
    )


def best_and_worst_recall(recalls: dict[str, float]) -> str:
    """Say which emotion has the highest recall and which the lowest."""
    best, worst = max(recalls, key=recalls.get), min(recalls, key=recalls.get)
    return (
        f"Легче всего узнаётся {EMOTIONS[best]} — в {percent(recalls[best])} случаев, труднее "
        f"всего {EMOTIONS[worst]} — в {percent(recalls[worst])}. Всё это — об актёрах, которых "
        "модель не слышала."
    )


def accuracy_range(accuracy: dict[str, float]) -> str:
    """Say between which values the accuracy for single actors lies."""
    return (
        f"Многое зависит от того, кто говорит: верны от {percent(min(accuracy.values()))} до "
        f"{percent(max(accuracy.values()))} ответов. По одному голосу судить рано."
    )


def calibration_error(error: float) -> str:
    """Explain the reliability diagram and give the expected calibration error, 0-1."""
    return (
        f"Когда модель говорит «{percent(0.7)}», она должна быть права 7 раз из 10: тогда точки "
        f"лежат на линии. В среднем они отстоят на {decimal(100 * error)} процентного пункта."
    )


def counted(part: int, total: int) -> str:
    """Say how many of how many recordings."""
    return f"{number(part)} из {of_many(total, 'записи', 'записей')}"
