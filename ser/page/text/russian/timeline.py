"""The Long recording tab, in Russian."""

from ser.page.text.russian.common import IN_PROGRESS, NOTES, percent
from ser.page.text.russian.grammar import plural
from ser.page.text.shared import clock, top_two

LONG = "Длинная запись"
LONG_RECORDING = "До 30 минут речи"
PEOPLE = "Сколько человек говорит?"
ONE_PERSON, FIND_PEOPLE = "Один", "Определить"
LONG_WAITING = (
    "Выберите запись или сделайте её и посмотрите, как эмоция меняется от секунды к секунде."
)
LONG_TITLE = "Эмоция во времени: нажмите на любой момент, чтобы его услышать"
LANES_TITLE = "Кто когда говорит и как: нажмите, чтобы услышать"
SPEAKERS = "Кто говорит"
SPEAKERS_HOW = "дайте каждому имя и отметьте, если один и тот же человек указан дважды"
SPEAKER_NAME = "Имя"
SAME_PERSON = "Тот же человек, что\N{HORIZONTAL ELLIPSIS}"
SEGMENTS = "Момент за моментом"
NO_SEGMENTS = "Здесь появятся части записи; каждую можно услышать одним нажатием."
SEGMENTS_COLUMNS = ("Когда", "Звучит", "Уверенность")
SPEAKERS_COLUMNS = ("Когда", "Кто", "Звучит", "Уверенность")
SEGMENTS_NOTE = (
    "О каждой секунде судят по трём вокруг неё. Предполагается один голос, и его узнают по всей "
    "записи; если эмоция всё время одна и та же, ответ бледнее, чем должен быть."
)
SPEAKERS_NOTE = (
    "Людей различают по голосам, и здесь возможны ошибки, особенно если реплики коротки или "
    "звучат одновременно. Что обычно для каждого, узнают по всему, что этот человек сказал. "
    "Бледным показано то, о чём трудно сказать."
)
LONG_IT_WAS_HINT = "Укажите эмоцию, и модель научится на трёх секундах из середины отрезка"
PLAY_SEGMENT = "Прослушать"
DOWNLOAD_AS = "Скачать как"
DOWNLOADS = {
    "report": "Отчёт, чтобы поделиться (HTML)",
    "csv": "Таблица (CSV)",
    "json": "Всё (JSON)",
    "webvtt": "Субтитры (WebVTT)",
    "rttm": "Кто когда говорит (RTTM)",
    "textgrid": "Файл для Praat (TextGrid)",
    "eaf": "Файл для ELAN (EAF)",
    "audacity": "Метки для Audacity (TXT)",
}
LONG_GONE = "Эта запись здесь больше не хранится. Выберите её, пожалуйста, ещё раз."
REPORT = "Как звучит эта запись: отчёт"
REPORT_FIGURE = "Во времени"
NOT_VOICED = "голоса нет"


def progress(fraction: float, seconds_left: float | None) -> str:
    """Say which fraction of a recording was analysed; None is an unknown time."""
    if seconds_left is None:
        return IN_PROGRESS
    if seconds_left < 60:
        return f"{IN_PROGRESS} {percent(fraction)}, осталось около {max(1, seconds_left):.0f} с"
    return f"{IN_PROGRESS} {percent(fraction)}, осталось около {seconds_left / 60:.0f} мин"


def speaker_name(number: int) -> str:
    """Name a speaker whom nobody has named yet."""
    return f"Голос {number}"


def same_person_label(name: str) -> str:
    """Say what is chosen in the menu of a speaker's row."""
    return f"{name} — тот же человек, что"


def speaking_share(fraction: float, duration: float) -> str:
    """Say how much of the speech is one speaker's, as a fraction and in seconds."""
    return f"{percent(fraction)} речи, {clock(duration)} мин"


def report_made(version: str, day: str) -> str:
    """Say which model made a report, and on which day."""
    return f"Сделан {day} моделью {version}."


def timeline_verdict(
    fractions: dict[str, float], n_speakers: int = 1
) -> tuple[str, tuple[str, ...]]:
    """Return the answer on a whole recording as a sentence with `{}` for each emotion, and those.

    fractions: of the time with a voice, 0-1, by label.
    """
    first, second = top_two(fractions)
    it = "Голос"
    if n_speakers > 1:
        it = f"Говорят {plural(n_speakers, 'человек', 'человека', 'человек')}. Разговор"
    if fractions[second] < 0.05:
        return f"{it} звучит " + "{} " + f"{percent(fractions[first])} времени.", (first,)
    most = "в основном " if fractions[first] >= 0.5 else "чаще всего "
    return (
        f"{it} звучит {most}" + "{} " + f"({percent(fractions[first])} времени), реже — "
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
