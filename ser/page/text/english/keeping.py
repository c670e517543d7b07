"""What a visitor may keep, a voice profile and a picture of a round, in English."""

PROFILE_KEEP = "Keep"
PROFILE_RESTORE = "Choose a saved voice profile"
PROFILE_NOTE = (
    "A profile is a file of numbers that describe a voice, without any recording. "
    "Keep it as carefully as a recording."
)
PROFILE_RESTORED = "The profile is loaded; the answers go by it now."
PROFILE_FILE_NAME = "voice-profile.npz"
CARD_SAVE = "Save as a picture"
CARD_FILE_NAME = "voice-emotion-round"
CARD_RIGHT = "understood"


def card_score(right: int, total: int) -> str:
    """Say in two lines how many takes of a round were understood."""
    return f"It understood\n{right} of {total}"


def card_wrong(heard: str) -> str:
    """Say which emotion was predicted in place of the acted one."""
    return f"heard: {heard}"
