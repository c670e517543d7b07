"""The button that saves a finished round as a picture, with what card.js draws."""

import json
from html import escape

from ser.charts.style import MARKERS
from ser.page import symbols
from ser.page.teaching.rounds import Acting, Take
from ser.page.text import Words


def button(words: Words, acting: Acting) -> str:
    """Return the button for the last round, which is finished and has takes."""
    first, last = acting.rounds[0], acting.round
    earlier = ""
    if first is not last:
        earlier = words.act_first_score(first.n_right, len(first.takes))
    drawn = {
        "file": words.CARD_FILE_NAME,
        "title": words.TITLE,
        "score": words.card_score(last.n_right, len(last.takes)),
        "earlier": earlier,
        "takes": [_take(words, last.take(label)) for label in last.emotions if last.take(label)],
    }
    return (
        f'<button type="button" name="card" class="secondary" '
        f'data-card="{escape(json.dumps(drawn))}">{words.CARD_SAVE}</button>'
    )


def _take(words: Words, take: Take) -> dict:
    marker, heard = MARKERS[take.emotion], words.EMOTIONS[take.predicted]
    return {
        "name": words.EMOTIONS[take.emotion],
        "remark": words.CARD_RIGHT if take.right else words.card_wrong(heard),
        "right": take.right,
        "position": take.position,
        "colour": marker.colour,
        "path": symbols.PATHS[marker.symbol],
    }
