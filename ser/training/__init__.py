"""Training: makes artifacts/ from a folder of recordings; the page does not import it."""
