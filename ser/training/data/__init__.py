"""Labelled corpora as tables of utterances."""
