"""The figure and the HTML of the answer to a long recording, on the page and in its report."""

from html import escape

import plotly.graph_objects as go

from ser.charts.timelines.one_voice import timeline_figure
from ser.charts.timelines.several_voices import lanes_figure
from ser.page.tabs import answers
from ser.page.text import Words
from ser.timeline.timeline import Segment, Timeline

MIN_LISTED = 0.05  # fraction of a speaker's time from which an emotion is listed
MAX_LISTED = 3


def figure(words: Words, timeline: Timeline) -> go.Figure:
    """Draw one voice, or a lane for each of several."""
    return (lanes_figure if timeline.names else timeline_figure)(words, timeline)


def figure_title(words: Words, timeline: Timeline) -> str:
    """Return the title of the figure."""
    return words.LANES_TITLE if timeline.names else words.LONG_TITLE


def answer(words: Words, timeline: Timeline) -> str:
    """Return the answer in a sentence, and each emotion's fraction of the time."""
    fractions = timeline.time_fractions()
    sentence, emotions = words.timeline_verdict(fractions, timeline.n_speakers)
    legend = "".join(
        f"<li {answers.emotion_style(label)}>{words.EMOTIONS[label]} "
        f"<span>{words.percent(fraction)}</span></li>"
        for label, fraction in fractions.items()
    )
    duration = words.timeline_duration(
        timeline.duration, timeline.voiced_duration(), timeline.notes
    )
    return (
        f'<p class="verdict">{answers.with_emotions(words, sentence, emotions)}</p>'
        f'<p class="quality">{duration}</p><ul>{legend}</ul>'
    )


def speaker_shares(words: Words, timeline: Timeline, speaker: int) -> str:
    """Return a speaker's fraction of the speech, and that speaker's most frequent emotions."""
    duration = timeline.voiced_duration(speaker)
    fractions = timeline.time_fractions(speaker)
    ranked = sorted(fractions, key=fractions.get, reverse=True)[:MAX_LISTED]
    emotions = "".join(
        f"<span {answers.emotion_style(label)}>{words.EMOTIONS[label]} "
        f"{words.percent(fractions[label])}</span> "
        for label in ranked
        if fractions[label] >= MIN_LISTED
    )
    share = words.speaking_share(duration / timeline.voiced_duration(), duration)
    return f'<span class="share">{share}</span> <span class="emotions">{emotions}</span>'


def segments_table(words: Words, timeline: Timeline, playable: bool = True) -> str:
    """Return the table of segments; playable: with a button that plays each."""
    columns = words.SPEAKERS_COLUMNS if timeline.names else words.SEGMENTS_COLUMNS
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    rows = "".join(
        f'<tr data-segment="{number}"><td>{_when(words, segment, playable)}</td>'
        f"{_who(timeline, segment)}"
        f"<td {answers.emotion_style(segment.label)}>{words.SOUNDS[segment.label]}</td>"
        f"<td>{words.confidence(segment.probability, timeline.threshold)}</td></tr>"
        for number, segment in enumerate(timeline.segments)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def note(words: Words, timeline: Timeline) -> str:
    """Return how the answer came about."""
    return words.SPEAKERS_NOTE if timeline.names else words.SEGMENTS_NOTE


def _when(words: Words, segment: Segment, playable: bool) -> str:
    times = f"{words.clock(segment.start)}\N{EN DASH}{words.clock(segment.end)}"
    if not playable:
        return times
    return (
        f'<button type="button" data-at="{segment.start:.1f}" title="{words.PLAY_SEGMENT}">'
        f"{times}</button>"
    )


def _who(timeline: Timeline, segment: Segment) -> str:
    return f"<td>{escape(timeline.name(segment.speaker))}</td>" if timeline.names else ""
