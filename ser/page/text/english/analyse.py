"""The first tab, in English."""

from ser import labels
from ser.page.text.english.common import EMOTIONS, NOTES, number, percent

ANALYSE = "Analyse"
RECORDING = "Your voice"
WAITING = "Record or upload a voice, and the answer appears here."
CHANCES = "How much the voice sounds like each emotion"
NEIGHBOURS = "Nearest recordings"
NO_NEIGHBOURS = "The five recordings most like yours will be named here."
ANEW = "Start anew"
ANEW_WHEN = "Someone else speaks now"
NOBODY = (
    "No voice was heard, only other sounds. Speak closer to the microphone, or choose a recording "
    "in which somebody speaks."
)
CLOSE = 0.1  # between the shares of two emotions that are close together
LISTENED = "What it listened to"
HEARD_PART, SKIPPED_PART = "listened to", "silence, left out"
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


def verdict(analysis) -> tuple[str, tuple[str, ...]]:
    """Return the answer as a sentence with `{}` for each emotion in it, and those emotions."""
    if analysis.verdict == labels.NO_VOICE:
        return NOBODY, ()
    shares = analysis.probabilities
    first, second = sorted(shares, key=shares.get, reverse=True)[:2]
    if analysis.verdict == labels.CONFIDENT:
        return "The voice sounds {}, " + f"{percent(shares[first])}.", (first,)
    sentence = "Hard to say: it sounds most like {} " + f"({percent(shares[first])}), or "
    return sentence + "{} " + f"({percent(shares[second])}).", (first, second)


def quality(clip) -> str:
    """Say how well the recording could be heard."""
    if not clip.notes:
        return f"Heard clearly: {clip.speech:.1f} s of speech."
    unclear = {"quiet", "noisy", "clipped"} & set(clip.notes)
    heard = "Heard" if unclear else "Heard clearly"
    remarks = (NOTES[note].format(speech=clip.speech) for note in clip.notes)
    return f"{heard}, but {' and '.join(remarks)}."


def known(recordings: int) -> str:
    """Say how many recordings of one voice the next answer goes by."""
    return f"Getting to know your voice: {recordings} recording{'s' if recordings > 1 else ''}"


def map_title(recordings: int, actors: int) -> str:
    """Say what the map shows."""
    return f"Your voice among {number(recordings)} recordings of {actors} actors"


def listened(clip) -> str:
    """Say which part of the recording was listened to."""
    return f"{LISTENED}: {clip.start:.1f} to {clip.end:.1f} s of {clip.duration:.1f} s"


def why_unsure(analysis) -> str:
    """Say why an answer is hard to give; "" when it is not."""
    if analysis.verdict != labels.UNCERTAIN:
        return ""
    shares = analysis.probabilities
    first, second = sorted(shares, key=shares.get, reverse=True)[:2]
    reasons = ["no emotion stands out"]
    if shares[first] - shares[second] < CLOSE:
        reasons = [f"{EMOTIONS[first]} and {EMOTIONS[second]} are close together"]
    for note in analysis.clip.notes:
        subject = "there is" if note == "short" else "the recording is"
        reasons.append(f"{subject} {NOTES[note].format(speech=analysis.clip.speech)}")
    if not analysis.clips_before:
        reasons.append("this voice is new to it; another recording helps")
    return f"Why unsure: {', '.join(reasons)}."


def enrol(measured: dict | None) -> str:
    """Say what to do, and what it is worth: the figures of metrics.json, where there are any."""
    what = (
        "Say a sentence the way you would read out an address, without any emotion, for about "
        "five seconds. A second one helps a little more."
    )
    if not measured:
        return what
    before, after = measured["ua"] - measured["gain_ua"], measured["ua"]
    return (
        f"{what} With two such sentences of actors it had never heard, the right answers rose from "
        f"{percent(before)} to {percent(after)}."
    )


def enrolled(sentences: int) -> str:
    """Say how many neutral sentences were understood, differently for every number."""
    if sentences == 1:
        return "Thank you, that was understood. One more such sentence helps a little more."
    return f"Thank you. {sentences} such sentences are known now, and the answers go by them."
