"""Speech emotion recognition: a person speaks, and sees which emotion the voice carries."""
