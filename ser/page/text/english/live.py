"""The Live tab, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ser.page.text.english.analyse import verdict

if TYPE_CHECKING:
    from ser.recognizer import Analysis

LIVE = "Live"
MICROPHONE_LABEL = "Your microphone"
LIVE_INVITATION = "Press Record and speak. The answer follows your voice."
LIVE_NOTE = (
    "Live goes by your last three seconds, which are forgotten when you stop. They teach it "
    "nothing about your voice, unless you say what the last answer should have been."
)
LIVE_IT_WAS_HINT = "Say what it was, and it learns from those last three seconds"
LIVE_MAP = "Where your voice is on the map, and where it was"
# By the state of the stream, see live.js.
LIVE_STATES = {
    "off": "Off air",
    "starting": "Starting\N{HORIZONTAL ELLIPSIS}",
    "crowded": "Others are live just now. You follow as soon as one of them stops.",
    "on": "On air",
    "stopped": "Off air. You stopped it.",
    "limit": "Off air. It stops by itself after two minutes; press Record to go on.",
    "hidden": "Off air. It stopped because this page was out of sight.",
}
LIVE_LEFT = "{} left"  # of the two minutes, as 1:05


def live_sentence(analysis: Analysis) -> tuple[str, tuple[str, ...]]:
    """Return the answer on the last seconds in few words, as `verdict` does."""
    _, emotions = verdict(analysis)
    return ("Sounds {}" if len(emotions) == 1 else "Hard to say: {} or {}"), emotions
