"""Every error that a visitor can meet is raised somewhere and has a Russian text."""

import ast
from pathlib import Path
from string import Formatter

import pytest

import ser
from ser.errors import ErrorKind, SerError
from ser.page.text import ENGLISH, RUSSIAN
from ser.page.text.russian.common import _ERRORS

ROOT = Path(ser.__file__).parent


def raised():
    """List (kind, names of values) of each SerError that is made with an ErrorKind in ser."""
    calls = [
        node
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "SerError"
    ]
    return [
        (ErrorKind[call.args[1].attr], {keyword.arg for keyword in call.keywords})
        for call in calls
        if len(call.args) > 1 and isinstance(call.args[1], ast.Attribute)
    ]


def test_every_kind_is_raised():
    assert {kind for kind, _ in raised()} == set(ErrorKind)


def test_every_kind_has_a_russian_text():
    assert set(_ERRORS) == set(ErrorKind)


@pytest.mark.parametrize("kind", ErrorKind)
def test_placeholders_match_the_values(kind):
    placeholders = {name for _, name, _, _ in Formatter().parse(_ERRORS[kind]) if name}
    for raised_kind, values in raised():
        if raised_kind == kind:
            assert placeholders == values


def test_a_kind_is_said_in_the_language_of_the_page():
    error = SerError("Too long.", ErrorKind.TOO_LONG, minutes=5.0)
    assert ENGLISH.explained(error) == "Too long."
    assert RUSSIAN.explained(error) == "Запись длиннее 5 минут. Выберите часть покороче."
