"""The texts of the page: a table for each language, with the same names in all of them.

Nothing here imports gradio.
"""

from types import FunctionType, ModuleType, SimpleNamespace

from ser.page.text import english, russian, shared


class Words(SimpleNamespace):
    """The texts of the page in one language.

    Attributes in capitals are texts, or tuples and dicts of texts; functions return texts that
    depend on results. Every language has the same names, signatures and keys, which
    tests/page/test_languages.py checks.
    """

    @classmethod
    def from_modules(cls, modules: tuple[ModuleType, ...]) -> "Words":
        """Gather the capitals of modules and the functions that they define."""
        return cls(
            **{
                name: value
                for module in (*modules, shared)
                for name, value in vars(module).items()
                if isinstance(value, str | tuple | dict)
                and name.isupper()
                and not name.startswith("_")
                or isinstance(value, FunctionType)
                and value.__module__ == module.__name__
            }
        )


ENGLISH, RUSSIAN = Words.from_modules(english.MODULES), Words.from_modules(russian.MODULES)
LANGUAGES = {"en": ENGLISH, "ru": RUSSIAN}


def preferred_language(accept_language: str) -> str:
    """Return which of LANGUAGES an Accept-Language header prefers, "en" if none."""
    ranked = []
    for position, item in enumerate(accept_language.split(",")):
        tag, _, weight = item.strip().partition(";q=")
        try:
            ranked.append((-float(weight or 1), position, tag.partition("-")[0].lower()))
        except ValueError:
            continue
    return next((tag for *_, tag in sorted(ranked) if tag in LANGUAGES), "en")
