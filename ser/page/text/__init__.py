"""The sentences that the page shows: a table for each language, with the same names in all of them.

Nothing here knows gradio or HTML.
"""

from types import FunctionType, ModuleType, SimpleNamespace

from ser.page.text import english, russian


def _table(modules: tuple[ModuleType, ...]) -> SimpleNamespace:
    """Gather the capitals of modules and the functions that they define."""
    return SimpleNamespace(
        **{
            name: value
            for module in modules
            for name, value in vars(module).items()
            if name.isupper()
            and not name.startswith("_")
            or isinstance(value, FunctionType)
            and value.__module__ == module.__name__
        }
    )


ENGLISH, RUSSIAN = _table(english.MODULES), _table(russian.MODULES)
LANGUAGES = {"en": ENGLISH, "ru": RUSSIAN}


def preferred(header: str) -> str:
    """Return which of LANGUAGES a browser wants by its Accept-Language header, "en" if none."""
    ranked = []
    for position, each in enumerate(header.split(",")):
        tag, _, weight = each.strip().partition(";q=")
        try:
            ranked.append((-float(weight or 1), position, tag.partition("-")[0].lower()))
        except ValueError:
            continue
    return next((tag for *_, tag in sorted(ranked) if tag in LANGUAGES), "en")
