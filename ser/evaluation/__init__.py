"""Evaluation on recordings that are not trained on: protocols, metrics, baselines, ablations."""
