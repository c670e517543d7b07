"""The Analyse tab, in Russian."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ser import labels
from ser.page.text.russian.common import EMOTIONS, NOTES, percent
from ser.page.text.russian.grammar import decimal, of_many, plural
from ser.page.text.shared import close_together, familiar, top_two

if TYPE_CHECKING:
    from ser.audio.clip import Clip
    from ser.recognizer import Analysis

ANALYSE = "Анализ"
RECORDING = "Ваш голос"
WAITING = "Запишите или загрузите голос, и здесь появится ответ."
PROBABILITIES = "Насколько голос похож на каждую эмоцию"
NEIGHBOURS = "Ближайшие записи"
NO_NEIGHBOURS = "Здесь будут названы пять записей, самых похожих на вашу."
START_OVER = "Начать заново"
START_OVER_HINT = "Теперь говорит кто-то другой"
NO_VOICE = (
    "Голоса не слышно, только другие звуки. Говорите ближе к микрофону или выберите запись, "
    "в которой кто-то говорит."
)
ANALYSED_PART = "Что прослушано"
SPEECH_PART, TRIMMED_PART = "прослушано", "тишина, пропущена"
SECONDS, HERTZ = "с", "Гц"
DETAILS = "Подробности и файлы"
SPECTROGRAM = "Спектрограмма: сила звука разной высоты во времени"
SAVE_RESULT = "Сохранить результат (JSON)"
SAVE_PICTURE = "Сохранить графики (PNG)"
FILE_NAME = "emotsiya-golosa"
EXAMPLES = {
    "actor": "Нет микрофона? Актёры, на которых модель училась:",
    "synthetic": "Нет микрофона? Компьютерный голос:",
}
EXAMPLE_VOICES = {
    "actor": {"angry": "гнев", "sad": "грусть", "happy": "радость"},
    "synthetic": {
        "slow": "медленный",
        "flat": "ровный",
        "lively": "живой",
        "hurried": "быстрый",
    },
}
ABOUT_EXAMPLES = {
    "actor": "Записи RAVDESS (CC BY-NC-SA 4.0), на которых училась модель.",
    "synthetic": "Синтез речи: это не человек, и никакая эмоция не задумана.",
}
ENROL = "Познакомить со своим голосом поближе"
ENROL_SENTENCE = "Фраза вашим обычным голосом"


def verdict(analysis: Analysis) -> tuple[str, tuple[str, ...]]:
    """Return the answer as a sentence with `{}` for each emotion, and those emotions."""
    if analysis.verdict == labels.NO_VOICE:
        return NO_VOICE, ()
    probabilities = analysis.probabilities
    first, second = top_two(probabilities)
    if analysis.verdict == labels.CONFIDENT:
        return "Голос звучит {}, " + f"{percent(probabilities[first])}.", (first,)
    sentence = (
        "Трудно сказать: голос звучит скорее {} " + f"({percent(probabilities[first])}), но, "
    )
    return sentence + "возможно, и {} " + f"({percent(probabilities[second])}).", (first, second)


def quality(clip: Clip) -> str:
    """Describe the quality of the recording."""
    if not clip.notes:
        return f"Слышно хорошо: {decimal(clip.speech)} с речи."
    unclear = {"quiet", "noisy", "clipped"} & set(clip.notes)
    prefix = "Слышно" if unclear else "Слышно хорошо"
    remarks = (NOTES[note].format(speech=decimal(clip.speech)) for note in clip.notes)
    return f"{prefix}, но {' и '.join(remarks)}."


def recordings_used(recordings: int) -> str:
    """Say to how many recordings of one speaker the next answer is adapted."""
    return f"Знакомство с голосом: {plural(recordings, 'запись', 'записи', 'записей')}"


def map_title(recordings: int, actors: int) -> str:
    """Return the title of the map."""
    among = of_many(recordings, "записи", "записей")
    return f"Ваш голос среди {among} {of_many(actors, 'актёра', 'актёров')}"


def analysed_part(clip: Clip) -> str:
    """Say which part of the recording was analysed."""
    start, end, duration = map(decimal, (clip.start, clip.end, clip.duration))
    return f"{ANALYSED_PART}: с {start} по {end} с из {duration} с"


def why_unsure(analysis: Analysis) -> str:
    """Give the reasons for an uncertain answer; "" if it is confident."""
    if analysis.verdict != labels.UNCERTAIN:
        return ""
    first, second = top_two(analysis.probabilities)
    reasons = ["ни одна эмоция не выделяется"]
    if close_together(analysis.probabilities):
        reasons = [f"{EMOTIONS[first]} и {EMOTIONS[second]} почти наравне"]
    for note in analysis.clip.notes:
        reasons.append(NOTES[note].format(speech=decimal(analysis.clip.speech)))
    if not analysis.clips_before:
        new = "этот голос ещё незнаком"
        if not familiar(analysis):
            new = "этот голос и это помещение ещё незнакомы"
        reasons.append(f"{new}; помогут ещё одна запись или две нейтральные фразы")
    return f"Почему неуверенно: {', '.join(reasons)}."


def enrol(metrics: dict | None) -> str:
    """Explain enrolment, and what it gains by metrics.json where that was measured."""
    what = (
        "Скажите фразу так, как диктуют адрес, без всякой эмоции, секунд пять. Вторая фраза "
        "поможет ещё немного."
    )
    if not metrics:
        return what
    before, after = metrics["ua"] - metrics["gain_ua"], metrics["ua"]
    return (
        f"{what} После двух таких фраз актёров, которых модель никогда не слышала, доля верных "
        f"ответов выросла с {percent(before)} до {percent(after)}."
    )


def enrolled(sentences: int) -> str:
    """Say how many neutral sentences were enrolled, differently for every number."""
    if sentences == 1:
        return "Спасибо, фраза понятна. Ещё одна такая поможет ещё немного."
    return f"Спасибо. Теперь учтено {plural(sentences, 'фраза', 'фразы', 'фраз')} вашим голосом."
