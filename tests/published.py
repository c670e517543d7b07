"""README's table of results, in English and Russian: this model and published systems."""

import re
from collections.abc import Mapping

from accuracy_tables import METRICS
from blocks import percent, table, with_interval

READ, QUOTED, MEASURED = "read", "quoted", "measured"
STATED = "stated by its authors"
ALL, SHORT = "all", "README"
# System, protocol, "UA / WA %" on eight classes unless stated, how it was found, where it is shown.
PUBLISHED = (
    ("Whisper-large-v3 (EmoBox)", "`actors`", "75.3 / 75.9", READ, SHORT),
    ("WavLM-large (EmoBox)", "`actors`", "72.0 / 72.2", READ, SHORT),
    ("HuBERT-large (EmoBox)", "`actors`", "70.0 / 70.3", READ, ALL),
    ("wav2vec2-base (EmoBox)", "`actors`", "54.3 / 55.4", READ, SHORT),
    ("Whisper-large-v3, {last}", "`actors`", "76.5 / –", READ, ALL),
    ("WavLM-large, {last}", "`actors`", "75.3 / –", READ, ALL),
    ("XLS-R 300M, {last}", "`actors`", "74.7 / –", READ, ALL),
    ("HuBERT-large, {last}", "`actors`", "70.8 / –", READ, ALL),
    ("{xls_r}", "{one_actor}", "81.9 (77.8–85.9)", READ, SHORT),
    ("{xlsr_53}", "{five_folds}", "81.8", QUOTED, ALL),
    ("{starting_design}", "`random`", "– / 48", STATED, SHORT),
    ("{people_ravdess}", "RAVDESS", "– / 62.4", READ, SHORT),
    ("{whisper_cross}", "{cross}", "49.6", READ, SHORT),
    ("{hubert_cross}", "{cross}: nEMO", "61.9 macro-F1", READ, SHORT),
    ("{hubert_clusters}", "{cross}: nEMO", "75.3 macro-F1", READ, ALL),
    ("{people_crema}", "CREMA-D", "41–43", READ, SHORT),
    ("Whisper-large-v3 (EmoBox)", "{crema_random}", "76.8", READ, ALL),
    ("WavLM-large (EmoBox)", "{crema_random}", "74.5", READ, ALL),
)
ENGLISH = {
    "header": ("system", "protocol", "UA / WA %", "source"),
    "ours": "**this model**",
    "actors": "`actors`: RAVDESS, unseen speakers",
    "random": "`random`: RAVDESS, known speakers",
    "cross": "cross-corpus",
    "crema_d": "cross-corpus: CREMA-D, {speakers} unknown speakers",
    "nemo": "cross-corpus: nEMO, {speakers} unknown speakers, Polish",
    "casia": "cross-corpus: CASIA, {speakers} unknown speakers, Mandarin",
    "aesdd": "cross-corpus: AESDD, {speakers} unknown speakers, Greek",
    "rooms": "`actors` in rooms of 0.6 s reverberation time",
    MEASURED: "measured",
    STATED: "stated by its authors",
    READ: "read",
    QUOTED: "quoted",
    "last": "last layer and logistic regression (2026 reproduction)",
    "xls_r": "XLS-R 300M frozen, nested logistic regression (2026)",
    "one_actor": "leave one actor out",
    "xlsr_53": "XLSR-53 fine-tuned (Luna-Jiménez 2022)",
    "five_folds": "five folds by actor",
    "starting_design": "starting design: wav2vec2 last layer, gradient boosting",
    "people_ravdess": "people, audio only, 7 options",
    "whisper_cross": "Whisper-large-v3 trained on RAVDESS, 4 emotions (EmoBox)",
    "hubert_cross": "HuBERT trained on ten corpora (PolEval 2025)",
    "hubert_clusters": "the same with speaker clustering",
    "people_crema": "people, audio only",
    "crema_random": "CREMA-D, EmoBox's random split",
}
RUSSIAN = {
    "header": ("система", "протокол", "UA / WA %", "источник"),
    "ours": "**эта модель**",
    "actors": "`actors`: RAVDESS, незнакомые дикторы",
    "random": "`random`: RAVDESS, знакомые дикторы",
    "cross": "другой корпус",
    "crema_d": "другой корпус: CREMA-D, незнакомых дикторов: {speakers}",
    "nemo": "другой корпус: nEMO, польский, незнакомых дикторов: {speakers}",
    "casia": "другой корпус: CASIA, китайский, незнакомых дикторов: {speakers}",
    "aesdd": "другой корпус: AESDD, греческий, незнакомых дикторов: {speakers}",
    "rooms": "`actors` в комнатах с реверберацией 0.6 с",
    MEASURED: "измерено",
    STATED: "по словам авторов",
    READ: "прочитано",
    QUOTED: "по цитате",
    "last": "последний слой и логистическая регрессия (повторение 2026 года)",
    "xls_r": "XLS-R 300M без дообучения, вложенная логистическая регрессия (2026)",
    "one_actor": "один актёр вне обучения",
    "xlsr_53": "XLSR-53, дообученная (Luna-Jiménez 2022)",
    "five_folds": "пять частей по актёрам",
    "starting_design": "исходный замысел: последний слой wav2vec2, градиентный бустинг",
    "people_ravdess": "люди на слух, 7 вариантов",
    "whisper_cross": "Whisper-large-v3, обученная на RAVDESS, 4 эмоции (EmoBox)",
    "hubert_cross": "HuBERT, обученная на десяти корпусах (PolEval 2025)",
    "hubert_clusters": "то же с кластеризацией дикторов",
    "people_crema": "люди на слух",
    "crema_random": "CREMA-D, случайное разбиение EmoBox",
}


def results(shown: tuple[str, ...] = (SHORT,), words: Mapping = ENGLISH) -> str:
    """Return this model's results and the published ones that are shown."""
    measured = METRICS["protocols"]
    rows = [
        (words["ours"], words[name], _both(measured[name]), words[MEASURED])
        for name in ("actors", "random")
    ]
    in_room = _both(measured["rooms"]["room_0.6"])
    rows.append((words["ours"], words["rooms"], in_room, words[MEASURED]))
    for name in ("crema_d", "nemo", "casia", "aesdd"):
        result = measured["cross_corpus"][name]["unknown_speaker"]
        protocol = words[name].format(speakers=result["speakers"])
        rows.append((words["ours"], protocol, with_interval(result), words[MEASURED]))
    rows += [
        (system.format_map(words), protocol.format_map(words), result, words[source])
        for system, protocol, result, source, place in PUBLISHED
        if place in shown
    ]
    return table(words["header"], rows)


def published() -> str:
    """Return the results with all published ones."""
    return results((SHORT, ALL))


def russian_results() -> str:
    """Return README's table of results in Russian, with decimal commas."""
    return re.sub(r"(?<=\d)\.(?=\d)", ",", results(words=RUSSIAN))


def _both(result: Mapping) -> str:
    return f"{percent(result['ua'])} / {percent(result['wa'])}"
