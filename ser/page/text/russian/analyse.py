"""The first tab, in Russian."""

from ser import labels
from ser.page.text.russian.common import EMOTIONS, NOTES, percent
from ser.page.text.russian.grammar import decimal, of_many, plural

ANALYSE = "Анализ"
RECORDING = "Ваш голос"
WAITING = "Запишите или загрузите голос, и здесь появится ответ."
CHANCES = "Насколько голос похож на каждую эмоцию"
NEIGHBOURS = "Ближайшие записи"
NO_NEIGHBOURS = "Здесь будут названы пять записей, самых похожих на вашу."
ANEW = "Начать заново"
ANEW_WHEN = "Теперь говорит кто-то другой"
NOBODY = (
    "Голоса не слышно, только другие звуки. Говорите ближе к микрофону или выберите запись, "
    "в которой кто-то говорит."
)
CLOSE = 0.1  # between the shares of two emotions that are close together
LISTENED = "Что прослушано"
HEARD_PART, SKIPPED_PART = "прослушано", "тишина, пропущена"
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


def verdict(analysis) -> tuple[str, tuple[str, ...]]:
    """Return the answer as a sentence with `{}` for each emotion in it, and those emotions."""
    if analysis.verdict == labels.NO_VOICE:
        return NOBODY, ()
    shares = analysis.probabilities
    first, second = sorted(shares, key=shares.get, reverse=True)[:2]
    if analysis.verdict == labels.CONFIDENT:
        return "Голос звучит {}, " + f"{percent(shares[first])}.", (first,)
    sentence = "Трудно сказать: голос звучит скорее {} " + f"({percent(shares[first])}), но, "
    return sentence + "возможно, и {} " + f"({percent(shares[second])}).", (first, second)


def quality(clip) -> str:
    """Say how well the recording could be heard."""
    if not clip.notes:
        return f"Слышно хорошо: {decimal(clip.speech)} с речи."
    unclear = {"quiet", "noisy", "clipped"} & set(clip.notes)
    heard = "Слышно" if unclear else "Слышно хорошо"
    remarks = (NOTES[note].format(speech=decimal(clip.speech)) for note in clip.notes)
    return f"{heard}, но {' и '.join(remarks)}."


def known(recordings: int) -> str:
    """Say how many recordings of one voice the next answer goes by."""
    return f"Знакомство с голосом: {plural(recordings, 'запись', 'записи', 'записей')}"


def map_title(recordings: int, actors: int) -> str:
    """Say what the map shows."""
    among = of_many(recordings, "записи", "записей")
    return f"Ваш голос среди {among} {of_many(actors, 'актёра', 'актёров')}"


def listened(clip) -> str:
    """Say which part of the recording was listened to."""
    start, end, duration = map(decimal, (clip.start, clip.end, clip.duration))
    return f"{LISTENED}: с {start} по {end} с из {duration} с"


def why_unsure(analysis) -> str:
    """Say why an answer is hard to give; "" when it is not."""
    if analysis.verdict != labels.UNCERTAIN:
        return ""
    shares = analysis.probabilities
    first, second = sorted(shares, key=shares.get, reverse=True)[:2]
    reasons = ["ни одна эмоция не выделяется"]
    if shares[first] - shares[second] < CLOSE:
        reasons = [f"{EMOTIONS[first]} и {EMOTIONS[second]} почти наравне"]
    for note in analysis.clip.notes:
        reasons.append(NOTES[note].format(speech=decimal(analysis.clip.speech)))
    if not analysis.clips_before:
        reasons.append("этот голос ещё незнаком; поможет ещё одна запись")
    return f"Почему неуверенно: {', '.join(reasons)}."


def enrol(measured: dict | None) -> str:
    """Say what to do, and what it is worth: the figures of metrics.json, where there are any."""
    what = (
        "Скажите фразу так, как диктуют адрес, без всякой эмоции, секунд пять. Вторая фраза "
        "поможет ещё немного."
    )
    if not measured:
        return what
    before, after = measured["ua"] - measured["gain_ua"], measured["ua"]
    return (
        f"{what} После двух таких фраз актёров, которых модель никогда не слышала, доля верных "
        f"ответов выросла с {percent(before)} до {percent(after)}."
    )


def enrolled(sentences: int) -> str:
    """Say how many neutral sentences were understood, differently for every number."""
    if sentences == 1:
        return "Спасибо, фраза понятна. Ещё одна такая поможет ещё немного."
    return f"Спасибо. Теперь учтено {plural(sentences, 'фраза', 'фразы', 'фраз')} вашим голосом."
