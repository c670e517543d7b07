"""The page's words in Russian, by the part of the page that says them."""

from ser.page.text.russian import analyse, common, evaluation, explore, live, page, timeline

MODULES = (analyse, common, explore, live, timeline, page, evaluation)
