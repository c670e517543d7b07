"""What is said around the tabs, in English."""

from ser.audio import formats, sandbox
from ser.page.text.english.common import percent

LANGUAGE = "English"
SWITCH = "This page in English"
TITLE = "Which emotion does your voice carry?"
INVITATION = "Say a sentence, or choose a recording. The answer comes by itself."
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
DEVICES = {"cpu": "the processor (CPU)", "cuda": "an NVIDIA GPU", "mps": "the Apple GPU"}
# By what gradio calls them, in no other language, in its audio boxes and around.
CONTROLS = {
    name: name
    for name in (
        "File upload",
        "Upload file",
        "Record audio",
        "Select input device",
        "Clear",
        "Adjust volume",
        "Trim audio to selection",
        "Reset audio",
        "Uploading",
        "Close",
        "More tabs",
        "Gradio footer navigation",
    )
}
# Of files that are refused before they are uploaded, with {} for their names.
NOT_AUDIO = (
    f"{{}} is no audio file that can be read here. Choose one of these kinds: {formats.NAMES}."
)
TOO_LARGE = (
    f"{{}} is larger than {sandbox.MAX_BYTES // 2**20} MB."
    " Choose a shorter part, or save it as mp3, m4a or flac."
)
IN_LINE = "Busy: you are number # in line\N{HORIZONTAL ELLIPSIS}"
NO_SUCH_PAGE = "There is nothing here. The page is at the root of this address."
TOO_MUCH = "The request is too large. Upload the recording, then send the path of the answer."
PRESENT = "Present"
PRESENT_HOW = "Large type for a projector (Alt+P); Esc ends it"


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


def device(name: str) -> str:
    """Say which device computes the answers."""
    return f"Answered by {DEVICES.get(name, name)}."
