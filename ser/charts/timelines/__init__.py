"""Figures of a long recording."""
