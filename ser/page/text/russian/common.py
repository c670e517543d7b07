"""What several parts of the page say, in Russian."""

from ser.audio import formats
from ser.errors import SerError
from ser.page.text.russian import grammar
from ser.page.text.russian.grammar import decimal, grouped

LISTENING = "Слушаю\N{HORIZONTAL ELLIPSIS}"
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
# By the key of `audio.NOTES`.
NOTES = {
    "quiet": "запись очень тихая",
    "noisy": "в записи шум",
    "clipped": "слишком громко для микрофона",
    "short": "речи всего {speech} с",
    "ends early": "запись неполная: файл обрывается",
    "damaged": "файл местами повреждён",
}
SEXES = {"male": "муж.", "female": "жен."}
# By the `kind` of a SerError.
_ERRORS = {
    "nothing": "Записи нет. Запишите свой голос или выберите аудиофайл.",
    "silent": "Запись ({duration} с) — тишина. Проверьте, тот ли микрофон выбран и включён ли он, "
    "и запишите ещё раз.",
    "short": "Нашлось только {found} с звука, а нужно не меньше {needed} с голоса. Скажите целую "
    "фразу и попробуйте ещё раз.",
    "long": "Запись длиннее {minutes} минут. Выберите часть покороче.",
    "large": "Файл {name} больше {megabytes} МБ. Выберите часть покороче или сохраните его как "
    "mp3, m4a или flac.",
    "empty": "Файл {name} пуст. Запишите ещё раз или выберите другой файл.",
    "no sound": "В записи совсем нет звука. Запишите или сохраните её ещё раз.",
    "no audio": "Файл {name} не читается как аудио: он повреждён или другого типа. Подойдут "
    f"{formats.NAMES}.",
    "no track": "В файле {name} нет звука, только изображение или текст. Запишите ещё раз с "
    "включённым микрофоном или выберите запись со звуком.",
    "no numbers": "В записи есть значения, которые не являются числами (NaN или бесконечность). "
    "Сохраните её ещё раз как обычное аудио.",
    "damaged": "Файл {name} не удаётся прочитать: он повреждён или декодируется слишком долго. "
    "Сохраните его ещё раз как обычное аудио.",
    "cut off": "Файл {name} обрывается или повреждён: в нём нет той части, где сказано, где лежит "
    "звук. Скопируйте или загрузите его ещё раз.",
    "form": "Такой формат звука не подходит: число каналов — {channels}, частота — {rate} Гц. "
    "Сохраните запись ещё раз как обычное аудио.",
    "no voice": "Голоса не слышно, только другие звуки. Скажите фразу ближе к микрофону.",
    "nobody": "В записи ({duration} с) нет голоса; нужно не меньше {needed} с. Выберите запись, в "
    "которой кто-то говорит, или запишите ближе к микрофону.",
}


def percent(share: float) -> str:
    """Write a share as whole percent; what is not quite nothing or everything says so."""
    text = f"{100 * share:.0f}"
    if 0 < share < 0.005:
        text = "<1"
    elif 0.995 <= share < 1:
        text = ">99"
    return f"{text}{grammar.NO_BREAK}%"


def person(actor: int | str, sex: str) -> str:
    """Name an actor of the data set, by number or name; the sex may be "", unknown."""
    return f"актёр {actor}, {SEXES[sex]}" if sex else f"актёр {actor}"


def facts(neighbour) -> str:
    """Tell what is known of a recording of the data set, a line each."""
    emotion, *lines = known_facts(neighbour)
    return "<br>".join([f"<b>{emotion}</b>", *lines])


def known_facts(neighbour) -> list[str]:
    """Return what is known of a recording of the data set, its emotion first."""
    strength = ", сыграно ярко" if neighbour.intensity == "strong" else ""
    lines = [f"{EMOTIONS[neighbour.emotion]}{strength}", person(neighbour.actor, neighbour.sex)]
    if neighbour.sentence:
        lines.append(f"«{neighbour.sentence}»")
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


def clock(seconds: float) -> str:
    """Write a moment of a recording as minutes and seconds."""
    minutes, seconds = divmod(int(seconds), 60)
    return f"{minutes}:{seconds:02}"
