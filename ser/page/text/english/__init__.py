"""The texts of the page in English, by the part of the page that shows them."""

from ser.page.text.english import (
    act,
    analyse,
    common,
    evaluation,
    explore,
    keeping,
    live,
    page,
    recent,
    timeline,
)

MODULES = (act, analyse, common, explore, keeping, live, timeline, page, recent, evaluation)
