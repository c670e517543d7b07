"""The HTML of the list of recent recordings and of the comparison's text."""

from html import escape

from ser.page.recent.difference import Difference
from ser.page.recent.recordings import RecentRecordings, Recording
from ser.page.tabs import answers
from ser.page.text import Words

MIN_LISTED = 2  # The only recording is shown already.


def recordings_list(words: Words, recent: RecentRecordings) -> str:
    """Return the list, newest first: a button that shows one again, a box that marks it."""
    if len(recent.recordings) < MIN_LISTED:
        return ""
    items = "".join(_item(words, recent, recording) for recording in recent.recordings)
    return (
        f"<h2>{words.RECENT} <span>{words.RECENT_HOW}</span></h2>"
        f'<ul aria-label="{words.RECENT}">{items}</ul>'
    )


def comparison(
    words: Words, first: Recording, second: Recording, found: Difference, audible: bool
) -> str:
    """Return what differs between two recordings, and the button that closes the comparison.

    audible: whether both are still there, so that their sound was compared.
    """
    sentence = words.compared(
        (first.number, second.number),
        first.analysis.probabilities,
        second.analysis.probabilities,
        found.emotion,
    )
    more = (
        f"<strong {answers.emotion_style(found.emotion)}>{words.MORE[found.emotion]}</strong>"
        if found.emotion
        else ""
    )
    sound = words.sound_compared(found) if audible else words.RECORDINGS_GONE
    note = f'<p class="note">{words.COMPARISON_NOTE}</p>' if audible else ""
    return (
        f"<header><h2>{words.COMPARISON}</h2>"
        f'<button type="button" name="close">{words.CLOSE_COMPARISON}</button></header>'
        f'<p class="verdict">{sentence.format(more)}</p><p>{escape(sound)}</p>{note}'
    )


def shown_again(words: Words, number: int) -> str:
    """Return the remark that an answer is one to an earlier recording."""
    return f'<p class="again">{words.recording_name(number)}</p>'


def _item(words: Words, recent: RecentRecordings, recording: Recording) -> str:
    label, number = recording.analysis.label, recording.number
    time = recording.time.isoformat(timespec="seconds")
    return (
        f"<li {answers.emotion_style(label)}>"
        f'<input type="checkbox" value="{number}" aria-label="{words.mark(number)}"'
        f"{' checked' if number in recent.marked else ''}>"
        f'<button type="button" name="{number}"'
        f' aria-current="{str(number == recent.shown).lower()}">'
        f"<b>{number}</b> {words.EMOTIONS[label]} "
        f'<time datetime="{time}">{recording.time:%H:%M}</time></button></li>'
    )
