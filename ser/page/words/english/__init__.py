"""The page's words in English, by the part of the page that says them."""

from ser.page.words.english import analyse, common, explore, live, long, page, quality

MODULES = (analyse, common, explore, live, long, page, quality)
