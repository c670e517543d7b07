"""The page's words in English, by the part of the page that says them."""

from ser.page.text.english import analyse, common, evaluation, explore, live, page, timeline

MODULES = (analyse, common, explore, live, timeline, page, evaluation)
