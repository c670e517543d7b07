"""What the first tab says of a recording, as HTML: the answer, what is known, the nearest.

`words` is the table of words in one language.
"""

import json
from html import escape

from ser.charts import probabilities
from ser.page.session import Voice


def waiting(words) -> str:
    """Say what to do for an answer."""
    return f'<p class="waiting">{words.WAITING}</p>'


def no_neighbours(words) -> str:
    """Say what will be there after an answer."""
    return f'<h2>{words.NEIGHBOURS}</h2><p class="waiting">{words.NO_NEIGHBOURS}</p>'


def answer(words, analysis) -> str:
    """Say what the voice sounds like and how sure that is; carries the result for saving.js."""
    sentence, emotions = words.verdict(analysis)
    if not emotions:
        return sorry(sentence)
    marked = (f"<strong {colour(label)}>{words.SOUNDS[label]}</strong>" for label in emotions)
    chances = ", ".join(
        f"{words.EMOTIONS[label]} {words.percent(share)}"
        for label, share in analysis.probabilities.items()
    )
    remark = words.why_unsure(analysis) or words.quality(analysis.clip)
    return (
        f'<p class="verdict" data-result="{escape(json.dumps(analysis.to_json()))}">'
        f"{sentence.format(*marked)}</p>"
        f'<p class="quality">{escape(remark)}</p>'
        f'<p class="for-screen-readers">{chances}</p>'
    )


def sorry(message: str) -> str:
    """Say what went wrong."""
    return f'<p class="sorry">{escape(message)}</p>'


def known(words, voice: Voice) -> str:
    """Say how well a voice is known, with the button that forgets it; nothing of a stranger."""
    if not voice.after.n_clips:
        return ""
    button = f'<button type="button" title="{words.ANEW_WHEN}">{words.ANEW}</button>'
    return f"<p>{words.known(voice.after.n_clips)} {button}</p>"


def neighbours(words, nearest) -> str:
    """Name the nearest recordings of the data set."""
    items = "".join(
        f'<li {colour(clip.emotion)} title="{escape(clip.name)}">'
        f"<b>{words.EMOTIONS[clip.emotion]}</b> "
        f"<span>{escape(words.person(clip.actor, clip.sex))}</span></li>"
        for clip in nearest
    )
    return f"<h2>{words.NEIGHBOURS}</h2><ol>{items}</ol>"


def microphone(words) -> str:
    """Explain every way in which the microphone can fail; the style sheet shows the right one."""
    return "".join(
        f'<p class="{reason}" role="alert">{escape(text)}</p>'
        for reason, text in words.MICROPHONE.items()
    )


def colour(label: str) -> str:
    """Return the attribute that gives an element an emotion's colour."""
    return f'style="--emotion: {probabilities.MARKERS[label].colour}"'
