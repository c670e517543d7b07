"""Scores of unknown speakers, by what is available of them."""
