"""The report on a long recording: one HTML file with charts and tables, to hand on.

It holds no sound, and a content security policy keeps it from contacting any address.
"""

from datetime import date
from html import escape
from pathlib import Path

from ser.page.long_recording import answer_html
from ser.page.long_recording.recording import LongRecording
from ser.page.text import LANGUAGES, Words
from ser.timeline.timeline import Timeline

POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
STYLE = Path(__file__).parents[1] / "static" / "report" / "report.css"


def html(words: Words, recording: LongRecording, version: str, day: date) -> str:
    """Return the report.

    Args:
        words: the texts in one language.
        version: of the model.
        day: on which the report is made.
    """
    timeline, name = recording.timeline, escape(recording.name)
    language = next(code for code, texts in LANGUAGES.items() if texts is words)
    drawn = answer_html.figure(words, timeline).to_html(
        full_html=False, include_plotlyjs=True, config={"displayModeBar": False, "responsive": True}
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name}: {words.REPORT}</title><style>{STYLE.read_text()}</style></head><body>"
        f"<h1>{name}</h1><p class='quality'>{words.REPORT}</p>"
        f'<div class="legend">{answer_html.answer(words, timeline)}</div>'
        f"<h2>{words.REPORT_FIGURE}</h2><figure>{drawn}</figure>{_speakers(words, timeline)}"
        f"<h2>{words.SEGMENTS}</h2>{answer_html.segments_table(words, timeline, playable=False)}"
        f'<p class="note">{answer_html.note(words, timeline)} {words.NOTICE}</p>'
        f'<p class="made">{words.report_made(version, day.isoformat())}</p></body></html>\n'
    )


def _speakers(words: Words, timeline: Timeline) -> str:
    if not timeline.names:
        return ""
    items = "".join(
        f"<li><b>{escape(name)}</b> {answer_html.speaker_shares(words, timeline, number)}</li>"
        for number, name in enumerate(timeline.names, 1)
    )
    return f'<h2>{words.SPEAKERS}</h2><ul class="speakers">{items}</ul>'
