"""The sentences that the page shows, in English. Nothing here knows gradio or HTML."""

from ser.labels import LABELS

TITLE = "Which emotion does your voice carry?"
INVITATION = "Say a sentence, or choose a recording. The answer comes by itself."
RECORDING = "Your voice"
WAITING = "Record or upload a voice, and the answer appears here."
LISTENING = "Listening\N{HORIZONTAL ELLIPSIS}"
CHANCES = "How much the voice sounds like each emotion"
NEIGHBOURS = "Nearest recordings"
NO_NEIGHBOURS = "The five recordings most like yours will be named here."
YOUR_VOICE = "your voice"
ANEW = "Start anew"
ANEW_WHEN = "Someone else speaks now"
APOLOGY = (
    "Sorry, something went wrong on our side; it was noted. Your recording is fine: "
    "please try it once more."
)
PRIVACY = (
    "Your recording is deleted within ten minutes. What was learned of your voice is forgotten "
    "when you close this page. Nothing is stored, nothing is passed on."
)
NOTICE = (
    "The answer is what a listener may hear in the voice. It is not what the person feels, "
    "and it can be wrong."
)
# By what became of the request for the microphone, see page.js.
MICROPHONE = {
    "refused": "The browser was not allowed to use the microphone. Allow it in the address bar "
    "(the icon beside the address), then press Record again; or upload a recording.",
    "absent": "No microphone was found. Plug one in and press Record again, or upload a recording.",
    "busy": "The microphone could not be opened; another program may be using it. Close that "
    "program and press Record again, or upload a recording.",
    "insecure": "Browsers give the microphone only to pages on https or on this very computer "
    "(localhost), and this page is neither. Uploading a recording works.",
}

EMOTIONS = {label: label for label in LABELS} | {"disgust": "disgusted"}
SEXES = {"male": "man", "female": "woman"}
DEVICES = {"cpu": "the processor (CPU)", "cuda": "an NVIDIA GPU", "mps": "the Apple GPU"}

SURE = 0.6  # from this share on the emotion is stated without a second guess
UNSURE, CLOSE = 0.45, 0.1  # below this share, or this close to the second: hard to say


def percent(share: float) -> str:
    """Write a share as whole percent; what is not quite nothing or everything says so."""
    if 0 < share < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= share < 1 else f"{share:.0%}"


def verdict(probabilities: dict[str, float]) -> tuple[str, tuple[str, ...]]:
    """Return the answer as a sentence with `{}` for each emotion in it, and those emotions."""
    first, second = sorted(probabilities, key=probabilities.get, reverse=True)[:2]
    share, other = probabilities[first], probabilities[second]
    if share < UNSURE or share - other < CLOSE:
        sentence = "Hard to say: it sounds most like {} " + f"({percent(share)}), or "
        return sentence + "{} " + f"({percent(other)}).", (first, second)
    if share < SURE:
        sentence = "The voice sounds {}, " + f"{percent(share)}, though perhaps "
        return sentence + "{}, " + f"{percent(other)}.", (first, second)
    return "The voice sounds {}, " + f"{percent(share)}.", (first,)


def quality(clip) -> str:
    """Say how well the recording could be heard."""
    if not clip.notes:
        return f"Heard clearly: {clip.duration * clip.speech_fraction:.1f} s of speech."
    heard = "Heard clearly" if all(note.startswith("only") for note in clip.notes) else "Heard"
    return f"{heard}, but {' and '.join(clip.notes)}."


def known(recordings: int) -> str:
    """Say how many recordings of one voice the next answer goes by."""
    return f"Getting to know your voice: {recordings} recording{'s' if recordings > 1 else ''}"


def person(actor: int | str, sex: str) -> str:
    """Name an actor of the data set, by number or name; the sex may be "", unknown."""
    return f"actor {actor}, {SEXES[sex]}" if sex else f"actor {actor}"


def facts(neighbour) -> str:
    """Tell what is known of a recording of the data set, a line each."""
    strength = "strongly " if neighbour.intensity == "strong" else ""
    lines = [
        f"<b>{strength}{EMOTIONS[neighbour.emotion]}</b>",
        person(neighbour.actor, neighbour.sex),
    ]
    if neighbour.sentence:
        lines.append(f"“{neighbour.sentence}”")
    return "<br>".join(lines)


def honesty(unweighted_accuracy: float, emotions: int) -> str:
    """Say how often the answer is right for people who are not in the training data.

    emotions: how many the training data have, among which a guess would choose.
    """
    right, guessing = percent(unweighted_accuracy), f"{1 / emotions:.1%}"
    return (
        f"With actors it was not trained on, it is right {right} of the time "
        f"(guessing: {guessing})."
    )


def strangers(unweighted_accuracy: float, listeners: float) -> str:
    """Say how often it is right for people recorded elsewhere, and how often people are.

    listeners: share of right answers of a crowd that heard the same recordings.
    """
    right = percent(unweighted_accuracy)
    return f"With people recorded elsewhere, {right} (human listeners: {percent(listeners)})."


def map_title(recordings: int, actors: int) -> str:
    """Say what the map shows."""
    return f"Your voice among {recordings:,} recordings of {actors} actors"


def device(name: str) -> str:
    """Say which device computes the answers."""
    return f"Answered by {DEVICES.get(name, name)}."
