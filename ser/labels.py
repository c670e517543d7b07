"""The emotions, in RAVDESS's order, everywhere in the project."""

LABELS = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")

# Verdicts on a recording.
CONFIDENT, UNCERTAIN, NO_VOICE = "sure", "unsure", "no voice"
