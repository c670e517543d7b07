"""The texts around the tabs, in English."""

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
# By the reason why there is no microphone, see page.js.
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
# Labels that gradio has in English only, and their translations.
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
# Why a file is rejected before its upload, with {} for its name.
NOT_AUDIO = (
    f"{{}} is no audio file that can be read here. Choose one of these kinds: {formats.NAMES}."
)
TOO_LARGE = (
    f"{{}} is larger than {sandbox.MAX_BYTES // 2**20} MB."
    " Choose a shorter part, or save it as mp3, m4a or flac."
)
QUEUE_POSITION = "Busy: you are number # in line\N{HORIZONTAL ELLIPSIS}"
NO_SUCH_PAGE = "There is nothing here. The page is at the root of this address."
TOO_MUCH = "The request is too large. Upload the recording, then send the path of the answer."
PRESENT = "Present"
PRESENT_HOW = "Large type for a projector (Alt+P); Esc ends it"


def speaker_independent_accuracy(ua: float, emotions: int) -> str:
    """Say how often the answer is right for speakers who are not in the training data.

    ua: unweighted accuracy under the protocol `actors`, 0-1.
    emotions: how many there are in the training data.
    """
    right, guessing = percent(ua), f"{1 / emotions:.1%}"
    return (
        f"With actors it was not trained on, it is right {right} of the time "
        f"(guessing: {guessing})."
    )


def cross_corpus_accuracy(ua: float, human_ua: float) -> str:
    """Say how often the answer is right for speakers of other corpora.

    ua, human_ua: unweighted accuracy of the classifier and of human listeners, 0-1.
    """
    right = percent(ua)
    return f"With people recorded elsewhere, {right} (human listeners: {percent(human_ua)})."


def device(name: str) -> str:
    """Name the device that computes the answers."""
    return f"Answered by {DEVICES.get(name, name)}."
