"""Measurements of speed, memory and load: python -m ser bench."""
