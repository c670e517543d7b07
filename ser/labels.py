"""The eight emotions, in RAVDESS's order, everywhere in the project."""

LABELS = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")
