"""Baselines: other classifiers on the same embeddings and folds."""
