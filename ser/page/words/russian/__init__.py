"""The page's words in Russian, by the part of the page that says them."""

from ser.page.words.russian import analyse, common, explore, live, long, page, quality

MODULES = (analyse, common, explore, live, long, page, quality)
