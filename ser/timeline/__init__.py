"""Long recordings: the emotion in a sliding window, second by second."""
