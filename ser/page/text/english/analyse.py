"""The Analyse tab, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ser import labels
from ser.page.text.english.common import EMOTIONS, NOTES, number, percent
from ser.page.text.shared import close_together, familiar, top_two

if TYPE_CHECKING:
    from ser.audio.clip import Clip
    from ser.recognizer import Analysis

ANALYSE = "Analyse"
RECORDING = "Your voice"
WAITING = "Record or upload a voice, and the answer appears here."
PROBABILITIES = "How much the voice sounds like each emotion"
NEIGHBOURS = "Nearest recordings"
NO_NEIGHBOURS = "The five recordings most like yours will be named here."
START_OVER = "Start anew"
START_OVER_HINT = "Someone else speaks now"
NO_VOICE = (
    "No voice was heard, only other sounds. Speak closer to the microphone, or choose a recording "
    "in which somebody speaks."
)
ANALYSED_PART = "What it listened to"
SPEECH_PART, TRIMMED_PART = "listened to", "silence, left out"
SECONDS, HERTZ = "s", "Hz"
DETAILS = "Details and downloads"
SPECTROGRAM = "Spectrogram: how strong each pitch is over time"
SAVE_RESULT = "Save the result (JSON)"
SAVE_PICTURE = "Save the figures (PNG)"
FILE_NAME = "voice-emotion"
EXAMPLES = {
    "actor": "No microphone? Try an actor it learned from:",
    "synthetic": "No microphone? Try a computer voice:",
}
EXAMPLE_VOICES = {
    "actor": {"angry": "angry", "sad": "sad", "happy": "happy"},
    "synthetic": {"slow": "slow", "flat": "flat", "lively": "lively", "hurried": "hurried"},
}
ABOUT_EXAMPLES = {
    "actor": "Recordings of RAVDESS (CC BY-NC-SA 4.0), which the model was trained on.",
    "synthetic": "Speech synthesis: no person, and no emotion was meant.",
}
ENROL = "Make it know my voice better"
ENROL_SENTENCE = "A sentence in your everyday voice"


def verdict(analysis: Analysis) -> tuple[str, tuple[str, ...]]:
    """Return the answer as a sentence with `{}` for each emotion, and those emotions."""
    if analysis.verdict == labels.NO_VOICE:
        return NO_VOICE, ()
    probabilities = analysis.probabilities
    first, second = top_two(probabilities)
    if analysis.verdict == labels.CONFIDENT:
        return "The voice sounds {}, " + f"{percent(probabilities[first])}.", (first,)
    sentence = "Hard to say: it sounds most like {} " + f"({percent(probabilities[first])}), or "
    return sentence + "{} " + f"({percent(probabilities[second])}).", (first, second)


def quality(clip: Clip) -> str:
    """Describe the quality of the recording."""
    if not clip.notes:
        return f"Heard clearly: {clip.speech:.1f} s of speech."
    unclear = {"quiet", "noisy", "clipped"} & set(clip.notes)
    prefix = "Heard" if unclear else "Heard clearly"
    remarks = (NOTES[note].format(speech=clip.speech) for note in clip.notes)
    return f"{prefix}, but {' and '.join(remarks)}."


def recordings_used(recordings: int) -> str:
    """Say to how many recordings of one speaker the next answer is adapted."""
    return f"Getting to know your voice: {recordings} recording{'s' if recordings > 1 else ''}"


def map_title(recordings: int, actors: int) -> str:
    """Return the title of the map."""
    return f"Your voice among {number(recordings)} recordings of {actors} actors"


def analysed_part(clip: Clip) -> str:
    """Say which part of the recording was analysed."""
    return f"{ANALYSED_PART}: {clip.start:.1f} to {clip.end:.1f} s of {clip.duration:.1f} s"


def why_unsure(analysis: Analysis) -> str:
    """Give the reasons for an uncertain answer; "" if it is confident."""
    if analysis.verdict != labels.UNCERTAIN:
        return ""
    first, second = top_two(analysis.probabilities)
    reasons = ["no emotion stands out"]
    if close_together(analysis.probabilities):
        reasons = [f"{EMOTIONS[first]} and {EMOTIONS[second]} are close together"]
    for note in analysis.clip.notes:
        subject = "there is" if note == "short" else "the recording is"
        reasons.append(f"{subject} {NOTES[note].format(speech=analysis.clip.speech)}")
    if not analysis.clips_before:
        new = "this voice is" if familiar(analysis) else "this voice and room are"
        reasons.append(f"{new} new to it; a second recording or two neutral sentences help")
    return f"Why unsure: {', '.join(reasons)}."


def enrol(metrics: dict | None) -> str:
    """Explain enrolment, and what it gains by metrics.json where that was measured."""
    what = (
        "Say a sentence the way you would read out an address, without any emotion, for about "
        "five seconds. A second one helps a little more."
    )
    if not metrics:
        return what
    before, after = metrics["ua"] - metrics["gain_ua"], metrics["ua"]
    return (
        f"{what} With two such sentences of actors it had never heard, the right answers rose from "
        f"{percent(before)} to {percent(after)}."
    )


def enrolled(sentences: int) -> str:
    """Say how many neutral sentences were enrolled, differently for every number."""
    if sentences == 1:
        return "Thank you, that was understood. One more such sentence helps a little more."
    return f"Thank you. {sentences} such sentences are known now, and the answers go by them."
