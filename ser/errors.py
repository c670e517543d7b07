"""The errors a user can cause. Everything else that goes wrong is a bug."""

from enum import StrEnum


class ErrorKind(StrEnum):
    """The errors that a visitor of the page can meet, which the page says in every language."""

    NO_RECORDING = "no recording"
    TOO_LARGE = "too large"
    TOO_LONG = "too long"
    TOO_SHORT = "too short"
    EMPTY_FILE = "empty file"
    NO_AUDIO = "no audio"  # of an unknown container or codec
    NO_AUDIO_TRACK = "no audio track"
    NO_SAMPLES = "no samples"
    CUT_OFF = "cut off"  # together with the container's index
    DAMAGED = "damaged"
    UNSUPPORTED_FORMAT = "unsupported format"  # sampling rate or number of channels
    NOT_FINITE = "not finite"  # NaN or infinite samples
    SILENT = "silent"
    NO_VOICE = "no voice"
    NO_VOICE_ANYWHERE = "no voice anywhere"  # in a long recording
    UNUSABLE_PROFILE = "unusable profile"  # no voice profile, or a damaged one
    OTHER_PROFILE = "other profile"  # of another model
    NO_NAME = "no name"  # of a speaker
    NAME_TAKEN = "name taken"  # by another speaker


class SerError(Exception):
    """Says what was found, what is needed and what to do; shown to the user word for word.

    Attributes:
        kind: None for what a visitor of the page cannot meet.
        values: numbers and strings, the placeholders of the message in other languages.
    """

    def __init__(self, message: str, kind: ErrorKind | None = None, **values: float | str):
        super().__init__(message)
        self.kind, self.values = kind, values
