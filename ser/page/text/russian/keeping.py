"""What a visitor may keep, a voice profile and a picture of a round, in Russian."""

PROFILE_KEEP = "Сохранить"
PROFILE_RESTORE = "Выбрать сохранённый профиль голоса"
PROFILE_NOTE = "Профиль — файл чисел, описывающих голос, без записей. Берегите его, как запись."
PROFILE_RESTORED = "Профиль загружен, теперь ответы учитывают его."
PROFILE_FILE_NAME = "profil-golosa.npz"
CARD_SAVE = "Сохранить картинкой"
CARD_FILE_NAME = "emotsii-golosa"
CARD_RIGHT = "понято"


def card_score(right: int, total: int) -> str:
    """Say in two lines how many takes of a round were understood."""
    return f"Модель поняла\n{right} из {total}"


def card_wrong(heard: str) -> str:
    """Say which emotion was predicted in place of the acted one."""
    return f"услышано: {heard}"
