"""Scores on recordings that nothing was trained on: protocols, metrics, baselines, ablations."""
