"""The texts that several parts of the page share, in Russian."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ser.audio import formats
from ser.errors import ErrorKind, SerError
from ser.page.text.russian import grammar
from ser.page.text.russian.grammar import decimal, grouped

if TYPE_CHECKING:
    from ser.models.embedding_map import Neighbour

IN_PROGRESS = "Слушаю\N{HORIZONTAL ELLIPSIS}"
YOUR_VOICE = "ваш голос"
APOLOGY = (
    "Извините, у нас что-то сломалось; мы это записали в журнал. С вашей записью всё в порядке: "
    "попробуйте, пожалуйста, ещё раз."
)
EMOTIONS = {
    "neutral": "нейтральность",
    "calm": "спокойствие",
    "happy": "радость",
    "sad": "грусть",
    "angry": "гнев",
    "fearful": "страх",
    "disgust": "отвращение",
    "surprised": "удивление",
}
SOUNDS = {
    "neutral": "нейтрально",
    "calm": "спокойно",
    "happy": "радостно",
    "sad": "грустно",
    "angry": "сердито",
    "fearful": "испуганно",
    "disgust": "с отвращением",
    "surprised": "удивлённо",
}
SEPARATORS = "," + grammar.NO_BREAK
# By the keys of `clip.NOTES`.
NOTES = {
    "quiet": "запись очень тихая",
    "noisy": "в записи шум",
    "clipped": "слишком громко для микрофона",
    "short": "речи всего {speech} с",
    "ends early": "запись неполная: файл обрывается",
    "damaged": "файл местами повреждён",
}
SEXES = {"male": "муж.", "female": "жен."}
_ERRORS = {
    ErrorKind.NO_RECORDING: "Записи нет. Запишите свой голос или выберите аудиофайл.",
    ErrorKind.SILENT: "Запись ({duration} с) — тишина. Проверьте, тот ли микрофон выбран и "
    "включён ли он, и запишите ещё раз.",
    ErrorKind.TOO_SHORT: "Нашлось только {found} с звука, а нужно не меньше {needed} с голоса. "
    "Скажите целую фразу и попробуйте ещё раз.",
    ErrorKind.TOO_LONG: "Запись длиннее {minutes} минут. Выберите часть покороче.",
    ErrorKind.TOO_LARGE: "Файл {name} больше {megabytes} МБ. Выберите часть покороче или "
    "сохраните его как mp3, m4a или flac.",
    ErrorKind.EMPTY_FILE: "Файл {name} пуст. Запишите ещё раз или выберите другой файл.",
    ErrorKind.NO_SAMPLES: "В записи совсем нет звука. Запишите или сохраните её ещё раз.",
    ErrorKind.NO_AUDIO: "Файл {name} не читается как аудио: он повреждён или другого типа. "
    f"Подойдут {formats.NAMES}.",
    ErrorKind.NO_AUDIO_TRACK: "В файле {name} нет звука, только изображение или текст. Запишите "
    "ещё раз с включённым микрофоном или выберите запись со звуком.",
    ErrorKind.NOT_FINITE: "В записи есть значения, которые не являются числами (NaN или "
    "бесконечность). Сохраните её ещё раз как обычное аудио.",
    ErrorKind.DAMAGED: "Файл {name} не удаётся прочитать: он повреждён или декодируется слишком "
    "долго. Сохраните его ещё раз как обычное аудио.",
    ErrorKind.CUT_OFF: "Файл {name} обрывается или повреждён: в нём нет той части, где сказано, "
    "где лежит звук. Скопируйте или загрузите его ещё раз.",
    ErrorKind.UNSUPPORTED_FORMAT: "Такой формат звука не подходит: число каналов — {channels}, "
    "частота — {rate} Гц. Сохраните запись ещё раз как обычное аудио.",
    ErrorKind.NO_VOICE: "Голоса не слышно, только другие звуки. Скажите фразу ближе к микрофону.",
    ErrorKind.NO_VOICE_ANYWHERE: "В записи ({duration} с) нет голоса; нужно не меньше {needed} с. "
    "Выберите запись, в которой кто-то говорит, или запишите ближе к микрофону.",
    ErrorKind.UNUSABLE_PROFILE: "Файл {name} — не профиль голоса, или он повреждён. Выберите "
    "файл, сохранённый этой страницей, или сделайте его заново.",
    ErrorKind.OTHER_PROFILE: "Профиль голоса {name} сделан для модели {maker}, а сейчас отвечает "
    "модель {model}. Научите её своему голосу ещё раз.",
    ErrorKind.NO_NAME: "В этом имени нет ни одной буквы или цифры. Введите другое.",
    ErrorKind.NAME_TAKEN: "Имя «{name}» уже есть. Введите другое или, если это один и тот же "
    "человек, выберите его в той же строке.",
}


def percent(fraction: float) -> str:
    """Write a fraction in whole percent; what only rounds to 0 or 100 as <1 and >99."""
    text = f"{100 * fraction:.0f}"
    if 0 < fraction < 0.005:
        text = "<1"
    elif 0.995 <= fraction < 1:
        text = ">99"
    return f"{text}{grammar.NO_BREAK}%"


def person(actor: int | str, sex: str) -> str:
    """Name an actor of the training data, by number or name; sex "" is unknown."""
    return f"актёр {actor}, {SEXES[sex]}" if sex else f"актёр {actor}"


def clip_details(clip: Neighbour) -> str:
    """Describe a training clip, each property on a line."""
    emotion, *lines = clip_lines(clip)
    return "<br>".join([f"<b>{emotion}</b>", *lines])


def clip_lines(clip: Neighbour) -> list[str]:
    """Return the known properties of a training clip, its emotion first."""
    strength = ", сыграно ярко" if clip.intensity == "strong" else ""
    lines = [f"{EMOTIONS[clip.emotion]}{strength}", person(clip.actor, clip.sex)]
    if clip.sentence:
        lines.append(f"«{clip.sentence}»")
    return lines


def number(value: int) -> str:
    """Write a large number."""
    return grouped(value)


def explained(error: SerError) -> str:
    """Say what went wrong; in English where it is nothing that a visitor would meet."""
    if error.kind not in _ERRORS:
        return str(error)
    values = dict(error.values)
    for name, digits in (("duration", 1), ("found", 2), ("needed", 1), ("minutes", 0)):
        if name in values:
            values[name] = decimal(values[name], digits)
    return _ERRORS[error.kind].format(**values)
